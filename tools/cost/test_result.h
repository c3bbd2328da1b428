// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// What a kernel costs, in a line of a test.

#include "cost/result.h"

namespace rmemcheck::test {

/// So many regions of the size are recorded; all of them where it is not said.
inline CostResult cost_result(const CostSize &size, std::uint64_t instructions,
                              std::optional<std::uint64_t> recorded = std::nullopt) {
  return {size, Counts{instructions, 0, 0, 0, 0}, "", recorded ? recorded : size.regions(), 0};
}

inline CostResult not_booted(const CostSize &size) {
  return {size, std::nullopt, "Kernel panic: one", std::nullopt, std::nullopt};
}

inline KernelCost kernel_cost(const std::string &name, const std::vector<CostResult> &results) {
  return {name, "record", {}, results};
}

} // namespace rmemcheck::test
