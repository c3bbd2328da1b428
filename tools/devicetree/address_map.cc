// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/address_map.h"

#include "base/range_set.h"

#include <algorithm>

namespace rmemcheck {
namespace {

/// Addresses, and where they go.
using Ends = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// What is between two neighbouring ends of ranges.
struct Segment {
  std::uint64_t begin;
  std::uint64_t size;
  bool is_gap;
};

std::vector<Segment> segments_of(const std::vector<PhysicalRange> &ranges) {
  std::vector<std::uint64_t> ends;
  for (const PhysicalRange &range : ranges)
    if (!range.empty())
      ends.insert(ends.end(), {range.begin, range.end});
  std::ranges::sort(ends);
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  const RangeSet taken(ranges);
  std::vector<Segment> segments;
  for (std::size_t index = 0; index + 1 < ends.size(); ++index)
    segments.push_back({ends[index], ends[index + 1] - ends[index],
                        !taken.overlaps({ends[index], ends[index + 1]})});
  return segments;
}

/// The size that is left where no more than `most`, a multiple of `alignment`, is to be kept.
std::uint64_t shrunk(std::uint64_t size, std::uint64_t most, std::uint64_t alignment) {
  return size <= most ? size : most + size % alignment;
}

std::uint64_t shrunk(const Segment &segment, std::uint64_t most, std::uint64_t alignment) {
  return shrunk(segment.size, segment.is_gap ? alignment : most, alignment);
}

/// The first address of the room that is the same as another one modulo a power of two.
std::uint64_t first_like(std::uint64_t address, std::uint64_t begin, std::uint64_t alignment) {
  return begin + ((address - begin) & (alignment - 1));
}

/// Where each end comes to lie, if no segment is larger than `most`; nothing where the room is
/// full.
std::optional<Ends> laid_out(const std::vector<Segment> &segments, const PhysicalRange &room,
                             std::uint64_t most, std::uint64_t alignment) {
  std::uint64_t next = first_like(segments.front().begin, room.begin, alignment);
  if (next >= room.end)
    return std::nullopt;
  Ends ends = {{segments.front().begin, next}};
  for (const Segment &segment : segments) {
    const std::uint64_t size = shrunk(segment, most, alignment);
    if (size > room.end - next)
      return std::nullopt;
    next += size;
    ends.emplace_back(segment.begin + segment.size, next);
  }
  return ends;
}

} // namespace

std::optional<AddressMap> AddressMap::make(const std::vector<PhysicalRange> &ranges,
                                           const PhysicalRange &room) {
  // A CMA area wants a multiple of 4 MiB at most, others less.
  constexpr std::uint64_t alignments[] = {0x400000, 0x200000, 0x10000, 0x1000};
  constexpr std::uint64_t largest = std::uint64_t{1} << 62;
  const std::vector<Segment> segments = segments_of(ranges);
  AddressMap map;
  if (segments.empty()) {
    map.ends_.emplace_back(0, room.begin);
    return map;
  }
  for (const std::uint64_t alignment : alignments)
    for (std::uint64_t most = largest; most >= alignment; most /= 2)
      if (auto ends = laid_out(segments, room, most, alignment)) {
        map.alignment_ = alignment;
        map.ends_ = std::move(*ends);
        return map;
      }
  return std::nullopt;
}

std::uint64_t AddressMap::operator()(std::uint64_t address) const {
  const auto after =
      std::ranges::upper_bound(ends_, address, {}, [](const auto &end) { return end.first; });
  if (after == ends_.begin())
    return ends_.front().second;
  const auto &[from, to] = *std::prev(after);
  return after == ends_.end() ? to : std::min(to + (address - from), after->second);
}

} // namespace rmemcheck
