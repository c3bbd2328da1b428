// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/kernel_version.h"
#include "judge/by_address.h"
#include "judge/layout.h"
#include "judge/rules.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// Nothing if the page tables can be judged by. Ones that map no RAM at all were read wrongly.
std::optional<RuleResult> no_linear_mapping(const Layout &layout, const Evidence &evidence) {
  if (auto result =
          lacking(evidence, evidence.linear_mapping, "the linear mapping", "kernel_page_tables"))
    return result;
  if (layout.memory.intersection(bytes_of(*evidence.linear_mapping)).empty())
    return inconclusive("the linear mapping holds no byte of RAM");
  return std::nullopt;
}

/// What the probe must read of a range: "all", "none", or empty where either will do.
std::string expected_mapping(const PlacedRange &placed, const Layout &layout,
                             const RangeSet &no_map_pages) {
  if (!layout.memory.overlaps(placed.range))
    return "none";
  if (placed.region->no_map) {
    const RangeSet pages = RangeSet({placed.range}).touched_units(layout.page_size);
    return pages.minus(no_map_pages).empty() ? "none" : "";
  }
  const RangeSet mapped = layout.must_be_mapped(placed.range);
  return mapped.covers(placed.range) && !placed.region->from_firmware ? "all" : "";
}

/// What the probe saw of a range; nothing if lookup does not find the region there.
const ProbedRegion *find_probed(const PlacedRange &placed, const Sightings &sightings) {
  const auto &seen = sightings.probed(*placed.region);
  const bool is_found = !seen.empty() && seen.front()->found && seen.front()->range == placed.range;
  return is_found ? seen.front() : nullptr;
}

/// Compares what the probe read of regions with what the tree demands.
class ProbeComparison {
public:
  ProbeComparison(const Layout &layout, const Sightings &sightings)
      : layout_(layout), no_map_pages_(layout.whole_no_map_pages()), sightings_(sightings) {}

  void compare(const PlacedRange &placed) {
    const ExpectedRegion &region = *placed.region;
    if (placed.range !=
        region.range.value_or(sightings_.found_place(region).value_or(placed.range)))
      return; // the probe reads what lookup returns, which is the first tuple of reg
    if (const ProbedRegion *seen = find_probed(placed, sightings_))
      compare_pages(placed, *seen);
    else
      not_found_.push_back(region.node.name);
  }

  void add_not_found(const std::vector<std::string> &names) {
    not_found_.insert(not_found_.end(), names.begin(), names.end());
  }

  [[nodiscard]] RuleResult result() {
    if (!not_found_.empty())
      report_.unknown("the probe does not find the place of " + count_names(not_found_));
    else if (compared_ == 0)
      return skip("the probe can read no region whose pages are all mapped or all not");
    return report_.result();
  }

private:
  void compare_pages(const PlacedRange &placed, const ProbedRegion &probed) {
    const std::string expected = expected_mapping(placed, layout_, no_map_pages_);
    if (expected.empty() || probed.mapped == "unknown")
      return;
    ++compared_;
    if (probed.mapped != expected)
      report_.finding(probed.name,
                      fmt::format("readable pages of {}: {}", to_string(placed.range), expected),
                      probed.mapped, probed.at);
  }

  const Layout &layout_;
  const RangeSet no_map_pages_;
  const Sightings &sightings_;
  RuleReport report_;
  std::vector<std::string> not_found_;
  std::size_t compared_ = 0;
};

/// The probe has tried every page of this range, and could read none.
bool is_unreadable(const PlacedRange &placed, const Sightings &sightings) {
  const ProbedRegion *seen = find_probed(placed, sightings);
  return seen != nullptr && seen->mapped == "none";
}

/// Since v7.3 arm64 takes the alias of the kernel's data and BSS out of the linear mapping
/// (map_mem(), arch/arm64/mm/mmu.c).
RangeSet may_be_unmapped(const Evidence &evidence) {
  std::vector<PhysicalRange> data;
  if (is_since(evidence.log.version, "7.3"))
    for (const IomemEntry &entry : *evidence.iomem)
      if (entry.name == "Kernel data")
        data.push_back(entry.range);
  return RangeSet(data);
}

} // namespace

bool probe_reads_no_map_nowhere(const Expectation &expectation, const Evidence &evidence) {
  const Sightings sightings(expectation, evidence);
  const Layout layout(expectation, sightings);
  return layout.has_no_map() && layout.unplaced_no_map.empty() &&
         std::ranges::all_of(layout.no_map, [&](const PlacedRange &placed) {
           return !layout.memory.overlaps(placed.range) || is_unreadable(placed, sightings);
         });
}

RuleResult check_no_map_unmapped(const Expectation &expectation, const Evidence &evidence) {
  const Layout layout(expectation, evidence);
  if (!layout.has_no_map())
    return skip("the tree has no no-map region");
  if (auto result = no_linear_mapping(layout, evidence))
    return *result;
  const RangeSet pages = layout.whole_no_map_pages();
  if (pages.empty() && layout.unplaced_no_map.empty())
    return skip("each page of the tree's no-map regions holds mapped memory, too");
  const ByAddress<MappedRange> mapping(*evidence.linear_mapping);
  const RangeSet wrongly_mapped = pages.intersection(bytes_of(*evidence.linear_mapping));
  RuleReport report;
  for (const PlacedRange &placed : layout.no_map) {
    const RangeSet mapped = RangeSet({placed.range}).intersection(wrongly_mapped);
    if (!mapped.empty())
      report.finding(placed.region->node.name,
                     to_string(placed.range) + " not in the linear mapping",
                     "mapped: " + to_string(mapped), mapping.first_line(placed.range));
  }
  report_unplaced(report, layout, layout.unplaced_no_map);
  return report.result();
}

RuleResult check_mapped_present(const Expectation &expectation, const Evidence &evidence) {
  const Layout layout(expectation, evidence);
  if (!layout.has_mapped())
    return skip("the tree has no mapped region");
  if (auto result = no_linear_mapping(layout, evidence))
    return *result;
  const RangeSet mapping = bytes_of(*evidence.linear_mapping);
  RuleReport report;
  for (const PlacedRange &placed : layout.mapped) {
    const RangeSet missing = layout.must_be_mapped(placed.range).minus(mapping);
    if (!missing.empty())
      report.finding(placed.region->node.name, to_string(placed.range) + " in the linear mapping",
                     "not mapped: " + to_string(missing));
  }
  report_unplaced(report, layout, layout.unplaced_mapped);
  return report.result();
}

RuleResult check_ram_mapped(const Expectation &expectation, const Evidence &evidence) {
  const Layout layout(expectation, evidence);
  if (auto result = no_linear_mapping(layout, evidence))
    return *result;
  if (auto result = lacking_iomem(evidence))
    return *result;
  const RangeSet mapping = bytes_of(*evidence.linear_mapping);
  const RangeSet unmapped = may_be_unmapped(evidence);
  RuleReport report;
  for (const IomemEntry &entry : *evidence.iomem) {
    if (entry.name != "System RAM")
      continue;
    const RangeSet missing = RangeSet({entry.range}).minus(mapping).minus(unmapped);
    if (!missing.empty())
      report.finding("", to_string(entry.range) + ", System RAM, in the linear mapping",
                     "not mapped: " + to_string(missing), entry.at);
  }
  return report.result();
}

RuleResult check_probe_mapping(const Expectation &expectation, const Evidence &evidence) {
  if (records_nothing(expectation))
    return skip("the probe asks for each region, and this kernel records nothing");
  const Sightings sightings(expectation, evidence);
  const Layout layout(expectation, sightings);
  if (!layout.has_region())
    return skip("the tree has no region that must be recorded");
  if (!evidence.probe)
    return absent(evidence, "the probe's view", "probe");
  ProbeComparison comparison(layout, sightings);
  for (const PlacedRange &placed : layout.no_map)
    comparison.compare(placed);
  for (const PlacedRange &placed : layout.mapped)
    comparison.compare(placed);
  comparison.add_not_found(layout.unplaced_no_map);
  comparison.add_not_found(layout.unplaced_mapped);
  return comparison.result();
}

} // namespace rmemcheck
