// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace rmemcheck {

/// Physical addresses in bytes, half-open: `begin` belongs to it, `end` does not.
/// An empty range has begin == end and neither contains nor overlaps anything.
struct PhysicalRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  [[nodiscard]] std::uint64_t size() const { return end - begin; }
  [[nodiscard]] bool empty() const { return begin == end; }
  [[nodiscard]] bool contains(const PhysicalRange &other) const {
    return !other.empty() && begin <= other.begin && other.end <= end;
  }
  [[nodiscard]] bool overlaps(const PhysicalRange &other) const {
    return !empty() && !other.empty() && begin < other.end && other.begin < end;
  }
  friend bool operator==(const PhysicalRange &, const PhysicalRange &) = default;
};

/// "0x0000000040000000..0x000000004000ffff": inclusive end, as the kernel's
/// reserved-memory lines and memblock debugfs print it.
std::string to_string(const PhysicalRange &range);

} // namespace rmemcheck
