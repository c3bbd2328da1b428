// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace rmemcheck {

/// Lays ranges of one address space into a smaller one. Their order, and what touches, overlaps or
/// lies in what, stays; so do addresses and sizes modulo `alignment`. Gaps shrink first, then the
/// largest ranges.
class AddressMap {
public:
  /// The map of `ranges` (empty ones are left out) into `room` that changes least; nothing if there
  /// is none that keeps a page whole. Of no range it takes all to where the room begins.
  static std::optional<AddressMap> make(const std::vector<PhysicalRange> &ranges,
                                        const PhysicalRange &room);

  /// Where an address lies that is in or at the end of a range; another one goes to the nearest
  /// address of the map.
  [[nodiscard]] std::uint64_t operator()(std::uint64_t address) const;
  [[nodiscard]] PhysicalRange operator()(const PhysicalRange &range) const {
    return {(*this)(range.begin), (*this)(range.end)};
  }
  /// Bytes; a power of two, and 0 where there is no range.
  [[nodiscard]] std::uint64_t alignment() const { return alignment_; }
  /// First byte behind all of it.
  [[nodiscard]] std::uint64_t end() const { return ends_.back().second; }

private:
  AddressMap() = default;
  std::uint64_t alignment_ = 0;
  /// Ends of ranges and where they lie now, sorted; never empty.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ends_;
};

} // namespace rmemcheck
