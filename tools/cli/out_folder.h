// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace rmemcheck {

/// A folder that a verb leaves, as a whole or not at all: everything is written to a folder
/// beside it, which takes its place in the end. One that is there already is replaced only if the
/// same verb has left it; any other is bad_input, and stays as it is.
class OutFolder {
public:
  /// `verb` stands in the folder's marker file.
  OutFolder(const std::filesystem::path &wanted, const std::string &verb);
  OutFolder(const OutFolder &) = delete;
  OutFolder &operator=(const OutFolder &) = delete;
  /// Removes what was not committed.
  ~OutFolder();

  /// Where to write.
  [[nodiscard]] const std::filesystem::path &path() const { return partial_; }
  /// Where it will be.
  [[nodiscard]] const std::filesystem::path &final_path() const { return wanted_; }

  void commit();

private:
  std::filesystem::path wanted_;
  std::filesystem::path partial_;
};

} // namespace rmemcheck
