// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/symbols.h"

#include "base/error.h"
#include "base/file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace rmemcheck {
namespace {

struct NamedWork {
  std::string_view name;
  Work work;
};

/// A kernel has those that its version and its compiler have left. In each chain of calls the
/// outermost of a share counts for all below it. The late part is what unflatten_device_tree()
/// calls of drivers/of/of_reserved_mem.c; another series' goes here.
constexpr std::array names = {
    NamedWork{"early_init_fdt_scan_reserved_mem", Work::early},

    NamedWork{"fdt_scan_reserved_mem_reg_nodes", Work::late}, // v6.13
    NamedWork{"fdt_scan_reserved_mem_late", Work::late},      // v7.1
    NamedWork{"of_record_reserved_mem", Work::late},
    NamedWork{"of_reserved_mem_record", Work::late},
    NamedWork{"fdt_record_reserved_mem", Work::late},
    NamedWork{"of_init_reserved_mem", Work::late},

    NamedWork{"memblock_add_range", Work::insertion},
    NamedWork{"memblock_isolate_range", Work::insertion},
    NamedWork{"memblock_remove_range", Work::insertion},
    NamedWork{"memblock_setclr_flag", Work::insertion},
    NamedWork{"memblock_double_array", Work::insertion},
    NamedWork{"memblock_insert_region", Work::insertion},
    NamedWork{"memblock_remove_region", Work::insertion},
    NamedWork{"memblock_merge_regions", Work::insertion},

    NamedWork{"memblock_find_in_range_node", Work::search},
    NamedWork{"memblock_find_in_range", Work::search},
    NamedWork{"__next_mem_range", Work::search},
    NamedWork{"__next_mem_range_rev", Work::search},
    NamedWork{"memblock_overlaps_region", Work::search},
    NamedWork{"memblock_search", Work::search},
    NamedWork{"memblock_is_region_reserved", Work::search},
    NamedWork{"memblock_is_region_memory", Work::search},

    NamedWork{"_printk", Work::logging},
    NamedWork{"vprintk", Work::logging},
};

bool is_text(const Symbol &symbol) {
  return std::string_view("tTwW").find(symbol.type) != std::string_view::npos;
}

std::optional<Work> work_of(const Symbol &symbol) {
  const auto *const found = std::ranges::find(names, source_name(symbol.name), &NamedWork::name);
  // What GCC has moved out of the way is reached by a jump, and only if something is amiss.
  if (found == names.end() || !is_text(symbol) || symbol.name.ends_with(".cold"))
    return std::nullopt;
  return found->work;
}

/// "ffff800080000000 T _text"
Symbol parse_symbol(std::string_view line, const std::filesystem::path &file, std::size_t number) {
  Symbol symbol;
  const char *end = line.data() + line.size();
  const auto [rest, error] = std::from_chars(line.data(), end, symbol.address, 16);
  if (error != std::errc() || end - rest < 4 || rest[0] != ' ' || rest[2] != ' ')
    throw bad_input(fmt::format("{}:{}: \"{}\": expected a line of System.map, ADDRESS TYPE NAME",
                                file.string(), number, line));
  symbol.type = rest[1];
  symbol.name.assign(rest + 3, end);
  return symbol;
}

} // namespace

std::vector<Symbol> read_system_map(const std::filesystem::path &file) {
  std::vector<Symbol> symbols;
  for (const std::string &line : split_lines(read_file(file)))
    symbols.push_back(parse_symbol(line, file, symbols.size() + 1));
  std::ranges::stable_sort(symbols, {}, &Symbol::address);
  return symbols;
}

std::string_view source_name(std::string_view symbol) {
  // A section's symbol may begin with a dot; no function does.
  return symbol.substr(0, symbol.find('.', 1));
}

std::string to_string(Work work) {
  switch (work) {
  case Work::early:
    return "early";
  case Work::late:
    return "late";
  case Work::insertion:
    return "insertion";
  case Work::search:
    return "search";
  case Work::logging:
    break;
  }
  return "logging";
}

std::vector<WatchedFunction> watched_functions(const std::vector<Symbol> &symbols,
                                               const std::filesystem::path &file) {
  std::vector<WatchedFunction> watched;
  for (const Symbol &symbol : symbols)
    if (const auto work = work_of(symbol))
      watched.push_back({symbol.address, symbol.name, *work});
  if (std::ranges::find(watched, Work::early, &WatchedFunction::work) == watched.end())
    throw bad_input(fmt::format("{}: expected a kernel with early_init_fdt_scan_reserved_mem()",
                                file.string()));
  return watched;
}

} // namespace rmemcheck
