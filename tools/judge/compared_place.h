// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/sightings.h"

#include <optional>
#include <string>

namespace rmemcheck {

/// Where a region was seen, and the line that says so.
struct Place {
  PhysicalRange range;
  SourceLine at;
  /// Lookup finds the first of one name, and its entry has no phandle (from v6.12 on) that tells of
  /// which node it is.
  bool may_be_namesakes = false;
};

std::optional<Place> place_of(const ExpectedRegion &region, const Sightings &sightings);

/// "as the baseline's probe:12 says".
std::string source_of(const Place &baseline);

/// Whether a kernel places regions in the order of the tree, so that they can be compared name by
/// name.
bool has_order(const Evidence &evidence);

/// Whether probe or log show what is recorded, and where.
bool shows_places(const Evidence &evidence);

} // namespace rmemcheck
