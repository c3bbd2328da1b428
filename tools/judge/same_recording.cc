// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/compared_place.h"
#include "judge/comparison.h"
#include "judge/rule_report.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// Of a region that the baseline could not know to be there: it has gone by other numbers.
bool is_comparable(const ExpectedRegion &region, bool are_boot_placed_ordered) {
  return region.fate == Fate::recorded &&
         (!is_boot_placed(region) || (are_boot_placed_ordered && !region.is_alignment_rounded));
}

} // namespace

RuleResult check_same_recording(const ShownBoot &baseline, const ShownBoot &patched) {
  if (baseline.expectation.regions.empty())
    return skip("the tree has no region");
  const Ending end = baseline.evidence.ending;
  if (is_kernel_failure(end) || end == Ending::cut_short)
    return skip("the baseline did not get through its boot");
  if (baseline.expectation.regions.size() != patched.expectation.regions.size())
    return inconclusive("the two kernels were given trees of several sizes");
  for (const ShownBoot *boot : {&baseline, &patched})
    if (!shows_places(boot->evidence))
      return absent(boot->evidence, "what is recorded", "probe");
  const Sightings before(baseline.expectation, baseline.evidence);
  const Sightings after(patched.expectation, patched.evidence);
  const bool are_ordered = has_order(baseline.evidence) ||
                           std::ranges::count_if(baseline.expectation.regions, is_boot_placed) == 1;
  RuleReport report;
  for (std::size_t index = 0; index < baseline.expectation.regions.size(); ++index) {
    const ExpectedRegion &region = baseline.expectation.regions[index];
    if (!is_comparable(region, are_ordered))
      continue;
    const std::optional<Place> wanted = place_of(region, before);
    const std::optional<Place> seen = place_of(patched.expectation.regions[index], after);
    if (wanted && !seen)
      report.finding(region.node.name,
                     fmt::format("recorded: {}, {}", to_string(wanted->range), source_of(*wanted)),
                     "not recorded");
    else if (wanted && !wanted->may_be_namesakes && !is_boot_placed(region) &&
             wanted->range != seen->range)
      report.finding(region.node.name,
                     fmt::format("recorded: {}, {}", to_string(wanted->range), source_of(*wanted)),
                     to_string(seen->range), seen->at);
  }
  return report.result();
}

} // namespace rmemcheck
