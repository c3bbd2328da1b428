// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "expectation/place_faults.h"

namespace rmemcheck {

// What single regions have wrong whatever lies around them; each in tree order.

/// What an architecture that the tree does not tell makes of a region; empty if nothing else.
std::string arch_condition(const ExpectedRegion &region, const Expectation &all);

/// On what a CMA pool that is recorded depends, which no tree tells: "refused where ..."; empty if
/// on nothing.
std::string pool_condition(const ExpectedRegion &region, const Expectation &all);

/// What is left to chance for a boot-placed no-map region; empty if nothing is.
std::string border_condition(const ExpectedRegion &region);

/// CMA pools that a kernel refuses where a pageblock is the largest that there is, or even where it
/// is that of huge pages, as it mostly is.
std::vector<TreeFault> pool_alignment_faults(const Expectation &expectation);
/// Boot-placed regions whose alignment is no power of two.
std::vector<TreeFault> alignment_faults(const Expectation &expectation);
/// Regions both no-map and reusable that are no pools.
std::vector<TreeFault> hidden_reusable_faults(const Expectation &expectation);
/// Names that several nodes have, once each.
std::vector<TreeFault> namesake_faults(const Expectation &expectation);
/// Names that tell another address than reg.
std::vector<TreeFault> unit_address_faults(const Expectation &expectation);
/// Boot-placed no-map regions that are asked to begin or end within a page.
std::vector<TreeFault> loose_page_faults(const Expectation &expectation);

} // namespace rmemcheck
