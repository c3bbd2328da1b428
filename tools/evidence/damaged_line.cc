// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/damaged_line.h"

#include "evidence/pools.h"

#include <algorithm>
#include <cctype>

namespace rmemcheck {
namespace {

/// How lines begin that are looked for by their beginning.
constexpr std::string_view beginnings[] = {"OF: reserved mem: ", "Reserved memory: created "};

/// What stands in the middle of a region's line and of no other.
constexpr std::string_view pieces[] = {" KiB) nomap ", " KiB) map ", " non-reusable "};

constexpr std::string_view region_beginning = "OF: reserved mem: 0x";

/// "[    1.234567]", as printk pads it: "[%5lu.%06lu]". Elsewhere "[1.5]" may be anything.
bool is_padded_time(std::string_view text) {
  constexpr std::size_t least_before = 5;
  constexpr std::size_t fraction = 6;
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot < least_before + 1 || text.size() < dot + fraction + 2 ||
      text[dot + fraction + 1] != ']')
    return false;
  const std::string_view seconds = text.substr(1, dot - 1);
  const auto is_digit = [](char sign) {
    return std::isdigit(static_cast<unsigned char>(sign)) != 0;
  };
  const auto first = seconds.find_first_not_of(' ');
  return first != std::string_view::npos && std::ranges::all_of(seconds.substr(first), is_digit) &&
         std::ranges::all_of(text.substr(dot + 1, fraction), is_digit);
}

bool has_padded_time(std::string_view text) {
  for (auto at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1))
    if (is_padded_time(text.substr(at)))
      return true;
  return false;
}

} // namespace

bool is_node_name(std::string_view name) {
  constexpr std::string_view signs = ",._+*#?@-";
  return !name.empty() && name.find_last_of(",.") != name.size() - 1 &&
         std::ranges::count(name, '@') <= 1 && std::ranges::all_of(name, [&](char sign) {
           return std::isalnum(static_cast<unsigned char>(sign)) != 0 ||
                  signs.find(sign) != std::string_view::npos;
         });
}

bool hides_line(std::string_view text) {
  const auto is_inside = [&](std::string_view beginning) {
    return text.find(beginning, 1) != std::string_view::npos;
  };
  const auto is_piece = [&](std::string_view piece) {
    return text.find(piece) != std::string_view::npos && !text.starts_with(region_beginning);
  };
  return std::ranges::any_of(beginnings, is_inside) || std::ranges::any_of(pieces, is_piece) ||
         has_padded_time(text) || is_damaged_pool(text);
}

} // namespace rmemcheck
