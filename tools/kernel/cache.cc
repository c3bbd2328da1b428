// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/cache.h"

#include "base/error.h"
#include "base/file.h"
#include "base/file_error.h"
#include "base/folder.h"
#include "base/process.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// An flock() that the kernel drops with its owner; the file goes with the lock.
class Lock {
public:
  Lock(fs::path path, const Progress &progress) : path_(std::move(path)) {
    while (!try_lock()) {
      progress("waiting for another run that makes the same", -1);
      wait_readable({}, 200ms);
    }
  }
  ~Lock() {
    ::unlink(path_.c_str());
    ::close(file_);
  }
  Lock(const Lock &) = delete;
  Lock &operator=(const Lock &) = delete;

private:
  bool try_lock() {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_ < 0)
      throw could_not_find_out(
          fmt::format("{}: cannot be made: {}", path_.string(), std::strerror(errno)));
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0 && is_in_place())
      return true;
    ::close(file_);
    return false;
  }
  /// Whoever held it may have removed the file between our open() and flock().
  [[nodiscard]] bool is_in_place() const {
    struct stat ours {};
    struct stat named {};
    return ::fstat(file_, &ours) == 0 && ::stat(path_.c_str(), &named) == 0 &&
           ours.st_ino == named.st_ino;
  }

  fs::path path_;
  int file_ = -1;
};

/// Removes a half-made entry, whoever left it; permissions do not stop a root's run.
void remove_partial(const fs::path &partial) {
  std::error_code error;
  fs::remove_all(partial, error);
  if (error)
    throw could_not_find_out(
        fmt::format("{}: cannot be removed: {}", partial.string(), error.message()));
}

void fill_and_rename(const fs::path &entry, const fs::path &partial,
                     const std::function<void(const fs::path &)> &fill) {
  remove_partial(partial);
  make_folders(partial);
  try {
    with_our_errors(could_not_find_out, [&] {
      fill(partial);
      fs::rename(partial, entry);
    });
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(partial, ignored);
    throw;
  }
}

} // namespace

fs::path cache_folder() {
  for (const auto &[variable, below] : {std::pair("XDG_CACHE_HOME", ""), {"HOME", ".cache"}}) {
    const char *value = std::getenv(variable);
    if (value != nullptr && *value == '/')
      return fs::path(value) / below / "rmemcheck";
  }
  throw bad_input("the cache has no place: expected XDG_CACHE_HOME or HOME to be absolute");
}

CacheEntry cached(const std::string &kind, const std::string &key, const Progress &progress,
                  const std::function<void(const fs::path &)> &fill) {
  const fs::path folder = cache_folder() / kind;
  const fs::path entry = folder / key;
  if (is_folder(entry))
    return {entry, true};
  make_folders(folder);
  const Lock lock(folder / (key + ".lock"), progress);
  if (is_folder(entry)) // another run was faster
    return {entry, true};
  fill_and_rename(entry, folder / (key + ".partial"), fill);
  return {entry, false};
}

} // namespace rmemcheck
