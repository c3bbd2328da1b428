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

/// Whether one is placed right beside the one before it.
bool is_beside(const ReservedRegion &region, const ReservedRegion *before) {
  return before != nullptr && region.alloc_ranges == before->alloc_ranges &&
         (region.alignment == 0 || region.size % region.alignment == 0);
}

} // namespace

MemblockEntries static_memblock_entries(const ReservedMemory &tree) {
  if (!tree.unsupported.empty())
    return {tree.memory.size(), tree.memreserve.size()};
  const RangeSet memory(tree.memory);
  const RangeSet no_map(static_ranges(tree, true));
  Ranges reserved = static_ranges(tree, false);
  reserved.insert(reserved.end(), tree.memreserve.begin(), tree.memreserve.end());
  return {memory.minus(no_map).ranges().size() + memory.intersection(no_map).ranges().size(),
          RangeSet(reserved).ranges().size()};
}

MemblockEntries memblock_entries(const ReservedMemory &tree) {
  MemblockEntries entries = static_memblock_entries(tree);
  if (!tree.unsupported.empty())
    return entries;
  const ReservedRegion *before = nullptr;
  for (const ReservedRegion &region : tree.regions) {
    if (!region.enabled || region.is_static())
      continue;
    const bool is_alone = !is_beside(region, before);
    if (is_alone)
      ++entries.reserved;
    if (region.no_map && (is_alone || !before->no_map))
      entries.memory += 2;
    before = &region;
  }
  return entries;
}

} // namespace rmemcheck
