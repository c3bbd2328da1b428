// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>

namespace rmemcheck {

/// A new folder of our own, removed with all that is in it.
class TemporaryFolder {
public:
  /// In $TMPDIR or /tmp; could_not_find_out where none can be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  [[nodiscard]] const std::filesystem::path &path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// Makes a folder and those above it; could_not_find_out naming it and why.
void make_folders(const std::filesystem::path &path);

} // namespace rmemcheck
