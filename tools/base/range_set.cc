// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/range_set.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace rmemcheck {

RangeSet::RangeSet(std::vector<PhysicalRange> ranges) {
  std::erase_if(ranges, [](const PhysicalRange &range) { return range.begin >= range.end; });
  std::sort(ranges.begin(), ranges.end(),
            [](const auto &a, const auto &b) { return a.begin < b.begin; });
  for (const PhysicalRange &range : ranges) {
    if (!ranges_.empty() && range.begin <= ranges_.back().end)
      ranges_.back().end = std::max(ranges_.back().end, range.end);
    else
      ranges_.push_back(range);
  }
}

RangeSet::Iterator RangeSet::first_ending_above(std::uint64_t address) const {
  return std::upper_bound(
      ranges_.begin(), ranges_.end(), address,
      [](std::uint64_t value, const PhysicalRange &range) { return value < range.end; });
}

bool RangeSet::covers(const PhysicalRange &range) const {
  if (range.empty())
    return true;
  // Neighbours are merged: what is covered lies in one range.
  const auto found = first_ending_above(range.begin);
  return found != ranges_.end() && found->contains(range);
}

bool RangeSet::overlaps(const PhysicalRange &range) const {
  const auto found = first_ending_above(range.begin);
  return found != ranges_.end() && found->overlaps(range);
}

RangeSet RangeSet::intersection(const RangeSet &other) const {
  RangeSet result;
  for (const PhysicalRange &range : ranges_)
    for (auto part = other.first_ending_above(range.begin);
         part != other.ranges_.end() && part->begin < range.end; ++part)
      result.ranges_.push_back(
          {std::max(range.begin, part->begin), std::min(range.end, part->end)});
  return result;
}

RangeSet RangeSet::minus(const RangeSet &other) const {
  RangeSet result;
  for (const PhysicalRange &range : ranges_) {
    std::uint64_t begin = range.begin;
    for (auto part = other.first_ending_above(range.begin);
         part != other.ranges_.end() && part->begin < range.end; ++part) {
      if (begin < part->begin)
        result.ranges_.push_back({begin, part->begin});
      begin = part->end;
    }
    if (begin < range.end)
      result.ranges_.push_back({begin, range.end});
  }
  return result;
}

std::uint64_t RangeSet::bytes() const {
  std::uint64_t bytes = 0;
  for (const PhysicalRange &range : ranges_)
    bytes += range.size();
  return bytes;
}

RangeSet RangeSet::whole_units(std::uint64_t unit) const {
  std::vector<PhysicalRange> whole;
  const std::uint64_t mask = unit - 1;
  for (const PhysicalRange &range : ranges_)
    if (range.begin <= std::numeric_limits<std::uint64_t>::max() - mask)
      whole.push_back({(range.begin + mask) & ~mask, range.end & ~mask});
  return RangeSet(std::move(whole));
}

RangeSet RangeSet::touched_units(std::uint64_t unit) const {
  constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
  std::vector<PhysicalRange> touched;
  const std::uint64_t mask = unit - 1;
  for (const PhysicalRange &range : ranges_)
    touched.push_back(
        {range.begin & ~mask, range.end <= highest - mask ? (range.end + mask) & ~mask : highest});
  return RangeSet(std::move(touched));
}

std::string to_string(const RangeSet &set) {
  if (set.empty())
    return "nothing";
  const std::string first = to_string(set.ranges().front());
  const std::size_t more = set.ranges().size() - 1;
  return more == 0 ? first : fmt::format("{} and {} more", first, more);
}

} // namespace rmemcheck
