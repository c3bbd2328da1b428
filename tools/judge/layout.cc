// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/layout.h"

namespace rmemcheck {
namespace {

/// Of a region whose first tuple it refuses the kernel takes the others all the same. What init
/// functions have refused is given back (kept_of_refused), and boot-placed regions have no tuples.
bool is_without_memory(const ExpectedRegion &region) {
  return region.fate == Fate::refused && (region.given_back || is_boot_placed(region));
}

bool must_be_hidden(const ExpectedRegion &region) {
  return region.fate == Fate::refused ? region.node.no_map : region.no_map;
}

} // namespace

Layout::Layout(const Expectation &expectation, const Evidence &evidence)
    : Layout(expectation, Sightings(expectation, evidence)) {}

Layout::Layout(const Expectation &expectation, const Sightings &sightings)
    : memory(expectation.memory), page_size(expectation.page_size),
      has_user_space(expectation.has_user_space) {
  std::vector<PhysicalRange> hidden_ranges;
  for (const ExpectedRegion &region : expectation.regions) {
    if (region.fate == Fate::ignored) {
      for (const PhysicalRange &range : region.node.reg)
        if (region.node.no_map)
          left_alone.push_back({&region, range});
      continue;
    }
    const std::vector<PhysicalRange> places = sightings.places(region);
    if (region.node.no_map)
      hidden_ranges.insert(hidden_ranges.end(), places.begin(), places.end());
    if (is_without_memory(region))
      continue;
    for (const PhysicalRange &range : places)
      (must_be_hidden(region) ? no_map : mapped).push_back({&region, range});
    if (places.empty() && region.fate == Fate::recorded)
      (region.no_map ? unplaced_no_map : unplaced_mapped).push_back(region.node.name);
  }
  hidden = RangeSet(std::move(hidden_ranges));
}

RangeSet Layout::must_be_mapped(const PhysicalRange &range) const {
  return RangeSet({range}).intersection(memory).minus(hidden);
}

RangeSet Layout::no_map_bytes() const {
  std::vector<PhysicalRange> ranges;
  for (const PlacedRange &placed : no_map)
    ranges.push_back(placed.range);
  return RangeSet(std::move(ranges));
}

RangeSet Layout::no_map_or_hidden() const {
  std::vector<PhysicalRange> ranges = hidden.ranges();
  append(ranges, no_map_bytes().ranges());
  return RangeSet(std::move(ranges));
}

RangeSet Layout::whole_no_map_pages() const { return no_map_bytes().whole_units(page_size); }

std::vector<PhysicalRange> kept_of_refused(const Expectation &expectation) {
  std::vector<PhysicalRange> ranges;
  for (const ExpectedRegion &region : expectation.regions)
    if (region.given_back && region.node.reg.size() > 1)
      ranges.insert(ranges.end(), region.node.reg.begin() + 1, region.node.reg.end());
  return ranges;
}

void report_unplaced(RuleReport &report, const Layout &layout, std::vector<std::string> names,
                     const std::vector<std::string> &more) {
  names.insert(names.end(), more.begin(), more.end());
  if (names.empty())
    return;
  const std::string why = "nothing shows where the kernel placed " + count_names(names);
  if (layout.has_user_space)
    report.unknown(why);
  else
    report.not_shown(why);
}

} // namespace rmemcheck
