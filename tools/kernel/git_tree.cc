// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/git_tree.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/process.h"
#include "kernel/cache.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

std::string first_line(const std::string &text) { return text.substr(0, text.find('\n')); }

/// A repository, and an index and objects of our own beside it, so that nothing is written to it.
class Repository {
public:
  explicit Repository(fs::path path) : path_(std::move(path)) {
    make_folders(scratch_.path() / "objects");
    const fs::path objects = absolute(git({"rev-parse", "--git-path", "objects"}));
    environment_ = {{"GIT_INDEX_FILE", (scratch_.path() / "index").string()},
                    {"GIT_OBJECT_DIRECTORY", (scratch_.path() / "objects").string()},
                    {"GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.string()}};
  }

  [[nodiscard]] ChildResult try_git(std::vector<std::string> arguments,
                                    const std::optional<fs::path> &input = std::nullopt) const {
    // Root may look at the repository of a person.
    arguments.insert(arguments.begin(), {"git", "-c", "safe.directory=*", "-C", path_.string()});
    std::map<std::string, std::string> environment = environment_;
    environment["LC_ALL"] = "C";
    return run_child({arguments, ".", environment, input});
  }
  /// The first line that git prints.
  [[nodiscard]] std::string git(const std::vector<std::string> &arguments,
                                const std::optional<fs::path> &input = std::nullopt) const {
    const ChildResult result = try_git(arguments, input);
    if (result.status != 0)
      throw could_not_find_out(
          fmt::format("{}: {}: {}", path_.string(), to_shell(arguments), first_line(result.err)));
    return first_line(result.out);
  }

  /// The tree of the work tree, whatever of it is committed.
  [[nodiscard]] std::string work_tree_id() const {
    const ChildResult index = run_child({{"git", "-c", "safe.directory=*", "-C", path_.string(),
                                          "rev-parse", "--git-path", "index"},
                                         ".",
                                         {},
                                         {}});
    const fs::path from = absolute(first_line(index.out));
    const fs::path to = scratch_.path() / "index";
    std::error_code error; // without it git add reads all files, and no more
    fs::copy_file(from, to, error);
    // To git a file as old as the index may have changed, an older one has not.
    fs::last_write_time(to, fs::last_write_time(from, error), error);
    (void)git({"add", "--all"});
    return git({"write-tree"});
  }

  void export_tree(const std::string &tree, const fs::path &folder) const {
    fs::remove(scratch_.path() / "index");
    (void)git({"read-tree", tree});
    const std::optional<Relative> relative = nearest(tree);
    // A bare repository has no other work tree.
    std::vector<std::string> words = {"--work-tree=" + folder.string(), "checkout-index",
                                      "--force"};
    if (!relative) {
      words.emplace_back("--all");
      (void)git(words);
      return;
    }
    link_files(relative->path, relative->changed, folder);
    write_file(scratch_.path() / "names", joined(relative->there));
    words.insert(words.end(), {"-z", "--stdin"});
    (void)git(words, scratch_.path() / "names");
  }

  [[nodiscard]] SourceTree take(const std::string &tree, const std::string &name,
                                const Progress &progress) const {
    const CacheEntry entry = cached("trees", "git-" + tree, progress, [&](const fs::path &folder) {
      progress("taking the files of " + name, -1);
      export_tree(tree, folder);
    });
    return {name, entry.path, "", "git-" + tree, fs::weakly_canonical(path_)};
  }

  [[nodiscard]] fs::path absolute(const std::string &git_path) const {
    return fs::absolute(path_ / git_path);
  }

private:
  /// A tree that is in the cache, and what of it is not the same in another one.
  struct Relative {
    fs::path path;
    std::set<std::string> changed;
    std::vector<std::string> there; ///< those that the other one has
  };

  /// What is worth the question: the trees of a range are neighbours.
  [[nodiscard]] std::optional<Relative> nearest(const std::string &tree) const {
    constexpr std::size_t most_trees = 4;
    constexpr std::size_t most_changed = 20000;
    std::optional<Relative> found;
    for (const fs::path &path : newest_trees(most_trees)) {
      const std::string other = path.filename().string().substr(std::string("git-").size());
      std::optional<Relative> relative = difference(other, tree);
      if (!relative || relative->changed.size() > most_changed ||
          (found && found->changed.size() <= relative->changed.size()))
        continue;
      relative->path = path;
      found = std::move(relative);
    }
    return found;
  }

  static std::vector<fs::path> newest_trees(std::size_t most) {
    std::vector<std::pair<fs::file_time_type, fs::path>> trees;
    std::error_code error;
    for (const fs::directory_entry &entry : fs::directory_iterator(cache_folder() / "trees", error))
      if (entry.path().filename().string().starts_with("git-") && !entry.path().has_extension())
        trees.emplace_back(fs::last_write_time(entry.path(), error), entry.path());
    std::ranges::sort(trees, std::greater());
    std::vector<fs::path> paths;
    for (const auto &[time, path] : trees)
      if (paths.size() < most)
        paths.push_back(path);
    return paths;
  }

  /// Nothing where the repository does not know the other tree.
  [[nodiscard]] std::optional<Relative> difference(const std::string &other,
                                                   const std::string &tree) const {
    const ChildResult result =
        try_git({"diff-tree", "-r", "-z", "--no-renames", "--name-status", other, tree});
    if (result.status != 0)
      return std::nullopt;
    Relative relative;
    std::istringstream fields(result.out);
    for (std::string status, name;
         std::getline(fields, status, '\0') && std::getline(fields, name, '\0');) {
      relative.changed.insert(name);
      if (status != "D")
        relative.there.push_back(name);
    }
    return relative;
  }

  /// Files that are the same are one file on the disk.
  static void link_files(const fs::path &from, const std::set<std::string> &without,
                         const fs::path &to) {
    fs::path made;
    for (const fs::path &name : files_below(from, could_not_find_out)) {
      if (without.contains(name.string()))
        continue;
      if (name.parent_path() != made) {
        made = name.parent_path();
        make_folders(to / made);
      }
      fs::is_symlink(from / name) ? fs::copy_symlink(from / name, to / name)
                                  : fs::create_hard_link(from / name, to / name);
    }
  }

  static std::string joined(const std::vector<std::string> &names) {
    std::string text;
    for (const std::string &name : names)
      text += name + '\0';
    return text;
  }

  fs::path path_;
  TemporaryFolder scratch_;
  std::map<std::string, std::string> environment_;
};

std::string url_of(const std::string &tag) {
  const bool is_stable = std::ranges::count(tag, '.') > 1;
  return std::string("https://git.kernel.org/pub/scm/linux/kernel/git/") +
         (is_stable ? "stable/linux.git" : "torvalds/linux.git");
}

void fetch(const fs::path &repository, const std::string &tag, const Progress &progress) {
  const std::string url = url_of(tag);
  progress(fmt::format("fetching {} from {}", tag, url), -1);
  const std::string ref = "refs/tags/" + tag;
  const ChildResult result = run_child(
      {{"git", "-C", repository.string(), "fetch", "--quiet", "--depth", "1", url, ref + ":" + ref},
       ".",
       {{"LC_ALL", "C"}, {"GIT_TERMINAL_PROMPT", "0"}},
       {}});
  if (result.status != 0)
    throw could_not_find_out(
        fmt::format("{}: cannot be fetched from {}: {}\nwithout a network, name a repository that "
                    "has it: TREE=/path/to/linux@{}",
                    tag, url, first_line(result.err), tag));
}

/// As take_commit(); `name` is what a person named.
SourceTree take_named(const fs::path &repository, const std::string &commit,
                      const std::string &name, const Progress &progress) {
  const Repository git(repository);
  const ChildResult tree =
      git.try_git({"rev-parse", "--verify", "--quiet", "--end-of-options", commit + "^{tree}"});
  if (tree.status != 0)
    throw bad_input(fmt::format("{}: expected a commit of {}", commit, repository.string()));
  return git.take(first_line(tree.out), name, progress);
}

} // namespace

bool is_git_repository(const fs::path &folder) {
  const ChildResult result = run_child({{"git", "-c", "safe.directory=*", "-C", folder.string(),
                                         "rev-parse", "--is-bare-repository", "--git-dir"},
                                        ".",
                                        {},
                                        {}});
  if (result.status != 0)
    return false;
  if (result.out.starts_with("true"))
    return result.out == "true\n.\n"; // not a folder of one
  return is_found(folder / ".git");   // not a folder somewhere in another project
}

SourceTree take_work_tree(const fs::path &repository, const Progress &progress) {
  const Repository git(repository);
  const std::string head = git.git({"rev-parse", "--short=12", "HEAD"});
  const std::string committed = git.git({"rev-parse", "HEAD^{tree}"});
  const std::string name = repository.string() + "@" + head;
  if (git.git({"rev-parse", "--is-bare-repository"}) == "true")
    return git.take(committed, name, progress);
  progress("looking for changes in " + repository.string(), -1);
  const std::string tree = git.work_tree_id();
  return git.take(tree, tree == committed ? name : name + " with uncommitted changes", progress);
}

SourceTree take_commit(const fs::path &repository, const std::string &commit,
                       const Progress &progress) {
  return take_named(repository, commit, repository.string() + "@" + commit, progress);
}

std::vector<SourceTree> take_commits(const fs::path &repository, const std::string &from,
                                     const std::string &to, const Progress &progress) {
  if (!is_git_repository(repository))
    throw bad_input(fmt::format("{}: expected a git repository", repository.string()));
  if (to.starts_with('.') || to.find("..") != std::string::npos)
    throw bad_input(fmt::format("{}..{}: expected a commit on either side of two dots", from, to));
  const Repository git(repository);
  const ChildResult commits = git.try_git({"log", "--reverse", "--topo-order", "--format=%h %T %s",
                                           "--abbrev=12", "--end-of-options", from + ".." + to});
  if (commits.status != 0)
    throw bad_input(fmt::format("{}: expected two commits of {}: {}", from + ".." + to,
                                repository.string(), first_line(commits.err)));
  if (git.try_git({"merge-base", "--is-ancestor", "--end-of-options", from, to}).status != 0)
    throw bad_input(fmt::format("{}..{}: expected an ancestor of {} in front of the dots: {} is "
                                "none in {}",
                                from, to, to, from, repository.string()));
  std::vector<SourceTree> trees;
  for (const std::string &line : split_lines(commits.out)) {
    std::istringstream words(line);
    std::string commit;
    std::string tree;
    words >> commit >> tree;
    trees.push_back(git.take(tree, repository.string() + "@" + commit, progress));
    trees.back().commit = commit;
    std::getline(words >> std::ws, trees.back().subject);
  }
  if (trees.empty())
    throw bad_input(
        fmt::format("{}: no commit of {} is in that range", from + ".." + to, repository.string()));
  return trees;
}

bool is_release_tag(const std::string &name) {
  static const std::regex tag("v[0-9]+\\.[0-9]+(\\.[0-9]+)?(-rc[0-9]+)?");
  return std::regex_match(name, tag);
}

SourceTree take_release(const std::string &tag, const Progress &progress) {
  const CacheEntry repository = cached("git", tag, progress, [&](const fs::path &folder) {
    (void)run_child_or_throw({{"git", "init", "--quiet", "--bare", folder.string()}, ".", {}, {}});
    fetch(folder, tag, progress);
  });
  return take_named(repository.path, tag, tag, progress);
}

} // namespace rmemcheck
