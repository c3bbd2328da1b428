// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/range_set.h"
#include "evidence/evidence.h"

#include <algorithm>
#include <vector>

namespace rmemcheck {

/// Entries of evidence that have a range and do not overlap each other, for lookup by address.
/// The entries must outlive it.
template <typename Entry> class ByAddress {
public:
  explicit ByAddress(const std::vector<Entry> &entries) {
    for (const Entry &entry : entries)
      entries_.push_back(&entry);
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry *a, const Entry *b) { return a->range.begin < b->range.begin; });
  }

  /// The entries that share a byte with `range`, by address.
  [[nodiscard]] std::vector<const Entry *> overlapping(const PhysicalRange &range) const {
    auto entry = std::partition_point(entries_.begin(), entries_.end(), [&](const Entry *each) {
      return each->range.end <= range.begin;
    });
    std::vector<const Entry *> found;
    for (; entry != entries_.end() && (*entry)->range.begin < range.end; ++entry)
      if ((*entry)->range.overlaps(range))
        found.push_back(*entry);
    return found;
  }

  /// Where the first of them stands; line 0 if there is none.
  [[nodiscard]] SourceLine first_line(const PhysicalRange &range) const {
    const auto found = overlapping(range);
    return found.empty() ? SourceLine{} : found.front()->at;
  }

private:
  std::vector<const Entry *> entries_;
};

/// All bytes of the entries.
template <typename Entry> RangeSet bytes_of(const std::vector<Entry> &entries) {
  std::vector<PhysicalRange> ranges;
  ranges.reserve(entries.size());
  for (const Entry &entry : entries)
    ranges.push_back(entry.range);
  return RangeSet(std::move(ranges));
}

} // namespace rmemcheck
