// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/explain.h"

#include "base/plural.h"
#include "expectation/node_faults.h"
#include "expectation/unpatched.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// place, name, size, kind, fate, reason
using Row = std::array<std::string, 6>;

std::string size_text(std::uint64_t bytes) {
  if (bytes == 0)
    return "-";
  constexpr std::uint64_t kib = 1024;
  return bytes % kib == 0 ? fmt::format("{} KiB", bytes / kib) : fmt::format("{} B", bytes);
}

std::string kind_text(const ExpectedRegion &region) {
  std::string kind = region.node.no_map ? "no-map" : "mapped";
  if (region.node.reusable)
    kind += region.cma ? " cma" : " reusable";
  return kind;
}

std::string fate_text(Fate fate) {
  switch (fate) {
  case Fate::recorded:
    return "recorded";
  case Fate::kept:
    return "kept";
  case Fate::refused:
    return "refused";
  case Fate::ignored:
    break;
  }
  return "ignored";
}

std::string place_text(const ExpectedRegion &region) {
  if (region.range)
    return to_string(*region.range);
  return region.node.is_static() ? "nowhere" : "boot-placed";
}

/// Why, on what it depends, and what other kernels do.
std::string reason_text(const ExpectedRegion &region, const Expectation &all) {
  std::string reason = region.reason;
  if (region.is_alignment_rounded && takes_memory(region))
    reason += fmt::format(", at a multiple of {:#x} instead of {:#x}", region.alignment,
                          region.node.alignment);
  for (const std::string &condition :
       {arch_condition(region, all), pool_condition(region, all), border_condition(region)})
    if (!condition.empty())
      reason += "; " + condition;
  if (const std::string fate = unpatched_fate(region); !fate.empty())
    reason += "; unpatched: " + fate;
  return reason;
}

Row row(const ExpectedRegion &region, const Expectation &all) {
  return {place_text(region), region.node.name,       size_text(region.size),
          kind_text(region),  fate_text(region.fate), reason_text(region, all)};
}

/// A range of reg behind the first. No kernel records it; __reserved_mem_reserve_reg() reserves it
/// until 7b9f263909a5.
Row row_of_later(const ExpectedRegion &region, std::size_t tuple) {
  const PhysicalRange &range = region.node.reg[tuple];
  const bool is_refused =
      std::ranges::find(region.refused_tuples, range) != region.refused_tuples.end();
  return {to_string(range),
          region.node.name,
          size_text(range.size()),
          kind_text(region),
          fate_text(is_refused ? Fate::refused : Fate::kept),
          fmt::format("range {} of reg: {}", tuple + 1,
                      is_refused ? "not reserved"
                                 : "reserved and never recorded; since v7.2 any memory")};
}

void add_rows(std::vector<Row> &rows, const ExpectedRegion &region, const Expectation &all) {
  rows.push_back(row(region, all));
  if (region.fate == Fate::ignored)
    return;
  for (std::size_t tuple = 1; tuple < region.node.reg.size(); ++tuple)
    rows.push_back(row_of_later(region, tuple));
}

/// Of which kernel all the rest speaks.
std::string head(const Expectation &expectation) {
  if (expectation.regions.empty())
    return "";
  std::string text = "As a kernel with the series (patches/) takes the tree; \"unpatched:\" and "
                     "versions say what others do.\n";
  if (const std::string fate = unpatched_count_fate(expectation); !fate.empty())
    text += fmt::format("unpatched: {}\n", fate);
  return text;
}

template <typename Predicate>
auto count(const Expectation &expectation, const Predicate &predicate) {
  return std::count_if(expectation.regions.begin(), expectation.regions.end(), predicate);
}

std::string summary(const Expectation &expectation) {
  const auto fate = [&](Fate wanted) {
    return count(expectation, [=](const auto &region) { return region.fate == wanted; });
  };
  const auto is_static = [](const auto &region) { return region.node.is_static(); };
  const auto statics = count(expectation, is_static);
  return fmt::format("{}: {} static, {} boot-placed, {} no-map; {} recorded, {} refused, "
                     "{} ignored\n",
                     plural(expectation.regions.size(), "region"), statics,
                     static_cast<std::ptrdiff_t>(expectation.regions.size()) - statics,
                     count(expectation, [](const auto &region) { return region.node.no_map; }),
                     fate(Fate::recorded), fate(Fate::refused), fate(Fate::ignored));
}

std::string table(const std::vector<Row> &rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row &one : rows)
    for (std::size_t column = 0; column < one.size(); ++column)
      widths[column] = std::max(widths[column], one[column].size());
  std::string text;
  for (const Row &one : rows) {
    for (std::size_t column = 0; column + 1 < one.size(); ++column)
      text += fmt::format("{:<{}}  ", one[column], widths[column]);
    text += one.back() + '\n'; // the last column is not padded
  }
  return text;
}

std::string ram_text(const Expectation &expectation) {
  std::string text;
  if (expectation.is_memory_unknown)
    text = "RAM is not in the tree: firmware fills /memory in. Whether regions lie in RAM, and "
           "what room\nit has, cannot be judged without it (--memory RANGE).\n";
  for (const PhysicalRange &range : expectation.memory)
    text += fmt::format("RAM {}\n", to_string(range));
  for (const PhysicalRange &range : expectation.memreserve)
    text += fmt::format("/memreserve/ {}\n", to_string(range));
  return text;
}

std::string fault_lines(const char *what, const std::vector<TreeFault> &faults) {
  std::string text;
  for (const TreeFault &fault : faults)
    text += fmt::format("{}: {} {}; {}\n", what, fault.node, fault.fault, fault.kernel);
  return text;
}

} // namespace

std::string explain(const Expectation &expectation, const LoadAddresses &loads) {
  std::vector<Row> rows;
  if (!expectation.regions.empty())
    rows.push_back({"place", "name", "size", "kind", "fate", "reason"});
  for (const ExpectedRegion &region : expectation.regions)
    add_rows(rows, region, expectation);
  return summary(expectation) + head(expectation) + ram_text(expectation) + table(rows) +
         fault_lines("overlap", overlap_faults(expectation)) +
         fault_lines("load address", load_address_faults(expectation, loads)) +
         fault_lines("placeholder", placeholder_faults(expectation)) +
         fault_lines("shared page", shared_page_faults(expectation)) +
         fault_lines("shared page", loose_page_faults(expectation)) +
         fault_lines("name twice", namesake_faults(expectation));
}

} // namespace rmemcheck
