// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace rmemcheck {

/// The file by which a verb knows a folder that it has left, and what stands in it.
inline constexpr const char *out_marker_name = ".rmemcheck";
std::string out_marker_text(const std::string &verb);

/// The folder that --out names, or another option: links resolved, and a last slash taken off. None
/// is bad_input.
std::filesystem::path out_folder_path(const std::filesystem::path &wanted,
                                      const std::string &option = "--out");

/// What is there already must be empty or left by the same verb; anything else is bad_input.
void check_replaceable(const std::filesystem::path &folder, const std::string &verb,
                       const std::string &option = "--out");

/// Refuses a file or folder that lies in a folder which is about to be replaced: bad_input that
/// names its option. What is not there is passed over.
void check_outside(const std::filesystem::path &input, const std::string &input_option,
                   const std::filesystem::path &folder, const std::string &option = "--out");

/// A folder that a verb leaves, as a whole or not at all: everything is written to a folder
/// beside it, which takes its place in the end. One that is there already is replaced only if the
/// same verb has left it; any other is bad_input, and stays as it is.
class OutFolder {
public:
  /// `verb` stands in the folder's marker file, `option` in messages.
  OutFolder(const std::filesystem::path &wanted, const std::string &verb,
            const std::string &option = "--out");
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
