// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/memblock_entries.h"

#include "base/range_set.h"

namespace rmemcheck {
namespace {

using Ranges = std::vector<PhysicalRange>;

Ranges static_ranges(const ReservedMemory &tree, bool no_map) {
  Ranges ranges;
  for (const ReservedRegion &region : tree.regions)
    if (region.enabled && region.no_map == no_map)
      ranges.insert(ranges.end(), region.reg.begin(), region.reg.end());
  return ranges;
}

MemblockEntries static_entries(const ReservedMemory &tree) {
  const RangeSet memory(tree.memory);
  const RangeSet no_map(static_ranges(tree, true));
  Ranges reserved = static_ranges(tree, false);
  reserved.insert(reserved.end(), tree.memreserve.begin(), tree.memreserve.end());
  return {memory.minus(no_map).ranges().size() + memory.intersection(no_map).ranges().size(),
          RangeSet(reserved).ranges().size()};
}

} // namespace

MemblockEntries memblock_entries(const ReservedMemory &tree) {
  if (!tree.unsupported.empty())
    return {tree.memory.size(), tree.memreserve.size()};
  MemblockEntries entries = static_entries(tree);
  const ReservedRegion *before = nullptr;
  for (const ReservedRegion &region : tree.regions) {
    if (!region.enabled || region.is_static())
      continue;
    const bool is_alone = before == nullptr || !region.alloc_ranges.empty();
    if (is_alone)
      ++entries.reserved;
    if (region.no_map && (is_alone || !before->no_map))
      entries.memory += 2;
    before = &region;
  }
  return entries;
}

} // namespace rmemcheck
