// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/compared_place.h"

#include "base/kernel_version.h"

#include <fmt/format.h>

namespace rmemcheck {

std::optional<Place> place_of(const ExpectedRegion &region, const Sightings &sightings) {
  for (const ProbedRegion *seen : sightings.probed(region))
    if (seen->found && !seen->range.empty() && may_be_entry_of(region, *seen))
      return Place{seen->range, seen->at, !seen->phandle && sightings.has_namesake(region)};
  for (const LoggedRegion *seen : sightings.logged(region))
    if (!seen->range.empty())
      return Place{seen->range, seen->at};
  return std::nullopt;
}

std::string source_of(const Place &baseline) {
  return fmt::format("as the baseline's {}:{} says", baseline.at.file, baseline.at.line);
}

/// __rmem_cmp() of v6.1 takes all boot-placed regions for equal, and sort() leaves equal ones in
/// any order. Since v6.5 (4cea2821882b, "of: reserved_mem: Use stable allocation order") it goes
/// by their order in the tree.
bool has_order(const Evidence &evidence) { return is_since(evidence.log.version, "6.5"); }

bool shows_places(const Evidence &evidence) {
  return evidence.probe || prints_regions(evidence.log);
}

} // namespace rmemcheck
