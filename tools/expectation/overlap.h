// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "expectation/expectation.h"

namespace rmemcheck {

/// The pairs that __rmem_check_for_overlap() at v6.9 prints, in its order. `regions` is in tree
/// order, and the fates of static regions must stand already.
std::vector<ExpectedOverlap> find_overlaps(const std::vector<ExpectedRegion> &regions);

} // namespace rmemcheck
