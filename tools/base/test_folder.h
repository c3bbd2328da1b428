// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// A folder of its own for each unit test.

#include "base/error.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

namespace rmemcheck::test {

class FolderTest : public ::testing::Test {
protected:
  FolderTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "rmemcheck-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error(pattern + ": cannot be made");
    folder = pattern;
  }
  ~FolderTest() override { std::filesystem::remove_all(folder); }

  void write(const std::filesystem::path &name, const std::string &text) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
  }
  [[nodiscard]] std::string read(const std::filesystem::path &name) const {
    std::ostringstream text;
    text << std::ifstream(folder / name).rdbuf();
    return text.str();
  }
  [[nodiscard]] bool exists(const std::filesystem::path &name) const {
    return std::filesystem::exists(folder / name);
  }
  /// How many entries the folder has.
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(folder), {});
  }

  std::filesystem::path folder;
};

/// The Error that `action` throws; none is an error of the test.
inline Error error_of(const std::function<void()> &action) {
  try {
    action();
  } catch (const Error &error) {
    return error;
  }
  throw std::runtime_error("nothing was thrown");
}

} // namespace rmemcheck::test
