// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/layout.h"
#include "judge/rules.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// Memory that a boot-placed region must keep clear of.
struct Obstacle {
  PhysicalRange range;
  const ExpectedRegion *region; ///< that it belongs to, or none
  std::string what;
};

std::vector<Obstacle> obstacles_of(const Expectation &expectation, const Evidence &evidence,
                                   const Layout &layout) {
  std::vector<Obstacle> obstacles;
  for (const auto *ranges : {&layout.mapped, &layout.no_map})
    for (const PlacedRange &placed : *ranges)
      obstacles.push_back({placed.range, placed.region, placed.region->node.name});
  for (const PhysicalRange &range : expectation.memreserve)
    obstacles.push_back({range, nullptr, "/memreserve/"});
  if (expectation.elfcorehdr)
    obstacles.push_back({*expectation.elfcorehdr, nullptr, "elfcorehdr"});
  for (const PhysicalRange &range : expectation.taken)
    obstacles.push_back({range, nullptr, "the kernel, its initrd and its tree"});
  constexpr std::array kernel_parts = {"Kernel code", "Kernel data", "Kernel bss"};
  if (evidence.iomem)
    for (const IomemEntry &entry : *evidence.iomem)
      if (std::ranges::find(kernel_parts, entry.name) != kernel_parts.end())
        obstacles.push_back({entry.range, nullptr, entry.name});
  return obstacles;
}

/// Where the place of a boot-placed region is told.
SourceLine line_of(const ExpectedRegion &region, const Sightings &sightings) {
  if (const auto &probed = sightings.probed(region); !probed.empty() && probed.front()->found)
    return probed.front()->at;
  const auto &logged = sightings.logged(region);
  return logged.empty() ? SourceLine{} : logged.front()->at;
}

std::string windows_text(const ExpectedRegion &region) {
  std::string text;
  for (const PhysicalRange &window : region.windows)
    text += (text.empty() ? "" : " or ") + to_string(window);
  return text;
}

void demand_good_place(RuleReport &report, const PlacedRange &placed, const RangeSet &memory,
                       const SourceLine &at) {
  const ReservedRegion &node = placed.region->node;
  const std::string seen = to_string(placed.range);
  const auto holds = [&](const PhysicalRange &window) { return window.contains(placed.range); };
  const auto &windows = placed.region->windows;
  if (!windows.empty() && std::ranges::none_of(windows, holds))
    report.finding(node.name, "within alloc-ranges: " + windows_text(*placed.region), seen, at);
  if (const auto alignment = placed.region->alignment;
      alignment != 0 && placed.range.begin % alignment != 0)
    report.finding(node.name, fmt::format("base a multiple of {:#x}", alignment), seen, at);
  if (!memory.covers(placed.range))
    report.finding(node.name, "within RAM", seen, at);
}

void demand_clear(RuleReport &report, const PlacedRange &placed,
                  const std::vector<Obstacle> &obstacles, const SourceLine &at) {
  for (const Obstacle &obstacle : obstacles)
    if (obstacle.region != placed.region && obstacle.range.overlaps(placed.range))
      report.finding(placed.region->node.name,
                     fmt::format("clear of {} ({})", obstacle.what, to_string(obstacle.range)),
                     to_string(placed.range), at);
}

bool must_be_placed(const ExpectedRegion &region) { return takes_memory(region) && !region.range; }

} // namespace

RuleResult check_placement(const Expectation &expectation, const Evidence &evidence) {
  if (std::ranges::none_of(expectation.regions, must_be_placed))
    return skip("the tree has no boot-placed region");
  if (!evidence.probe && evidence.log.regions.empty() && !prints_regions(evidence.log))
    return absent(evidence, "where it placed regions", "probe");
  const Sightings sightings(expectation, evidence);
  const Layout layout(expectation, sightings);
  const std::vector<Obstacle> obstacles = obstacles_of(expectation, evidence, layout);
  RuleReport report;
  for (const auto *ranges : {&layout.mapped, &layout.no_map})
    for (const PlacedRange &placed : *ranges) {
      if (!must_be_placed(*placed.region) || sightings.found_place(*placed.region) != placed.range)
        continue;
      const SourceLine at = line_of(*placed.region, sightings);
      demand_good_place(report, placed, layout.memory, at);
      demand_clear(report, placed, obstacles, at);
    }
  report_unplaced(report, layout, layout.unplaced_mapped, layout.unplaced_no_map);
  return report.result();
}

} // namespace rmemcheck
