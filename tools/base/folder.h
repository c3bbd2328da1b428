// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.h"

#include <filesystem>
#include <vector>

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

/// What is in a folder, in the order of the names. One that cannot be read is an error of that kind
/// naming it and why.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path &folder, ErrorKind kind);

/// The files and links below a folder, as names from there and in their order. Errors as of
/// entries_of().
std::vector<std::filesystem::path> files_below(const std::filesystem::path &folder, ErrorKind kind);

/// Makes a folder and those above it; could_not_find_out naming it and why.
void make_folders(const std::filesystem::path &path);

} // namespace rmemcheck
