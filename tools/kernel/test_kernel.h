// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// What the unit tests of this folder share: a cache, a git and a small kernel tree of their own.

#include "base/process.h"
#include "base/test_folder.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <vector>

namespace rmemcheck::test {

/// An environment variable for as long as this lives; without a value it is not set.
class Variable {
public:
  Variable(const char *name, const std::optional<std::string> &value) : name_(name) {
    if (const char *before = std::getenv(name))
      before_ = before;
    set(value);
  }
  ~Variable() { set(before_); }
  Variable(const Variable &) = delete;
  Variable &operator=(const Variable &) = delete;

private:
  void set(const std::optional<std::string> &value) const {
    if (value)
      ::setenv(name_, value->c_str(), 1);
    else
      ::unsetenv(name_);
  }
  const char *name_;
  std::optional<std::string> before_;
};

/// Takes what Progress tells and does nothing with it.
inline void quiet(const std::string &, double) {}

inline std::filesystem::path kit_folder() {
  return std::filesystem::path(__FILE__).parent_path() / "../..";
}

/// The names in a folder, in order; none where it is not there.
inline std::vector<std::string> names_in(const std::filesystem::path &folder) {
  std::vector<std::string> names;
  if (std::filesystem::exists(folder))
    for (const auto &entry : std::filesystem::directory_iterator(folder))
      names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

/// Permissions and bytes of each file below a folder, by its name there; a link's text.
inline std::map<std::string, std::string> contents(const std::filesystem::path &folder) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  for (const auto &entry : fs::recursive_directory_iterator(folder)) {
    std::ostringstream bytes;
    if (entry.is_symlink())
      bytes << "-> " << fs::read_symlink(entry).string();
    else if (entry.is_regular_file())
      bytes << static_cast<unsigned>(entry.status().permissions()) << ' '
            << std::ifstream(entry.path()).rdbuf();
    else
      continue;
    files[entry.path().lexically_relative(folder).string()] = bytes.str();
  }
  return files;
}

/// A folder of its own with the cache below it, folder/cache/rmemcheck.
class CacheTest : public FolderTest {
protected:
  [[nodiscard]] std::filesystem::path cache() const { return folder / "cache/rmemcheck"; }

private:
  Variable cache_home_{"XDG_CACHE_HOME", (folder / "cache").string()};
};

/// With kernel trees and repositories; git reads nobody's configuration and asks no network.
class KernelTest : public CacheTest {
protected:
  /// Linux 6.1.SUBLEVEL in folder/NAME, as far as this kit looks at it.
  void write_kernel(const std::filesystem::path &name, int sublevel = 7,
                    const std::string &extra = "") const {
    write(name / "Makefile",
          fmt::format("# a comment\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = {}\nEXTRAVERSION ={}\n",
                      sublevel, extra.empty() ? "" : " " + extra));
    write(name / "Kconfig", "mainmenu \"Linux\"\n");
    write(name / "drivers/of/of_reserved_mem.c", "int reserved_mem_count;\n");
  }
  /// Runs git in folder/NAME; what it prints, without the last newline.
  [[nodiscard]] std::string git_prints(const std::filesystem::path &name,
                                       std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"git", "-C", (folder / name).string()});
    std::string out = run_child_or_throw({arguments, ".", {}, {}}).out;
    return out.substr(0, out.find_last_not_of('\n') + 1);
  }
  void git(const std::filesystem::path &name, const std::vector<std::string> &arguments) const {
    (void)git_prints(name, arguments);
  }
  void commit(const std::filesystem::path &name) const {
    git(name, {"add", "--all"});
    git(name, {"commit", "--quiet", "--message", "a commit"});
  }
  /// A repository folder/NAME with a kernel in its only commit.
  void make_repository(const std::filesystem::path &name) const {
    write_kernel(name);
    write(name / ".gitignore", "*.o\n.config\n");
    git(name, {"init", "--quiet", "--initial-branch=main"});
    commit(name);
  }
  /// A bare clone of it, folder/TO.
  void make_bare(const std::filesystem::path &from, const std::filesystem::path &to) const {
    git(".", {"clone", "--quiet", "--bare", from.string(), to.string()});
  }

private:
  Variable dir_{"GIT_DIR", {}}; // set where a hook of git runs the tests
  Variable work_tree_{"GIT_WORK_TREE", {}};
  Variable index_{"GIT_INDEX_FILE", {}};
  Variable global_{"GIT_CONFIG_GLOBAL", "/dev/null"};
  Variable system_{"GIT_CONFIG_NOSYSTEM", "1"};
  Variable protocol_{"GIT_ALLOW_PROTOCOL", "file"};
  Variable author_{"GIT_AUTHOR_NAME", "A"};
  Variable author_mail_{"GIT_AUTHOR_EMAIL", "a@example.org"};
  Variable committer_{"GIT_COMMITTER_NAME", "A"};
  Variable committer_mail_{"GIT_COMMITTER_EMAIL", "a@example.org"};
};

} // namespace rmemcheck::test
