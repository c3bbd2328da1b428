// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/by_address.h"
#include "judge/layout.h"
#include "judge/rules.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

using MemblockByAddress = ByAddress<MemblockRange>;

void demand_reserved(RuleReport &report, const std::string &region, const PhysicalRange &range,
                     const RangeSet &reserved) {
  const RangeSet missing = RangeSet({range}).minus(reserved);
  if (!missing.empty())
    report.finding(region, to_string(range) + " reserved", "not reserved: " + to_string(missing));
}

/// Of several flags memblock's debugfs shows only the lowest one; these are lower than NOMAP.
bool may_hide_no_map(const std::string &flag) { return flag == "HOTPLUG" || flag == "MIRROR"; }

void demand_no_map(RuleReport &report, const PlacedRange &placed, const MemblockByAddress &memory) {
  for (const MemblockRange *entry : memory.overlapping(placed.range)) {
    const std::string flag = entry->flag.value_or("");
    const std::string &name = placed.region->node.name;
    if (may_hide_no_map(flag))
      report.unknown(fmt::format("flag {} may hide NOMAP of {}", flag, name));
    else if (flag != "NOMAP")
      report.finding(name, to_string(placed.range) + " with flag NOMAP",
                     to_string(entry->range) + " with flag " + flag, entry->at);
  }
}

void demand_mapped(RuleReport &report, const PlacedRange &placed, const Layout &layout,
                   const MemblockByAddress &memory) {
  for (const PhysicalRange &part : layout.must_be_mapped(placed.range).ranges())
    for (const MemblockRange *entry : memory.overlapping(part))
      if (entry->flag == "NOMAP")
        report.finding(placed.region->node.name, to_string(part) + " without flag NOMAP",
                       to_string(entry->range) + " with flag NOMAP", entry->at);
}

/// Bytes that a region takes which keeps them.
RangeSet kept_bytes(const Layout &layout) {
  std::vector<PhysicalRange> ranges;
  for (const auto *placed : {&layout.mapped, &layout.no_map})
    for (const PlacedRange &each : *placed)
      ranges.push_back(each.range);
  return RangeSet(std::move(ranges));
}

bool has_flags(const std::vector<MemblockRange> &ranges) {
  return std::ranges::all_of(ranges,
                             [](const MemblockRange &range) { return range.flag.has_value(); });
}

} // namespace

RuleResult check_reserved(const Expectation &expectation, const Evidence &evidence) {
  const Layout layout(expectation, Sightings(evidence));
  if (!layout.has_mapped() && expectation.memreserve.empty())
    return skip("the tree has nothing to reserve");
  if (auto result = lacking(evidence, evidence.memblock_reserved, "memblock's reserved ranges"))
    return *result;
  const RangeSet reserved = bytes_of(*evidence.memblock_reserved);
  RuleReport report;
  for (const PlacedRange &placed : layout.mapped)
    demand_reserved(report, placed.region->node.name, placed.range, reserved);
  for (const PhysicalRange &range : expectation.memreserve)
    demand_reserved(report, "", range, reserved);
  report_unplaced(report, layout, layout.unplaced_mapped);
  return report.result();
}

RuleResult check_given_back(const Expectation &expectation, const Evidence &evidence) {
  // Where a boot-placed one was nobody knows: it is not recorded.
  const auto is_given_back = [](const ExpectedRegion &region) {
    return region.given_back && region.range;
  };
  if (std::ranges::none_of(expectation.regions, is_given_back))
    return skip("the tree has no region at a fixed place whose memory must be given back");
  if (auto result = lacking(evidence, evidence.memblock_reserved, "memblock's reserved ranges"))
    return *result;
  const RangeSet reserved = bytes_of(*evidence.memblock_reserved);
  const RangeSet kept = kept_bytes(Layout(expectation, Sightings(evidence)));
  RuleReport report;
  for (const ExpectedRegion &region : expectation.regions) {
    if (!is_given_back(region))
      continue;
    // Somebody else may have taken a part of it since.
    const RangeSet free = RangeSet({*region.range}).minus(kept);
    if (!free.empty() && free.minus(reserved).empty())
      report.finding(region.node.name, to_string(*region.range) + " given back",
                     "all of it still reserved");
  }
  return report.result();
}

RuleResult check_no_map_memblock(const Expectation &expectation, const Evidence &evidence) {
  const Layout layout(expectation, Sightings(evidence));
  if (!layout.has_region())
    return skip("the tree has no region that must be recorded");
  if (auto result = lacking(evidence, evidence.memblock_memory, "memblock's memory ranges"))
    return *result;
  if (!has_flags(*evidence.memblock_memory))
    return skip("memblock shows no flags before v6.6");
  const MemblockByAddress memory(*evidence.memblock_memory);
  RuleReport report;
  for (const PlacedRange &placed : layout.no_map)
    demand_no_map(report, placed, memory);
  for (const PlacedRange &placed : layout.mapped)
    demand_mapped(report, placed, layout, memory);
  report_unplaced(report, layout, layout.unplaced_no_map, layout.unplaced_mapped);
  return report.result();
}

} // namespace rmemcheck
