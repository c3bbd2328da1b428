// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

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
  /// A folder that was not there before, and that nothing was put into, is gone again.
  ~RunFolder();

  [[nodiscard]] const std::filesystem::path &path() const { return path_; }

  /// Takes away what an earlier run has left; another time it does nothing. To be called once there
  /// is something to put there, so that whatever stops a run before leaves the earlier one.
  void make_room();

  /// What an earlier run has left beside entries of these names is bad_input that names it: whoever
  /// goes on there would leave results of two runs.
  void check_holds_only(const std::vector<std::string> &names) const;

private:
  [[nodiscard]] std::vector<std::filesystem::path> entries() const;

  std::filesystem::path path_;
  int lock_ = -1;
  bool is_new_ = false;
  bool has_room_ = false;
};

} // namespace rmemcheck
