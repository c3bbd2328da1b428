// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/sightings.h"

namespace rmemcheck {

/// A pool of coherent memory that has a page in the linear mapping: it has no no-map, or begins or
/// ends within a page. rmem_dma_device_init() (kernel/dma/coherent.c) maps it once more for a
/// device, which memremap() and what is below it refuse of RAM with a warning.
bool is_mapped_coherent_pool(const ExpectedRegion &region, const Sightings &sightings,
                             std::uint64_t page_size);

} // namespace rmemcheck
