// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"

#include <string>
#include <utility>
#include <vector>

namespace rmemcheck {

/// A set of physical bytes, kept as sorted ranges of which no two overlap or touch.
class RangeSet {
public:
  RangeSet() = default;
  /// The union of `ranges`, in any order; empty ones add nothing.
  explicit RangeSet(std::vector<PhysicalRange> ranges);

  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] const std::vector<PhysicalRange> &ranges() const & { return ranges_; }
  /// Of a temporary: a copy, so that a loop over it does not dangle.
  [[nodiscard]] std::vector<PhysicalRange> ranges() && { return std::move(ranges_); }

  /// Whether every byte of `range` belongs to the set. An empty range is covered.
  [[nodiscard]] bool covers(const PhysicalRange &range) const;
  /// Whether any byte of `range` belongs to the set.
  [[nodiscard]] bool overlaps(const PhysicalRange &range) const;
  /// The bytes that belong to both. Fast where this set is the smaller one.
  [[nodiscard]] RangeSet intersection(const RangeSet &other) const;
  /// The bytes of this set that do not belong to `other`. Fast where this set is the smaller one.
  [[nodiscard]] RangeSet minus(const RangeSet &other) const;

  [[nodiscard]] std::uint64_t bytes() const;
  /// The whole units in the set; `unit` is a power of two, in bytes.
  [[nodiscard]] RangeSet whole_units(std::uint64_t unit) const;
  /// The units that the set has a byte of; one at the end of 64 bits lacks its last byte.
  [[nodiscard]] RangeSet touched_units(std::uint64_t unit) const;

private:
  using Iterator = std::vector<PhysicalRange>::const_iterator;
  /// The first range that ends above `address`.
  [[nodiscard]] Iterator first_ending_above(std::uint64_t address) const;

  std::vector<PhysicalRange> ranges_;
};

/// The first range as to_string() prints it and how many more there are; "nothing" if empty.
std::string to_string(const RangeSet &set);

} // namespace rmemcheck
