// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "expectation/expectation.h"

#include <string>

namespace rmemcheck {

/// The most regions that a kernel without the series records (MAX_RESERVED_REGIONS,
/// drivers/of/of_private.h).
inline constexpr std::ptrdiff_t most_unpatched_regions = 64;

/// What a kernel without the series makes of a region, where that is something else than the
/// expectation; empty if it is not.
std::string unpatched_fate(const ExpectedRegion &region);

/// What it makes of more regions than it has room for; empty if there are not so many.
std::string unpatched_count_fate(const Expectation &expectation);

} // namespace rmemcheck
