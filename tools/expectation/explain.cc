// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/explain.h"

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

Row row(const ExpectedRegion &region) {
  return {place_text(region), region.node.name,       size_text(region.size),
          kind_text(region),  fate_text(region.fate), region.reason};
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
  return fmt::format("{} regions: {} static, {} boot-placed, {} no-map; {} recorded, {} refused, "
                     "{} ignored\n",
                     expectation.regions.size(), statics,
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
    rows.push_back(row(region));
  return summary(expectation) + ram_text(expectation) + table(rows) +
         fault_lines("overlap", overlap_faults(expectation)) +
         fault_lines("load address", load_address_faults(expectation, loads)) +
         fault_lines("placeholder", placeholder_faults(expectation)) +
         fault_lines("shared page", shared_page_faults(expectation));
}

} // namespace rmemcheck
