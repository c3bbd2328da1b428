// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/size.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t region_size = 0x10000;
constexpr std::uint64_t most_isolated = 512;
constexpr std::uint64_t isolated_offset = 256 * mib;
constexpr std::uint64_t adjacent_offset = isolated_offset + most_isolated * 2 * region_size;
constexpr std::uint64_t placed_offset = 768 * mib;
constexpr std::uint64_t placed_size = 128 * mib;
/// What the places above have room for.
constexpr std::uint64_t most_statics =
    most_isolated + (placed_offset - adjacent_offset) / region_size;
constexpr std::uint64_t most_placed = placed_size / region_size;

[[noreturn]] void refuse(std::string_view text) {
  throw bad_input(fmt::format("--sizes \"{}\": expected STATIC+PLACED such as 200+40, at most "
                              "{}+{} and at least one region, with commas between several",
                              text, most_statics, most_placed));
}

std::uint64_t parse_number(std::string_view digits, std::uint64_t most, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number > most)
    refuse(text);
  return number;
}

CostSize parse_size_pair(std::string_view text) {
  const std::size_t plus = text.find('+');
  if (plus == std::string_view::npos)
    refuse(text);
  const CostSize size{parse_number(text.substr(0, plus), most_statics, text),
                      parse_number(text.substr(plus + 1), most_placed, text)};
  if (size.regions() == 0)
    refuse(text);
  return size;
}

RegionBlock static_block(const char *name, std::uint64_t count, std::uint64_t offset) {
  RegionBlock block;
  block.name = name;
  block.count = count;
  block.offset = offset;
  block.region_size = region_size;
  return block;
}

} // namespace

std::vector<CostSize> parse_cost_sizes(std::string_view text) {
  std::vector<CostSize> sizes;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    sizes.push_back(parse_size_pair(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return sizes;
}

std::string to_string(const CostSize &size) {
  return fmt::format("{}+{}", size.statics, size.boot_placed);
}

TreeRequest cost_tree(const CostSize &size) {
  const std::uint64_t isolated = std::min(size.statics, most_isolated);
  TreeRequest request;
  request.mixed_order = true;
  request.blocks.push_back(static_block("isolated", isolated, isolated_offset));
  request.blocks.back().gap = region_size;
  request.blocks.back().no_map = NoMapShare::alternate;
  request.blocks.push_back(static_block("adjacent", size.statics - isolated, adjacent_offset));
  request.blocks.back().gap = 0;
  RegionBlock placed;
  placed.name = "placed";
  placed.count = size.boot_placed;
  placed.boot_placed = true;
  placed.region_size = region_size;
  placed.alloc_ranges = {{placed_offset, placed_size}};
  request.blocks.push_back(placed);
  return request;
}

} // namespace rmemcheck
