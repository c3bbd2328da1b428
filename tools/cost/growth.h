// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cost/result.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// A sentence of the verdict, and whether it is good.
struct GrowthLine {
  enum class Outcome { holds, fails, not_known } outcome{};
  std::string text;
};

/// Whether a kernel costs at no size more than `other`, or 1.2 times as much where that one leaves
/// regions out. A size that only one of them has booted says nothing.
std::vector<GrowthLine> compare_cost(const KernelCost &kernel, const KernelCost &other);

/// Whether the cost without memblock's insertion grows no faster than n log n, from each size to
/// each that is larger in both kinds of regions: no faster than the kind that grows more would.
/// Of a kernel without a late part it says so: its total may lack one that nobody knows.
std::vector<GrowthLine> check_growth(const KernelCost &kernel);

} // namespace rmemcheck
