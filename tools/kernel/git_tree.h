// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// Whether the folder is the top of a work tree, or a bare repository.
bool is_git_repository(const std::filesystem::path &folder);

/// A repository as it is: the work tree with what is changed or new in it and not ignored; of a
/// bare one, HEAD. The repository is not written to. Errors are could_not_find_out with what git
/// says.
SourceTree take_work_tree(const std::filesystem::path &repository, const Progress &progress);

/// A commit of a repository; one that it does not have is bad_input.
SourceTree take_commit(const std::filesystem::path &repository, const std::string &commit,
                       const Progress &progress);

/// The commits of FROM..TO, in the order in which they follow each other, without FROM. None is
/// bad_input.
std::vector<SourceTree> take_commits(const std::filesystem::path &repository,
                                     const std::string &from, const std::string &to,
                                     const Progress &progress);

/// Whether the name is that of a release, such as v6.9-rc1 or v6.1.90.
bool is_release_tag(const std::string &name);

/// A release of kernel.org, fetched without its history and kept in the cache.
SourceTree take_release(const std::string &tag, const Progress &progress);

} // namespace rmemcheck
