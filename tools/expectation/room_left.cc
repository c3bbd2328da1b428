// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/room_left.h"

#include "base/range_set.h"

#include <algorithm>

namespace rmemcheck {
namespace {

/// RAM that nothing in a fixed place has taken by the time that regions are placed.
RangeSet free_memory(const Expectation &expectation) {
  std::vector<PhysicalRange> taken = expectation.taken;
  append(taken, expectation.memreserve);
  if (expectation.elfcorehdr)
    taken.push_back(*expectation.elfcorehdr);
  for (const ExpectedRegion &region : expectation.regions)
    if (region.fate != Fate::ignored)
      append(taken, RangeSet(region.node.reg).minus(RangeSet(region.refused_tuples)).ranges());
  return RangeSet(expectation.memory).minus(RangeSet(std::move(taken)));
}

/// Of a region that has a place for now, even if its init function refuses it later.
bool is_placed(const ExpectedRegion &region) {
  return is_boot_placed(region) && region.size != 0 &&
         (region.fate == Fate::recorded || region.given_back);
}

} // namespace

void refuse_without_room_left(Expectation &expectation) {
  if (expectation.is_memory_unknown)
    return;
  const RangeSet free = free_memory(expectation);
  std::vector<const ExpectedRegion *> placed;
  for (ExpectedRegion &region : expectation.regions) {
    if (!is_placed(region))
      continue;
    const RangeSet windows(windows_for(region));
    std::uint64_t left = free.intersection(windows).bytes();
    for (const ExpectedRegion *before : placed)
      if (RangeSet(windows_for(*before)).minus(windows).empty())
        left -= std::min(left, before->size);
    if (region.size <= left) {
      placed.push_back(&region);
      continue;
    }
    region.given_back = false;
    refuse(region, region.node.alloc_ranges.empty()
                       ? "regions in front of it leave no RAM for it"
                       : "regions in front of it leave no RAM in alloc-ranges for it");
  }
}

} // namespace rmemcheck
