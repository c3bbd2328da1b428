// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/out_folder.h"

#include "base/error.h"
#include "base/file.h"
#include "base/file_error.h"
#include "base/folder.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

bool has_marker(const fs::path &folder, const std::string &verb) {
  const fs::path marker = folder / out_marker_name;
  return is_file(marker) && read_file(marker) == out_marker_text(verb);
}

/// Whether the process that NAME.partial-PID belongs to is gone.
bool is_orphan(const std::string &name, const std::string &prefix) {
  if (!name.starts_with(prefix))
    return false;
  pid_t process = 0;
  const char *end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, process);
  return error == std::errc() && stop == end && process > 0 && ::kill(process, 0) != 0 &&
         errno == ESRCH;
}

/// Takes away what a run left that was killed without notice.
void remove_orphans(const fs::path &wanted, const std::string &verb) {
  const std::string prefix = wanted.filename().string() + ".partial-";
  std::error_code error;
  for (const fs::directory_entry &entry : fs::directory_iterator(wanted.parent_path(), error))
    if (is_orphan(entry.path().filename().string(), prefix) && has_marker(entry.path(), verb))
      fs::remove_all(entry.path(), error);
}

void move(const fs::path &from, const fs::path &to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw could_not_find_out(
        fmt::format("{}: cannot be put in place: {}", to.string(), error.message()));
}

} // namespace

void check_outside(const fs::path &input, const std::string &input_option, const fs::path &folder,
                   const std::string &option) {
  if (input.empty() || !is_found(input))
    return;
  const auto [inner, outer] = with_our_errors(
      bad_input, [&] { return std::pair(fs::canonical(input), fs::weakly_canonical(folder)); });
  if (std::ranges::mismatch(inner, outer).in2 == outer.end())
    throw bad_input(fmt::format("{} {}: lies in {} {}, which is replaced: expected another folder",
                                input_option, input.string(), option, folder.string()));
}

std::string out_marker_text(const std::string &verb) {
  return fmt::format("left by rmemcheck {}, which replaces this folder as a whole\n", verb);
}

fs::path out_folder_path(const fs::path &wanted, const std::string &option) {
  if (wanted.empty())
    throw bad_input(option + ": expected the name of a folder");
  const fs::path path =
      with_our_errors(bad_input, [&] { return fs::weakly_canonical(fs::absolute(wanted)); });
  return path.has_filename() ? path : path.parent_path();
}

void check_replaceable(const fs::path &folder, const std::string &verb, const std::string &option) {
  if (!is_found(folder))
    return;
  if (!is_folder(folder))
    throw bad_input(fmt::format("{} {}: not a folder", option, folder.string()));
  if (!entries_of(folder, bad_input).empty() && !has_marker(folder, verb))
    throw bad_input(fmt::format("{} {}: holds something else than what rmemcheck {} leaves; it "
                                "stays as it is, expected a new or empty folder",
                                option, folder.string(), verb));
}

OutFolder::OutFolder(const fs::path &wanted, const std::string &verb, const std::string &option)
    : wanted_(out_folder_path(wanted, option)) {
  check_replaceable(wanted_, verb, option);
  std::error_code error;
  fs::create_directories(wanted_.parent_path(), error);
  remove_orphans(wanted_, verb);
  partial_ = wanted_;
  partial_ += fmt::format(".partial-{}", ::getpid());
  if (!fs::create_directory(partial_, error))
    throw bad_input(fmt::format("{} {}: cannot be made: {}", option, wanted.string(),
                                error ? error.message() : "it is there already"));
  try {
    write_file(partial_ / out_marker_name, out_marker_text(verb));
  } catch (...) {
    fs::remove_all(partial_, error);
    throw;
  }
}

OutFolder::~OutFolder() {
  std::error_code error;
  fs::remove_all(partial_, error);
}

void OutFolder::commit() {
  // Both change places at once, so that there is always a whole one. Where the file system
  // cannot do that, the older one goes first.
  if (fs::exists(wanted_) &&
      ::renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, wanted_.c_str(), RENAME_EXCHANGE) == 0) {
    std::error_code error;
    fs::remove_all(partial_, error);
    return;
  }
  with_our_errors(could_not_find_out, [&] { return fs::remove_all(wanted_); });
  move(partial_, wanted_);
}

} // namespace rmemcheck
