// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/mapped_pool.h"

#include <algorithm>

namespace rmemcheck {

bool is_mapped_coherent_pool(const ExpectedRegion &region, const Sightings &sightings,
                             std::uint64_t page_size) {
  if (!takes_memory(region) || region.cma || !region.node.has_compatible("shared-dma-pool"))
    return false;
  return !region.no_map ||
         std::ranges::any_of(sightings.places(region),
                             [&](const PhysicalRange &place) { return place.cuts(page_size); });
}

} // namespace rmemcheck
