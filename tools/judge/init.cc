// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>

namespace rmemcheck {
namespace {

/// What an init function leaves in an entry (RESERVEDMEM_OF_DECLARE). The first row that applies
/// holds, in the order in which the kernel tries them.
struct InitFunction {
  const char *ops;
  bool (*takes)(const ExpectedRegion &);
};

constexpr InitFunction init_functions[] = {
    // kernel/dma/contiguous.c
    {"rmem_cma_ops", [](const ExpectedRegion &region) { return region.cma; }},
    // kernel/dma/coherent.c: with and without no-map (but for 32-bit ARM)
    {"rmem_dma_ops",
     [](const ExpectedRegion &region) {
       return region.node.has_compatible("shared-dma-pool") && !region.node.reusable;
     }},
    // kernel/dma/swiotlb.c
    {"rmem_swiotlb_ops",
     [](const ExpectedRegion &region) {
       return region.node.has_compatible("restricted-dma-pool");
     }},
};

/// The symbol that the entry of a region must have as ops, or none.
const char *expected_ops(const ExpectedRegion &region) {
  if (region.fate != Fate::recorded)
    return nullptr;
  for (const InitFunction &function : init_functions)
    if (function.takes(region))
      return function.ops;
  return nullptr;
}

/// A kernel without symbols for data shows an address or "?".
bool is_symbol_known(const std::string &ops) { return ops == "none" || ops.starts_with("rmem_"); }

void demand_ops(RuleReport &report, const ExpectedRegion &region, const Sightings &sightings) {
  const std::string &name = region.node.name;
  const std::string ops = expected_ops(region);
  const auto &seen = sightings.probed(name);
  if (seen.empty() || !seen.front()->found)
    report.unknown("the probe does not find " + name);
  else if (!is_symbol_known(seen.front()->ops))
    report.unknown("the ops of " + name + " have no name: " + seen.front()->ops);
  else if (seen.front()->ops != ops)
    report.finding(name, "initialised, with " + ops, seen.front()->ops, seen.front()->at);
}

/// The lines "Reserved memory: created CMA memory pool at 0x..., size N MiB", by address.
std::multimap<std::uint64_t, SourceLine> created_pools(const KernelLog &log) {
  constexpr std::string_view text = "Reserved memory: created CMA memory pool at 0x";
  std::multimap<std::uint64_t, SourceLine> pools;
  for (const SourceLine &line : log.lines)
    if (const auto start = line.text.find(text); start != std::string::npos)
      pools.emplace(std::strtoull(line.text.c_str() + start + text.size(), nullptr, 16), line);
  return pools;
}

/// Every CMA region became one area, and nothing else of the tree did.
void compare_pools(RuleReport &report, const Expectation &expectation, const Evidence &evidence,
                   const Sightings &sightings) {
  auto pools = created_pools(evidence.log);
  const std::string gap = log_gap(evidence);
  bool all_placed = true;
  for (const ExpectedRegion &region : expectation.regions) {
    if (region.fate != Fate::recorded || !region.cma)
      continue;
    const auto places = sightings.places(region);
    if (places.empty()) {
      all_placed = false;
      report.unknown("nothing shows where the kernel placed " + region.node.name);
      continue;
    }
    const auto count = pools.erase(places.front().begin);
    const std::string expected = fmt::format("one CMA area at {:#x}", places.front().begin);
    if (count == 0 && !gap.empty())
      report.unknown(gap + ", and has no line for the CMA area " + region.node.name);
    else if (count != 1)
      report.finding(region.node.name, expected, fmt::format("{} created", count));
  }
  if (all_placed)
    for (const auto &[base, line] : pools)
      report.finding("", "no CMA area but those of the tree", fmt::format("one at {:#x}", base),
                     line);
}

/// Where the tree has the default CMA area, dma_contiguous_reserve() must not add one of its own:
/// "cma: Reserved N MiB at ...".
void demand_one_default_area(RuleReport &report, const Expectation &expectation,
                             const Evidence &evidence) {
  const auto is_default = [](const ExpectedRegion &region) {
    return region.fate == Fate::recorded && region.cma && region.node.cma_default;
  };
  const auto region = std::ranges::find_if(expectation.regions, is_default);
  if (region == expectation.regions.end())
    return;
  for (const SourceLine &line : evidence.log.lines)
    if (line.text.find("cma: Reserved ") != std::string::npos)
      report.finding(region->node.name, "the only default CMA area", line.text, line);
  if (const std::string gap = log_gap(evidence); !gap.empty())
    report.unknown(gap);
}

} // namespace

RuleResult check_init(const Expectation &expectation, const Evidence &evidence) {
  if (std::ranges::none_of(expectation.regions, expected_ops))
    return skip("the tree has no region with an init function");
  const Sightings sightings(evidence);
  RuleReport report;
  if (!evidence.probe)
    report.unknown("there is no probe to show what init functions did");
  else
    for (const ExpectedRegion &region : expectation.regions)
      if (expected_ops(region) != nullptr)
        demand_ops(report, region, sightings);
  compare_pools(report, expectation, evidence, sightings);
  demand_one_default_area(report, expectation, evidence);
  return report.result();
}

} // namespace rmemcheck
