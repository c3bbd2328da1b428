// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/size.h"

#include <charconv>
#include <string>

namespace rmemcheck {
namespace {

/// Takes the suffix off and returns the power of two that it stands for.
unsigned take_suffix(std::string_view &text) {
  static constexpr std::string_view suffixes = "kKmMgG";
  const std::size_t found = text.empty() ? std::string_view::npos : suffixes.find(text.back());
  if (found == std::string_view::npos)
    return 0;
  text.remove_suffix(1);
  return 10 * (static_cast<unsigned>(found) / 2 + 1);
}

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const unsigned shift = take_suffix(text);
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal)
    text.remove_prefix(2);
  std::uint64_t number = 0;
  const char *end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, hexadecimal ? 16 : 10);
  if (error != std::errc() || stop != end || number > UINT64_MAX >> shift)
    return std::nullopt;
  return number << shift;
}

} // namespace rmemcheck
