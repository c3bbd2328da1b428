// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/memory.h"

#include "base/file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace rmemcheck {
namespace {

constexpr std::string_view array_words = "reserved_mem";
/// Beside the array: what the series keeps until it is there.
constexpr std::array early_words = {"early_region", "early_pool", "boot_ranges", "near_range",
                                    "near_node"};
/// Of drivers that use regions (drivers/of/platform.c has a table of them), and of tests.
constexpr std::array foreign_words = {"ops", "matches", "driver", "test"};
constexpr std::array slot_arrays = {"memblock_memory_init_regions",
                                    "memblock_reserved_init_regions"};

bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

bool is_variable(const Symbol &symbol) {
  return std::string_view("dDbB").find(symbol.type) != std::string_view::npos;
}

bool is_array(const Symbol &symbol) {
  const auto is_early = [&](const char *word) { return symbol.name.starts_with(word); };
  if (std::ranges::any_of(early_words, is_early))
    return true;
  return contains(symbol.name, array_words) &&
         std::ranges::none_of(foreign_words,
                              [&](const char *word) { return contains(symbol.name, word); });
}

/// Up to the next one; the padding behind it counts as its own.
std::uint64_t bytes_of(const std::vector<Symbol> &symbols, const Symbol &symbol) {
  const auto next = std::ranges::upper_bound(symbols, symbol.address, {}, &Symbol::address);
  return next == symbols.end() ? 0 : next->address - symbol.address;
}

std::uint64_t address_of(const std::vector<Symbol> &symbols, std::string_view name) {
  const auto found = std::ranges::find(symbols, name, &Symbol::name);
  return found == symbols.end() ? 0 : found->address;
}

/// "memblock_alloc_try_nid: 14336 bytes align=0x40 ... alloc_reserved_mem_array+0x44/0xc8"
std::uint64_t allocated_by(std::string_view line) {
  constexpr std::string_view call = "memblock_alloc";
  const std::size_t at = line.find(call);
  const std::size_t caller = line.rfind(' ');
  if (at == std::string_view::npos || caller == std::string_view::npos ||
      !contains(line.substr(caller), array_words))
    return 0;
  const std::size_t colon = line.find(": ", at);
  if (colon == std::string_view::npos)
    return 0;
  std::uint64_t bytes = 0;
  std::from_chars(line.data() + colon + 2, line.data() + line.size(), bytes);
  return bytes;
}

} // namespace

StaticMemory static_memory(const std::vector<Symbol> &symbols) {
  const std::uint64_t init_begin = address_of(symbols, "__init_begin");
  const std::uint64_t init_end = address_of(symbols, "__init_end");
  StaticMemory memory;
  for (const Symbol &symbol : symbols) {
    if (!is_variable(symbol))
      continue;
    if (std::ranges::find(slot_arrays, symbol.name) != slot_arrays.end())
      memory.memblock_slots += bytes_of(symbols, symbol);
    else if (is_array(symbol))
      (symbol.address >= init_begin && symbol.address < init_end ? memory.init : memory.resident) +=
          bytes_of(symbols, symbol);
  }
  return memory;
}

std::uint64_t allocated_memory(std::string_view log) {
  std::uint64_t bytes = 0;
  for (const std::string &line : split_lines(log))
    bytes += allocated_by(line);
  return bytes;
}

} // namespace rmemcheck
