// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/scanner.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace rmemcheck {

bool Scanner::literal(std::string_view expected) {
  if (!rest_.starts_with(expected))
    return false;
  rest_.remove_prefix(expected.size());
  return true;
}

std::size_t Scanner::spaces() {
  const std::size_t count = std::min(rest_.find_first_not_of(' '), rest_.size());
  rest_.remove_prefix(count);
  return count;
}

std::optional<std::string_view> Scanner::word() {
  const std::string_view found = rest_.substr(0, rest_.find(' '));
  if (found.empty())
    return std::nullopt;
  rest_.remove_prefix(found.size());
  return found;
}

std::optional<std::uint64_t> Scanner::number(int base) {
  std::uint64_t value = 0;
  const char *const begin = rest_.data();
  const auto [end, error] = std::from_chars(begin, begin + rest_.size(), value, base);
  if (error != std::errc())
    return std::nullopt;
  rest_.remove_prefix(static_cast<std::size_t>(end - begin));
  return value;
}

std::optional<std::uint64_t> Scanner::decimal() { return number(10); }

std::optional<std::uint64_t> Scanner::bare_hex() { return number(16); }

std::optional<std::uint64_t> Scanner::hex() {
  const std::string_view before = rest_;
  if (!literal("0x"))
    return std::nullopt;
  const auto value = number(16);
  if (!value)
    rest_ = before;
  return value;
}

namespace {

/// Half-open from first and the inclusive last, both of a phys_addr_t whose largest value is
/// `largest`. Absent where last lies below first. It lacks the last byte of 64 bits.
std::optional<PhysicalRange> half_open(std::uint64_t first, std::uint64_t last,
                                       std::uint64_t largest) {
  // A size of 0 makes last = first - 1, which wraps at address 0.
  if (last == ((first - 1) & largest))
    return PhysicalRange{first, first};
  if (last < first)
    return std::nullopt;
  return PhysicalRange{first, std::min(last, std::numeric_limits<std::uint64_t>::max() - 1) + 1};
}

} // namespace

std::optional<PhysicalRange> Scanner::range() {
  const std::string_view before = rest_;
  const auto first = hex();
  // The kernel pads to the width of phys_addr_t: "0x" and 8 digits where it has 32 bits.
  const bool is_32_bit = before.size() - rest_.size() == 10;
  const std::uint64_t largest = is_32_bit ? std::numeric_limits<std::uint32_t>::max()
                                          : std::numeric_limits<std::uint64_t>::max();
  if (first && literal("..")) {
    const auto last = hex();
    const auto range = last ? half_open(*first, *last, largest) : std::nullopt;
    if (range)
      return range;
  }
  rest_ = before;
  return std::nullopt;
}

} // namespace rmemcheck
