// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/early_memory.h"

#include <algorithm>

namespace rmemcheck {
namespace {

/// memblock_find_in_range_node() never hands out the first page.
constexpr std::uint64_t lowest_address = 0x1000;

bool gap_holds(std::uint64_t begin, std::uint64_t end, std::uint64_t size,
               std::uint64_t alignment) {
  if (begin >= end || end < size)
    return false;
  const std::uint64_t highest_base = (end - size) & ~(alignment - 1);
  return highest_base >= begin;
}

} // namespace

bool overlaps_any(const std::vector<PhysicalRange> &ranges, const PhysicalRange &range) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const PhysicalRange &other) { return other.overlaps(range); });
}

bool EarlyMemory::may_mark_no_map(const PhysicalRange &range) const {
  return !(overlaps_any(memory, range) && overlaps_any(reserved, range));
}

bool EarlyMemory::has_room(const PhysicalRange &window, std::uint64_t size,
                           std::uint64_t alignment) const {
  std::vector<PhysicalRange> taken = reserved;
  taken.insert(taken.end(), no_map.begin(), no_map.end());
  std::sort(taken.begin(), taken.end(),
            [](const auto &a, const auto &b) { return a.begin < b.begin; });
  for (const PhysicalRange &ram : memory) {
    const std::uint64_t end = std::min(ram.end, window.end);
    std::uint64_t begin = std::max({ram.begin, window.begin, lowest_address});
    for (const PhysicalRange &range : taken) {
      if (gap_holds(begin, std::min(range.begin, end), size, alignment))
        return true;
      begin = std::max(begin, range.end);
    }
    if (gap_holds(begin, end, size, alignment))
      return true;
  }
  return false;
}

} // namespace rmemcheck
