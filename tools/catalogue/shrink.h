// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/case.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace rmemcheck {

/// Of each tree, whether it fails in the way that is looked for. One that cannot be made fails in
/// none.
using StillFails = std::function<std::vector<bool>(const std::vector<Case> &)>;

struct ShrinkLimits {
  std::size_t at_once = 1;      ///< trees that are asked about together
  std::size_t most_trees = 200; ///< that are asked about in all
};

struct Shrunk {
  Case smallest;
  std::size_t trees = 0;    ///< that were asked about
  bool is_at_limit = false; ///< there might have been a smaller one
};

/// The smallest tree that still fails: without nodes first, then properties, tuples and what stands
/// beside /reserved-memory, then with rounder numbers. `failing` is one that fails. Nothing that is
/// taken away alone from the result leaves one that fails, unless it is at the limit.
Shrunk shrink(const Case &failing, const StillFails &still_fails, const ShrinkLimits &limits);

} // namespace rmemcheck
