// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/run_folder.h"

#include "base/error.h"
#include "base/file.h"
#include "base/file_error.h"
#include "base/folder.h"
#include "base/out_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <iterator>
#include <sys/file.h>
#include <unistd.h>

namespace rmemcheck {

namespace fs = std::filesystem;

RunFolder::RunFolder(const fs::path &wanted, const std::string &verb)
    : path_(out_folder_path(wanted)) {
  check_replaceable(path_, verb);
  std::error_code error;
  is_new_ = fs::create_directories(path_, error);
  const fs::path marker = path_ / out_marker_name;
  lock_ = ::open(marker.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0)
    throw bad_input(fmt::format("--out {}: cannot be made: {}", wanted.string(),
                                error ? error.message() : std::strerror(errno)));
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw bad_input(fmt::format("--out {}: another run writes there, expected a folder of its own",
                                wanted.string()));
  }
  const std::string text = out_marker_text(verb);
  if (fs::file_size(marker) == 0 &&
      ::write(lock_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw could_not_find_out(fmt::format("{}: {}", marker.string(), std::strerror(errno)));
}

RunFolder::~RunFolder() {
  if (is_new_ && !has_room_) {
    std::error_code error;
    fs::remove(path_ / out_marker_name, error);
    fs::remove(path_, error);
  }
  ::close(lock_);
}

std::vector<fs::path> RunFolder::entries() const {
  std::vector<fs::path> all;
  std::ranges::copy_if(entries_of(path_, bad_input), std::back_inserter(all),
                       [](const fs::path &entry) { return entry.filename() != out_marker_name; });
  return all;
}

void RunFolder::make_room() {
  if (has_room_)
    return;
  has_room_ = true;
  for (const fs::path &entry : entries())
    with_our_errors(could_not_find_out, [&] { return fs::remove_all(entry); });
}

void RunFolder::check_holds_only(const std::vector<std::string> &names) const {
  for (const fs::path &entry : entries()) {
    const std::string found = entry.filename().string();
    // "results.json.1aB2cD" is a file that was being written when its run was killed.
    if (std::ranges::none_of(names, [&](const std::string &name) {
          return found == name || found.starts_with(name + '.');
        }))
      throw bad_input(fmt::format("--resume: {}: left by another run: expected one of the same "
                                  "machines, or --out with another folder",
                                  entry.string()));
  }
}

} // namespace rmemcheck
