// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/tree.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/process.h"
#include "kernel/archive.h"
#include "kernel/cache.h"
#include "kernel/git_tree.h"

#include <algorithm>
#include <fmt/format.h>
#include <regex>
#include <vector>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

constexpr const char *what_is_a_tree =
    "expected a kernel tree: a folder, a git repository, REPOSITORY@COMMIT, a linux-source archive "
    "or a release such as v6.9-rc1";

/// A line "NAME = value" of the top Makefile.
std::string makefile_value(const std::string &makefile, const std::string &name) {
  std::smatch match;
  const std::regex line("(^|\n)" + name + " *= *([^ \n]*)");
  return std::regex_search(makefile, match, line) ? match.str(2) : "";
}

/// Of a tree that has what this kit looks at; another one is refused by the name it was given.
std::string version_of(const fs::path &tree, const std::string &name) {
  for (const char *file : {"Makefile", "Kconfig", "drivers/of/of_reserved_mem.c"})
    if (!is_file(tree / file))
      throw bad_input(fmt::format("{}: {}, but it has no {}", name, what_is_a_tree, file));
  const std::string makefile = read_file(tree / "Makefile");
  const std::string version = makefile_value(makefile, "VERSION");
  if (version.empty())
    throw bad_input(fmt::format("{}/Makefile: expected a line \"VERSION = \"", name));
  return fmt::format("{}.{}.{}{}", version, makefile_value(makefile, "PATCHLEVEL"),
                     makefile_value(makefile, "SUBLEVEL"),
                     makefile_value(makefile, "EXTRAVERSION"));
}

/// Over name, permissions and content of each file.
std::string content_key(const fs::path &folder, const Progress &progress) {
  const std::vector<fs::path> files = files_below(folder, bad_input);
  std::string lines;
  for (std::size_t index = 0; index < files.size(); ++index) {
    throw_if_interrupted();
    progress("reading " + folder.string(),
             static_cast<double>(index) / static_cast<double>(files.size()));
    const fs::path file = folder / files[index];
    const fs::file_status status = fs::symlink_status(file);
    const std::string bytes =
        fs::is_symlink(status) ? fs::read_symlink(file).string() : read_file(file);
    lines += fmt::format("{} {:o} {}\n", sha256(bytes), static_cast<unsigned>(status.permissions()),
                         files[index].string());
  }
  return sha256(lines);
}

void copy_files(const fs::path &from, const fs::path &to, const Progress &progress) {
  progress("copying " + from.string(), -1);
  std::error_code error;
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::copy_symlinks, error);
  if (error)
    throw could_not_find_out(
        fmt::format("{}: cannot be copied to {}: {}", from.string(), to.string(), error.message()));
}

SourceTree take_folder(const fs::path &folder, const Progress &progress) {
  (void)version_of(folder, folder.string()); // before 80,000 files of something else are read
  if (is_found(folder / ".config"))
    throw bad_input(fmt::format("{}: has been built in: expected a clean tree (\"make mrproper\") "
                                "or a git repository",
                                folder.string()));
  const std::string key = content_key(folder, progress);
  const CacheEntry entry = cached(
      "trees", key, progress, [&](const fs::path &copy) { copy_files(folder, copy, progress); });
  return {folder.string(), entry.path, "", key};
}

SourceTree take_archive(const fs::path &archive, const Progress &progress) {
  progress("reading " + archive.string(), -1);
  const std::string key = sha256_of_file(archive);
  const CacheEntry entry = cached("trees", key, progress, [&](const fs::path &folder) {
    unpack(archive, folder, progress);
    (void)version_of(folder, archive.string()); // what is no kernel is not kept
  });
  return {archive.string(), entry.path, "", key};
}

/// Debian keeps one archive a version; its package is upgraded in place.
fs::path default_archive() {
  for (const char *suffix : {"xz", "gz", "zst"}) {
    fs::path path = fmt::format("/usr/src/linux-source-6.1.tar.{}", suffix);
    if (fs::exists(path))
      return path;
  }
  throw could_not_find_out(
      "/usr/src/linux-source-6.1.tar.xz: not there; \"make packages\" installs "
      "Debian's linux-source-6.1, --tree names another tree");
}

SourceTree take_path(const fs::path &path, const Progress &progress) {
  if (is_folder(path))
    return is_git_repository(path) ? take_work_tree(path, progress) : take_folder(path, progress);
  if (is_archive_name(path))
    return take_archive(path, progress);
  throw bad_input(fmt::format("{}: {}", path.string(), what_is_a_tree));
}

SourceTree take(const std::string &tree, const Progress &progress) {
  if (tree.empty())
    return take_archive(default_archive(), progress);
  if (is_found(tree))
    return take_path(tree, progress);
  const std::size_t at = tree.rfind('@');
  if (at != std::string::npos && is_folder(tree.substr(0, at)) &&
      is_git_repository(tree.substr(0, at)))
    return take_commit(tree.substr(0, at), tree.substr(at + 1), progress);
  if (is_release_tag(tree))
    return take_release(tree, progress);
  throw bad_input(fmt::format("{}: {}", tree, what_is_a_tree));
}

} // namespace

SourceTree find_tree(const std::string &tree, const Progress &progress) {
  SourceTree found = take(tree, progress);
  found.version = version_of(found.path, found.name);
  return found;
}

std::vector<SourceTree> find_commits(const std::string &repository, const std::string &from,
                                     const std::string &to, const Progress &progress) {
  std::vector<SourceTree> found = take_commits(repository, from, to, progress);
  for (SourceTree &tree : found)
    tree.version = version_of(tree.path, tree.name);
  return found;
}

} // namespace rmemcheck
