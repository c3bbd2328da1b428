// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace rmemcheck {

/// Called now and then with what is being done and how far it is (0 to 1, or less than
/// 0 where nobody can say).
using Progress = std::function<void(const std::string &what, double share)>;

/// A source tree that a person named. What was named is never changed.
struct SourceTree {
  std::string name;           ///< for people: what was named, with the commit of a repository
  std::filesystem::path path; ///< a folder with its files, ours or the person's; only to be read
  std::string version;        ///< "6.1.192", from the Makefile's VERSION, PATCHLEVEL, SUBLEVEL
  std::string key;            ///< content key: of the archive, the git tree, or the files
  std::filesystem::path repository = {}; ///< where it is of; empty for other trees
  std::string commit = {};               ///< of a repository, abbreviated
  std::string subject = {};              ///< of that commit
};

/// Finds out what `tree` is:
///   ""                 the newest linux-source-6.1.tar.* of /usr/src
///   an archive         linux-source-*.tar.xz and the like
///   a git repository   its work tree with what is not committed yet; a bare one's HEAD
///   REPOSITORY@COMMIT  that commit of it
///   a folder           a tree without git
///   v6.9-rc1           a tag, fetched from kernel.org
/// What is no kernel is bad_input; a tag that cannot be fetched is could_not_find_out.
SourceTree find_tree(const std::string &tree, const Progress &progress);

/// Every commit of a range of a repository, the oldest first, as take_commits() does. One that is
/// no kernel is bad_input.
std::vector<SourceTree> find_commits(const std::string &repository, const std::string &from,
                                     const std::string &to, const Progress &progress);

} // namespace rmemcheck
