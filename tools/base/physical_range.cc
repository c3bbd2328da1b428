// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/physical_range.h"

#include "base/size.h"

#include <fmt/format.h>
#include <limits>

namespace rmemcheck {
namespace {

constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();

/// The end of START+SIZE; nothing if it has none.
std::optional<std::uint64_t> end_of_size(std::uint64_t begin, std::uint64_t size) {
  if (size > highest - begin)
    return std::nullopt;
  return begin + size;
}

/// The end of START..END.
std::optional<std::uint64_t> end_of_last(std::uint64_t, std::uint64_t last) {
  constexpr std::uint64_t page = 0x1000;
  if (last % page == 0 || last == highest) // 2^64 itself has no number
    return last;
  return last + 1;
}

struct RangeForm {
  std::string_view separator;
  std::optional<std::uint64_t> (*end)(std::uint64_t begin, std::uint64_t second);
};

constexpr RangeForm range_forms[] = {{"+", end_of_size}, {"..", end_of_last}, {"-", end_of_last}};

} // namespace

std::string to_string(const PhysicalRange &range) {
  if (range.empty()) // has no last byte to print
    return fmt::format("{:#018x} (empty)", range.begin);
  return fmt::format("{:#018x}..{:#018x}", range.begin, range.end - 1);
}

void append(std::vector<PhysicalRange> &ranges, const std::vector<PhysicalRange> &more) {
  ranges.insert(ranges.end(), more.begin(), more.end());
}

std::optional<PhysicalRange> parse_range(std::string_view text) {
  for (const RangeForm &form : range_forms) {
    const std::size_t at = text.find(form.separator);
    if (at == std::string_view::npos)
      continue;
    const auto begin = parse_size(text.substr(0, at));
    const auto second = parse_size(text.substr(at + form.separator.size()));
    const auto end = begin && second ? form.end(*begin, *second) : std::nullopt;
    if (!end || *end <= *begin)
      return std::nullopt;
    return PhysicalRange{*begin, *end};
  }
  return std::nullopt;
}

} // namespace rmemcheck
