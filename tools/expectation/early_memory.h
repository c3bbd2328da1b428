// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"

#include <cstdint>
#include <vector>

namespace rmemcheck {

/// What memblock knows while the kernel scans the tree, as far as the tree tells. The kernel's
/// image, the initrd and the DTB itself are reserved too, but the tree does not say where.
struct EarlyMemory {
  std::vector<PhysicalRange> memory;
  std::vector<PhysicalRange> reserved;
  std::vector<PhysicalRange> no_map;

  /// Whether a no-map range may be marked: early_init_dt_reserve_memory() at v6.9 refuses one
  /// that touches RAM and anything already reserved. Earlier no-map ranges are not "reserved".
  [[nodiscard]] bool may_mark_no_map(const PhysicalRange &range) const;

  /// Whether `size` bytes at a multiple of `alignment` (a power of two) fit into RAM within
  /// `window`, clear of all that is reserved or no-map. False is certain, true is not:
  /// something that the tree does not show may be in the way.
  [[nodiscard]] bool has_room(const PhysicalRange &window, std::uint64_t size,
                              std::uint64_t alignment) const;
};

bool overlaps_any(const std::vector<PhysicalRange> &ranges, const PhysicalRange &range);

} // namespace rmemcheck
