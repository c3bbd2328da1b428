// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/range_set.h"
#include "judge/rule_report.h"
#include "judge/sightings.h"

#include <vector>

namespace rmemcheck {

/// A range of a region: one that it takes, or that it must not.
struct PlacedRange {
  const ExpectedRegion *region;
  PhysicalRange range;
};

/// Where the regions lie that take memory: what the tree says, and for boot-placed ones what the
/// evidence shows. Those that are kept and not recorded are not missed where nothing shows their
/// place (left_out.cc). The expectation must outlive it.
struct Layout {
  Layout(const Expectation &expectation, const Evidence &evidence);
  Layout(const Expectation &expectation, const Sightings &sightings);

  /// The bytes of `range` that the linear mapping must hold: in RAM, and not hidden.
  [[nodiscard]] RangeSet must_be_mapped(const PhysicalRange &range) const;

  [[nodiscard]] bool has_mapped() const { return !mapped.empty() || !unplaced_mapped.empty(); }
  [[nodiscard]] bool has_no_map() const { return !no_map.empty() || !unplaced_no_map.empty(); }
  [[nodiscard]] bool has_region() const { return has_mapped() || has_no_map(); }

  /// All bytes of no-map regions that take memory.
  [[nodiscard]] RangeSet no_map_bytes() const;
  /// These, and of regions that are refused, which a kernel need not clear again.
  [[nodiscard]] RangeSet no_map_or_hidden() const;
  /// No-map bytes whose page has nothing else in it: only whole pages can be left out of a mapping.
  [[nodiscard]] RangeSet whole_no_map_pages() const;

  RangeSet memory;
  std::uint64_t page_size; ///< see Expectation
  std::vector<PlacedRange> mapped;
  std::vector<PlacedRange> no_map;
  /// Bytes that no mapped region can claim, even where one lies over them: those of no-map
  /// regions, and of no-map regions that an init function refuses, which a kernel may clear
  /// again (v6.9) and need not.
  RangeSet hidden;
  /// No-map ranges that the kernel must leave alone: their nodes are disabled or not read.
  std::vector<PlacedRange> left_alone;
  std::vector<std::string> unplaced_mapped; ///< names of boot-placed regions not found anywhere
  std::vector<std::string> unplaced_no_map;
  bool has_user_space; ///< see Expectation
};

/// What stays reserved of regions that init functions refuse: these are given back as they were
/// recorded, by the first tuple of their reg.
std::vector<PhysicalRange> kept_of_refused(const Expectation &expectation);

/// Says in `report` which regions could not be looked at, if there are any: `names` and `more` of
/// the layout's.
void report_unplaced(RuleReport &report, const Layout &layout, std::vector<std::string> names,
                     const std::vector<std::string> &more = {});

} // namespace rmemcheck
