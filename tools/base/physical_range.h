// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  /// Whether it begins or ends within a unit of so many bytes, such as a page.
  [[nodiscard]] bool cuts(std::uint64_t unit) const { return begin % unit != 0 || end % unit != 0; }
  [[nodiscard]] bool overlaps(const PhysicalRange &other) const {
    return !empty() && !other.empty() && begin < other.end && other.begin < end;
  }
  friend bool operator==(const PhysicalRange &, const PhysicalRange &) = default;
};

/// "0x0000000040000000..0x000000004000ffff": inclusive end, as the kernel's
/// reserved-memory lines and memblock debugfs print it.
std::string to_string(const PhysicalRange &range);

/// Adds ranges to a list.
void append(std::vector<PhysicalRange> &ranges, const std::vector<PhysicalRange> &more);

/// A range as a person writes it: START+SIZE, or START..END or START-END as the kernel and this
/// tool print them, END being the last byte. An END that is a multiple of 4 KiB is the first byte
/// behind the range: no range of memory ends one byte into a page. The numbers are as for
/// parse_size(). Nothing if the text is no such range, if the range is empty or exceeds 64 bits.
std::optional<PhysicalRange> parse_range(std::string_view text);

/// What to write where parse_range() finds nothing, to stand behind "expected".
inline constexpr const char *range_words =
    "a range such as 0x80000000+1G or 0x80000000..0xbfffffff";

} // namespace rmemcheck
