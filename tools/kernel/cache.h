// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>
#include <functional>
#include <string>

namespace rmemcheck {

/// $XDG_CACHE_HOME/rmemcheck or ~/.cache/rmemcheck. Safe to delete whenever no run uses it.
std::filesystem::path cache_folder();

/// A cache entry, cache_folder()/KIND/KEY. One that is not there is made by `fill` in an empty
/// folder beside it, which appears under its name only when `fill` has returned: an entry is whole
/// or not there. Two runs make one entry once; the second waits. `what` says for whom it waits.
/// Returns the entry and whether it was there already.
struct CacheEntry {
  std::filesystem::path path;
  bool was_there = false;
};
CacheEntry cached(const std::string &kind, const std::string &key, const Progress &progress,
                  const std::function<void(const std::filesystem::path &folder)> &fill);

} // namespace rmemcheck
