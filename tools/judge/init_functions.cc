// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/init_functions.h"

#include <algorithm>

namespace rmemcheck {
namespace {

/// What an init function leaves in an entry (RESERVEDMEM_OF_DECLARE). The first row that applies
/// holds, in the order in which the kernel tries them.
struct InitFunction {
  const char *ops;
  bool (*takes)(const ExpectedRegion &);
};

constexpr InitFunction init_functions[] = {
    // kernel/dma/contiguous.c
    {"rmem_cma_ops", [](const ExpectedRegion &region) { return region.cma; }},
    // kernel/dma/coherent.c: with and without no-map (but for 32-bit ARM)
    {"rmem_dma_ops",
     [](const ExpectedRegion &region) {
       return region.node.has_compatible("shared-dma-pool") && !region.node.reusable;
     }},
    // kernel/dma/swiotlb.c
    {"rmem_swiotlb_ops",
     [](const ExpectedRegion &region) {
       return region.node.has_compatible("restricted-dma-pool");
     }},
};

} // namespace

const char *expected_ops(const ExpectedRegion &region) {
  if (region.fate != Fate::recorded)
    return nullptr;
  for (const InitFunction &function : init_functions)
    if (function.takes(region))
      return function.ops;
  return nullptr;
}

bool is_ops(const std::string &symbol) {
  return std::ranges::find(init_functions, symbol, &InitFunction::ops) != std::end(init_functions);
}

} // namespace rmemcheck
