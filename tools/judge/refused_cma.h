// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "expectation/expectation.h"

#include <cstddef>

namespace rmemcheck {

/// No kernel has fewer areas if it has any choice (MAX_CMA_AREAS, include/linux/cma.h, with the
/// default of CONFIG_CMA_AREAS).
inline constexpr std::ptrdiff_t fewest_cma_areas = 8;

/// Whether a tree has so many CMA pools that a kernel may have no area left for one of them, or for
/// the default one of its own.
bool has_many_cma_pools(const Expectation &expectation);

/// The expectation without the CMA pools that the kernel had to refuse for what its configuration
/// says and no tree: there are no more areas (CONFIG_CMA_AREAS), or an area must begin and end with
/// larger blocks than a page (CMA_MIN_ALIGNMENT_BYTES), for which there may be no room. The log
/// must say so of each, and it is believed only where it may be so.
Expectation without_refused_cma(Expectation expectation, const Evidence &evidence);

} // namespace rmemcheck
