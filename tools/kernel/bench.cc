// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/bench.h"

#include "base/error.h"
#include "base/file.h"
#include "base/file_error.h"
#include "base/folder.h"
#include "base/process.h"
#include "kernel/apply.h"
#include "kernel/cache.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

constexpr const char *objects_prefix = "build-";

/// Waits for whoever has it.
int lock_of(const fs::path &file, const Progress &progress) {
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0)
    throw could_not_find_out(
        fmt::format("{}: cannot be made: {}", file.string(), std::strerror(errno)));
  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    progress("waiting for another run that builds there", -1);
    wait_readable({}, std::chrono::milliseconds(200));
  }
  ::futimens(lock, nullptr); // it is in use
  return lock;
}

/// Two names of one file, or files that say the same.
bool is_same(const fs::path &one, const fs::path &other) {
  struct stat of_one {};
  struct stat of_other {};
  if (::lstat(one.c_str(), &of_one) != 0 || ::lstat(other.c_str(), &of_other) != 0)
    return false;
  if (of_one.st_ino == of_other.st_ino && of_one.st_dev == of_other.st_dev)
    return true;
  if (of_one.st_mode != of_other.st_mode || of_one.st_size != of_other.st_size)
    return false;
  return S_ISLNK(of_one.st_mode) ? fs::read_symlink(one) == fs::read_symlink(other)
                                 : read_file(one) == read_file(other);
}

/// A new file, whose time tells make so; hard links of the old one stay as they are.
void replace(const fs::path &from, const fs::path &to) {
  make_folders(to.parent_path());
  if (fs::is_symlink(from)) {
    fs::remove(to);
    fs::copy_symlink(from, to);
    return;
  }
  write_file(to, read_file(from));
  fs::permissions(to, fs::status(from).permissions());
}

/// A copy of a tree, and how it becomes another one.
class Copy {
public:
  Copy(const fs::path &source, const fs::path &patched, std::set<std::string> touched,
       const fs::path &copy)
      : source_(source), patched_(patched), touched_(std::move(touched)), copy_(copy) {}

  void update() const {
    for (const fs::path &name : names_below(source_))
      if (!touched_.contains(name.string()) && !is_same(source_ / name, copy_ / name))
        replace(source_ / name, copy_ / name);
    for (const std::string &name : touched_)
      if (fs::exists(patched_ / name) && !is_same(patched_ / name, copy_ / name))
        replace(patched_ / name, copy_ / name);
    for (const fs::path &name : names_below(copy_))
      if (!fs::exists(
              fs::symlink_status((touched_.contains(name.string()) ? patched_ : source_) / name)))
        fs::remove(copy_ / name);
  }

private:
  /// Files and links, without what has been built.
  static std::vector<fs::path> names_below(const fs::path &folder) {
    std::vector<fs::path> names;
    for (const fs::path &entry : entries_of(folder, could_not_find_out)) {
      const fs::path name = entry.filename();
      if (name.string().starts_with(objects_prefix))
        continue;
      if (fs::is_symlink(entry) || !is_folder(entry))
        names.push_back(name);
      else
        for (const fs::path &below : files_below(entry, could_not_find_out))
          names.push_back(name / below);
    }
    return names;
  }

  const fs::path &source_;
  const fs::path &patched_;
  std::set<std::string> touched_;
  const fs::path &copy_;
};

} // namespace

Bench::Bench(const std::string &what, const Progress &progress)
    : folder_(cache_folder() / "benches" / sha256(what)) {
  make_folders(folder_);
  lock_ = lock_of(folder_ / "lock", progress);
}

Bench::~Bench() { ::close(lock_); }

void Bench::take(const SourceTree &tree, const std::vector<fs::path> &patches) const {
  const TemporaryFolder scratch;
  const Series series{{}, patches};
  apply_to_copies(series, tree, scratch.path());
  const fs::path copy = this->tree();
  with_our_errors(could_not_find_out, [&] {
    if (!is_folder(copy))
      copy_whole(tree.path);
    throw_if_interrupted();
    Copy(tree.path, scratch.path(), touched_files(series), copy).update();
  });
}

void Bench::copy_whole(const fs::path &source) const {
  const fs::path partial = folder_ / "partial";
  fs::remove_all(partial);
  fs::copy(source, partial,
           fs::copy_options::recursive | fs::copy_options::copy_symlinks |
               fs::copy_options::create_hard_links);
  fs::rename(partial, tree());
}

fs::path Bench::objects(const std::string &configuration) const {
  fs::path objects = tree() / (objects_prefix + configuration.substr(0, 16));
  make_folders(objects);
  return objects;
}

void remove_old_benches(int days) {
  std::error_code error;
  const auto oldest = fs::file_time_type::clock::now() - std::chrono::hours(24 * days);
  for (const fs::directory_entry &entry : fs::directory_iterator(cache_folder() / "benches", error))
    if (fs::last_write_time(entry.path() / "lock", error) < oldest)
      fs::remove_all(entry.path(), error);
}

} // namespace rmemcheck
