// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/by_address.h"
#include "judge/compared_place.h"
#include "judge/comparison.h"
#include "judge/rule_report.h"
#include "judge/sightings.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <iterator>
#include <tuple>
#include <utility>

namespace rmemcheck {
namespace {

struct BootPlaced {
  const ExpectedRegion *region;
  std::optional<Place> baseline;
  std::optional<Place> patched;
};

/// Whether one may take the room of the other.
bool may_meet(const ExpectedRegion &one, const ExpectedRegion &other) {
  const auto windows = [&](const ExpectedRegion &region) {
    return region.windows.empty() ? std::vector{anywhere} : region.windows;
  };
  const std::vector<PhysicalRange> others = windows(other);
  return std::ranges::any_of(windows(one), [&](const PhysicalRange &window) {
    return std::ranges::any_of(others,
                               [&](const PhysicalRange &each) { return each.overlaps(window); });
  });
}

/// An alignment that the series raises is a mask to the baseline: it may put the region elsewhere.
/// What a refused no-map region had stays reserved on a baseline, which only maps it again, and the
/// series lets the next one have it. Of alloc-ranges that no address reaches it goes by what is
/// left of the numbers. So others move that find their room in the same windows.
bool moves_others(const ExpectedRegion &region, std::uint64_t last_address) {
  const bool is_cut =
      std::ranges::any_of(region.node.alloc_ranges, [&](const PhysicalRange &range) {
        return !range.empty() && range.end - 1 > last_address;
      });
  return region.node.enabled && is_boot_placed(region) &&
         (region.is_alignment_rounded || is_cut || (region.given_back && region.node.no_map));
}

/// Of these, what keeps its place whatever moves others. What may be moved moves others in turn.
std::vector<const ExpectedRegion *> without_moved(std::vector<const ExpectedRegion *> regions,
                                                  std::uint64_t last_address) {
  std::vector<const ExpectedRegion *> moving;
  const auto moves = [&](const ExpectedRegion *each) { return moves_others(*each, last_address); };
  std::ranges::copy_if(regions, std::back_inserter(moving), moves);
  while (!moving.empty()) {
    const auto meets = [&](const ExpectedRegion *each) {
      return std::ranges::any_of(
          moving, [&](const ExpectedRegion *other) { return may_meet(*each, *other); });
    };
    const auto first_moved =
        std::stable_partition(regions.begin(), regions.end(), std::not_fn(meets));
    moving.assign(first_moved, regions.end());
    regions.erase(first_moved, regions.end());
  }
  return regions;
}

std::vector<BootPlaced> boot_placed(const Expectation &expectation, const Evidence &baseline,
                                    const Evidence &patched) {
  const Sightings before(expectation, baseline);
  const Sightings after(expectation, patched);
  std::vector<const ExpectedRegion *> regions;
  for (const ExpectedRegion &region : expectation.regions)
    if (region.node.enabled && is_boot_placed(region) && region.node.size != 0)
      regions.push_back(&region);
  std::vector<BootPlaced> all;
  for (const ExpectedRegion *region : without_moved(regions, expectation.last_address))
    all.push_back({region, place_of(*region, before), place_of(*region, after)});
  return all;
}

/// What an init function refuses, or nobody finds room for, stands in the way of others for a while
/// and has no place in the end; a baseline may keep it in its array.
bool has_place_in_the_end(const BootPlaced &each) { return takes_memory(*each.region); }

/// One that must be refused before anybody looks for a place, as the patched kernel does, and that
/// the baseline places all the same, perhaps where it then places others differently.
const BootPlaced *first_of_baseline_alone(const std::vector<BootPlaced> &regions) {
  const auto found = std::ranges::find_if(regions, [](const BootPlaced &each) {
    return each.region->fate == Fate::refused && !each.region->given_back && each.baseline &&
           !each.patched;
  });
  return found == regions.end() ? nullptr : &*found;
}

/// One whose reg has no size is placed after those without a reg, some of which a baseline may have
/// no entry for.
bool is_placed_after_lost(const BootPlaced &each, const std::vector<BootPlaced> &regions) {
  return !each.region->node.placeholder_reg.empty() &&
         std::ranges::any_of(regions, [&](const BootPlaced &other) {
           return !other.baseline && other.patched && may_meet(*each.region, *other.region);
         });
}

/// Region by region. One that is lost on either side is for other rules.
void compare_names(RuleReport &report, const std::vector<BootPlaced> &regions) {
  for (const BootPlaced &each : regions)
    if (has_place_in_the_end(each) && each.baseline && !each.baseline->may_be_namesakes &&
        each.patched && each.baseline->range != each.patched->range &&
        !is_placed_after_lost(each, regions))
      report.finding(
          each.region->node.name,
          fmt::format("{}, {}", to_string(each.baseline->range), source_of(*each.baseline)),
          to_string(each.patched->range), each.patched->at);
}

/// All that decides where there is room for a region.
bool has_shape_of(const ExpectedRegion &one, const ExpectedRegion &other) {
  const auto shape = [](const ExpectedRegion &region) {
    return std::tuple(region.size, region.alignment, region.cma, region.windows);
  };
  return shape(one) == shape(other);
}

/// Whether the ranges of this region and its likes do not depend on the order of placing.
bool is_alone_with_its_likes(const ExpectedRegion &region, const std::vector<BootPlaced> &all) {
  return std::ranges::all_of(all, [&](const BootPlaced &each) {
    return has_shape_of(region, *each.region) || !may_meet(region, *each.region);
  });
}

/// The range of each region on the baseline must be that of one of the same shape on the
/// patched one. Returns how many could be held against each other.
std::size_t compare_shapes(RuleReport &report, const std::vector<BootPlaced> &regions) {
  std::size_t compared = 0;
  for (const BootPlaced &each : regions) {
    if (!each.baseline || each.baseline->may_be_namesakes || !has_place_in_the_end(each) ||
        !is_alone_with_its_likes(*each.region, regions))
      continue;
    ++compared;
    const bool is_used = std::ranges::any_of(regions, [&](const BootPlaced &other) {
      return other.patched && other.patched->range == each.baseline->range &&
             has_shape_of(*other.region, *each.region);
    });
    if (!is_used)
      report.finding(each.region->node.name,
                     fmt::format("it, or one of its shape, at {}, {}",
                                 to_string(each.baseline->range), source_of(*each.baseline)),
                     each.patched ? to_string(each.patched->range) + ", and none there"
                                  : "none there",
                     each.patched ? each.patched->at : SourceLine{});
  }
  return compared;
}

/// Where a baseline reserves the tree or its own files too late (riscv before the series),
/// a region lies over them, and all that is placed after it elsewhere than it must.
/// A region over the kernel keeps its image out of /proc/iomem: then the other boot shows it. Of
/// namesakes the log shows the places, and not whose they are.
const BootPlaced *first_over_boot_files(const std::vector<BootPlaced> &regions,
                                        const ShownBoot &baseline, const ShownBoot &patched) {
  const auto is_logged_over = [&](const BootPlaced &each, const PhysicalRange &taken) {
    return std::ranges::any_of(baseline.evidence.log.regions, [&](const LoggedRegion &line) {
      return line.name == each.region->node.name && line.range.overlaps(taken);
    });
  };
  for (const BootPlaced &each : regions)
    for (const ShownBoot *boot : {&baseline, &patched})
      for (const PhysicalRange &taken : boot->expectation.taken)
        if (each.baseline && (each.baseline->range.overlaps(taken) ||
                              (each.baseline->may_be_namesakes && is_logged_over(each, taken))))
          return &each;
  return nullptr;
}

bool is_kept(const BootPlaced &each) { return each.region->fate == Fate::kept; }

/// Whether it may lie wherever the kernel has memory of its own.
bool is_unbound(const BootPlaced &each) {
  const std::vector<PhysicalRange> &windows = each.region->windows;
  return windows.empty() || std::ranges::find(windows, anywhere) != windows.end();
}

/// Of regions that neither kernel records nobody knows the places. All that the baseline has
/// reserved where they may lie the patched one must have, too. Where there is no bound, that is
/// full of what each kernel has for itself.
void compare_windows(RuleReport &report, const std::vector<BootPlaced> &regions,
                     const Evidence &baseline, const Evidence &patched) {
  const RangeSet before = bytes_of(*baseline.memblock_reserved);
  const RangeSet after = bytes_of(*patched.memblock_reserved);
  const std::vector<PhysicalRange> *last = nullptr;
  for (const BootPlaced &each : regions) {
    const std::vector<PhysicalRange> &windows = each.region->windows;
    if (is_unbound(each) || (last != nullptr && *last == windows))
      continue; // nothing to say, or said already
    last = &windows;
    const RangeSet missing = RangeSet(windows).intersection(before).minus(after);
    if (!missing.empty())
      report.finding(each.region->node.name, to_string(missing) + " reserved, as on the baseline",
                     "free");
  }
}

RuleResult compare_kept_regions(const std::vector<BootPlaced> &regions, const Evidence &baseline,
                                const Evidence &patched) {
  for (const Evidence *evidence : {&baseline, &patched})
    if (auto result = lacking_reserved(*evidence))
      return *result;
  RuleReport report;
  compare_windows(report, regions, baseline, patched);
  return report.result();
}

} // namespace

RuleResult check_same_placement(const ShownBoot &baseline_boot, const ShownBoot &patched_boot) {
  const Evidence &baseline = baseline_boot.evidence;
  const Evidence &patched = patched_boot.evidence;
  const std::vector<BootPlaced> regions = boot_placed(patched_boot.expectation, baseline, patched);
  if (regions.empty())
    return skip("the tree has no boot-placed region");
  if (is_kernel_failure(baseline.ending) || baseline.ending == Ending::cut_short)
    return skip("the baseline did not get through its boot");
  if (std::ranges::any_of(regions, is_kept))
    return compare_kept_regions(regions, baseline, patched);
  if (!shows_places(baseline))
    return absent(baseline, "where the baseline placed regions", "probe");
  if (!shows_places(patched))
    return absent(patched, "where it placed regions", "probe");
  if (std::ranges::none_of(regions,
                           [](const BootPlaced &each) { return each.baseline.has_value(); }))
    return skip("the baseline has recorded no boot-placed region");
  if (const BootPlaced *over = first_over_boot_files(regions, baseline_boot, patched_boot))
    return skip(fmt::format("the baseline has placed {} over what was in use, at {}",
                            over->region->node.name, to_string(over->baseline->range)));
  if (const BootPlaced *alone = first_of_baseline_alone(regions))
    return skip(fmt::format("the baseline has placed {}, which is to be refused, at {}",
                            alone->region->node.name, to_string(alone->baseline->range)));
  RuleReport report;
  if (regions.size() == 1 || has_order(baseline))
    compare_names(report, regions);
  else if (compare_shapes(report, regions) == 0)
    return skip("before v6.5 the order of placing, and with it the places of regions of several "
                "shapes, is left to chance");
  return report.result();
}

} // namespace rmemcheck
