// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/process.h"
#include "kernel/config.h"
#include "kernel/machine.h"
#include "kernel/tree.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// The probe module, as kmod/ makes it.
inline constexpr const char *probe_file = "reserved_mem_probe.ko";

/// What a build leaves, all in one cache entry.
struct BuiltKernel {
  std::filesystem::path image;
  std::filesystem::path config; ///< .config
  std::filesystem::path system_map;
  std::filesystem::path vmlinux;
  std::filesystem::path symvers; ///< what vmlinux exports, with checksums where it has them
  std::filesystem::path module;  ///< the probe module built against it; empty if none can run
  std::string version;           ///< "make kernelrelease"
  std::string key;               ///< of the cache entry
  bool from_cache = false;
  double seconds = 0;
};

struct BuildRequest {
  SourceTree tree;
  std::vector<std::filesystem::path> patches; ///< on top of the tree, in their order
  Machine machine;
  std::vector<std::string> config; ///< lines that replace the machine's for the same option
  /// A whole .config, a distribution's say, that all of these lines are put into; empty: none, and
  /// what no line sets is off.
  std::filesystem::path base_config;
  std::filesystem::path fragment;      ///< Kconfig.fragment
  std::filesystem::path module_source; ///< kmod/
};

/// How make is called to build for a machine: its words but for the folders (-C and O=) and
/// targets, and what stands in its environment.
Command make_call(const Machine &machine);

/// The lines of a build's configuration. With a whole .config, also those that take out what only
/// its owner can build: signatures by keys that others have not, debug information. Errors as
/// wanted_config().
std::vector<ConfigLine> config_lines(const BuildRequest &request);

/// Of the probe module's source: its files' names and content.
std::string module_key(const std::filesystem::path &source);

/// Builds, or takes from the cache under $XDG_CACHE_HOME/rmemcheck. Entries are keyed by
/// content (tree, patches, configuration, compiler, module source), appear by rename
/// only when whole, and are guarded by a lock so that two runs build one entry once.
/// A configuration line that did not take is bad_input naming it; a build that fails is
/// could_not_find_out with its first error lines and the log's path.
BuiltKernel build_kernel(const BuildRequest &request, const Progress &progress);

} // namespace rmemcheck
