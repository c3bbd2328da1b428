// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace rmemcheck {

/// A folder that is filled while a verb goes on, so that what is there stays when it is killed. Two
/// of them never write into one folder: the second is bad_input.
class RunFolder {
public:
  /// One that is there already must have been left by the same verb; any other is bad_input and
  /// stays as it is. `verb` stands in the folder's marker file.
  RunFolder(const std::filesystem::path &wanted, const std::string &verb);
  RunFolder(const RunFolder &) = delete;
  RunFolder &operator=(const RunFolder &) = delete;
  ~RunFolder();

  [[nodiscard]] const std::filesystem::path &path() const { return path_; }

  /// Takes away what an earlier run has left.
  void clear() const;

private:
  std::filesystem::path path_;
  int lock_ = -1;
};

} // namespace rmemcheck
