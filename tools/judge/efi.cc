// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <fmt/format.h>

namespace rmemcheck {

/// Firmware that is called at run time finds its own memory through the mapping that the kernel
/// makes of it: where that is no-map, the call ends in a synchronous external abort.
RuleResult check_efi_runtime(const Expectation &expectation, const Evidence &evidence) {
  if (evidence.efi_memory.empty())
    return skip("the log has no EFI memory map");
  const Sightings sightings(expectation, evidence);
  RuleReport report;
  for (const ExpectedRegion &region : expectation.regions) {
    if (!takes_memory(region) || !region.no_map)
      continue;
    for (const PhysicalRange &place : sightings.places(region))
      for (const EfiMemory &memory : evidence.efi_memory)
        if (memory.is_used && memory.range.overlaps(place))
          report.finding(region.node.name,
                         fmt::format("{} clear of what EFI uses at run time", to_string(place)),
                         fmt::format("{} at {}", memory.type, to_string(memory.range)), memory.at);
  }
  return report.result();
}

} // namespace rmemcheck
