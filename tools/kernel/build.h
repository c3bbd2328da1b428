// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/machine.h"
#include "kernel/series.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace rmemcheck {

/// A source tree as a person names it: a folder, a git repository (optionally at a
/// commit), a linux-source-*.tar.xz, or a tag to fetch.
struct SourceTree {
  std::filesystem::path path;
  std::string version; ///< "6.1.192", from the Makefile's VERSION, PATCHLEVEL, SUBLEVEL
  std::string key;     ///< content key: of the tarball, the git tree, or the files
};

/// What a build leaves, all in one cache entry.
struct BuiltKernel {
  std::filesystem::path image;
  std::filesystem::path config; ///< .config
  std::filesystem::path system_map;
  std::filesystem::path module; ///< the probe module built against it
  std::string version;          ///< "make kernelrelease"
  std::string key;              ///< of the cache entry
  bool from_cache = false;
  double seconds = 0;
};

/// Called now and then with what is being done and how far it is (0 to 1, or less than
/// 0 where nobody can say).
using Progress = std::function<void(const std::string &what, double share)>;

/// Finds out what `tree` is. "" means the newest linux-source-6.1 tarball of /usr/src.
/// Something that is no kernel is bad_input. Nothing is changed in it.
SourceTree find_tree(const std::string &tree, const Progress &progress);

struct BuildRequest {
  SourceTree tree;
  std::optional<Series> series; ///< none: unpatched
  Machine machine;
  std::filesystem::path fragment;      ///< Kconfig.fragment
  std::filesystem::path module_source; ///< kmod/
};

/// Builds, or takes from the cache under $XDG_CACHE_HOME/rmemcheck. Entries are keyed by
/// content (tree, series, configuration, compiler, module source), appear by rename
/// only when whole, and are guarded by a lock so that two runs build one entry once.
/// A configuration line that did not take is bad_input naming it; a build that fails is
/// could_not_find_out with its first error lines and the log's path.
BuiltKernel build_kernel(const BuildRequest &request, const Progress &progress);

/// $XDG_CACHE_HOME/rmemcheck or ~/.cache/rmemcheck.
std::filesystem::path cache_folder();

} // namespace rmemcheck
