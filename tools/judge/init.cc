// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/plural.h"
#include "evidence/pools.h"
#include "judge/init_functions.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace rmemcheck {
namespace {

/// A kernel without symbols for data shows an address or "?".
bool is_symbol_known(const std::string &ops) { return ops == "none" || ops.starts_with("rmem_"); }

void demand_ops(RuleReport &report, const ExpectedRegion &region, const Sightings &sightings) {
  const std::string &name = region.node.name;
  const std::string ops = expected_ops(region);
  const auto &seen = sightings.probed(region);
  if (seen.empty() || !seen.front()->found)
    report.unknown("the probe does not find " + name);
  else if (!is_symbol_known(seen.front()->ops))
    report.unknown("the ops of " + name + " have no name: " + seen.front()->ops);
  else if (seen.front()->ops != ops)
    report.finding(name, "initialised, with " + ops, seen.front()->ops, seen.front()->at);
}

/// Without a probe: __reserved_mem_init_node() says which init function has taken a node.
void demand_init_line(RuleReport &report, const ExpectedRegion &region, const KernelLog &log) {
  const std::string wanted = fmt::format("initialized node {}, compatible id ", region.node.name);
  if (std::ranges::none_of(log.lines, [&](const SourceLine &line) {
        return line.text.find(wanted) != std::string::npos;
      }))
    report.unknown("no line of the log says that " + region.node.name + " was initialised");
}

/// Every region that an init function must take was taken, as far as anything shows it.
void demand_taken(RuleReport &report, const Expectation &expectation, const Evidence &evidence,
                  const Sightings &sightings) {
  if (!evidence.probe && expectation.has_user_space)
    return report.unknown("there is no probe to show what init functions did" +
                          why_absent(evidence, "probe"));
  for (const ExpectedRegion &region : expectation.regions) {
    if (expected_ops(region) == nullptr)
      continue;
    if (evidence.probe)
      demand_ops(report, region, sightings);
    else
      demand_init_line(report, region, evidence.log);
  }
}

/// What no init function wants none has taken.
void forbid_taken(RuleReport &report, const Expectation &expectation, const Sightings &sightings) {
  for (const ExpectedRegion &region : expectation.regions)
    if (region.fate == Fate::recorded && expected_ops(region) == nullptr)
      for (const ProbedRegion *seen : sightings.probed(region))
        if (seen->found && is_ops(seen->ops))
          report.finding(region.node.name, "taken by no init function", seen->ops, seen->at);
}

/// The lines of CMA areas that were made of regions, by address.
std::multimap<std::uint64_t, SourceLine> created_pools(const KernelLog &log) {
  std::multimap<std::uint64_t, SourceLine> pools;
  for (const LoggedPool &pool : parse_pools(log))
    if (pool.kind == "CMA memory")
      pools.emplace(pool.range.begin, pool.at);
  return pools;
}

/// Every CMA region became one area, and nothing else of the tree did.
void compare_pools(RuleReport &report, const Expectation &expectation, const Evidence &evidence,
                   const Sightings &sightings) {
  auto pools = created_pools(evidence.log);
  const std::string gap = log_gap(evidence);
  bool all_placed = true;
  for (const ExpectedRegion &region : expectation.regions) {
    if (!takes_memory(region) || !region.cma)
      continue;
    const auto places = sightings.places(region);
    if (places.empty()) {
      all_placed = false;
      if (region.fate == Fate::kept)
        continue;
      const std::string why = "nothing shows where the kernel placed " + region.node.name;
      if (expectation.has_user_space)
        report.unknown(why);
      else
        report.not_shown(why);
      continue;
    }
    const auto count = pools.erase(places.front().begin);
    const std::string expected = fmt::format("one CMA area at {:#x}", places.front().begin);
    if (count != 1 && !gap.empty())
      report.unknown(fmt::format("{}, and has {} for the CMA area {}", gap,
                                 count == 0 ? "no line" : plural(count, "line"), region.node.name));
    else if (count != 1)
      report.finding(region.node.name, expected, fmt::format("{} created", count));
  }
  if (!gap.empty())
    report.unknown(gap);
  if (all_placed)
    for (const auto &[base, line] : pools)
      report.finding("", "no CMA area but those of the tree", fmt::format("one at {:#x}", base),
                     line);
}

} // namespace

RuleResult check_init(const Expectation &expectation, const Evidence &evidence) {
  const auto has_function = [](const ExpectedRegion &region) {
    return expected_ops(region) != nullptr || (region.fate == Fate::kept && region.cma);
  };
  const Sightings sightings(expectation, evidence);
  RuleReport report;
  forbid_taken(report, expectation, sightings);
  if (std::ranges::none_of(expectation.regions, has_function))
    return report.result().outcome == Outcome::fail
               ? report.result()
               : skip("the tree has no region with an init function");
  demand_taken(report, expectation, evidence, sightings);
  compare_pools(report, expectation, evidence, sightings);
  return report.result();
}

} // namespace rmemcheck
