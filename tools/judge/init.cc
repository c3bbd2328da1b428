// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/size.h"
#include "evidence/pools.h"
#include "judge/init_functions.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <vector>

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
void demand_init_line(RuleReport &report, const ExpectedRegion &region, const Evidence &evidence) {
  const std::string wanted = fmt::format("initialized node {}, compatible id ", region.node.name);
  if (std::ranges::none_of(evidence.log.lines, [&](const SourceLine &line) {
        return line.text.find(wanted) != std::string::npos;
      }))
    report.unknown(
        fmt::format("neither a probe nor a line of the log shows that {} was initialised{}",
                    region.node.name, why_absent(evidence, "probe")));
}

/// Every region that an init function must take was taken, as far as anything shows it.
void demand_taken(RuleReport &report, const Expectation &expectation, const Evidence &evidence,
                  const Sightings &sightings) {
  for (const ExpectedRegion &region : expectation.regions) {
    if (expected_ops(region) == nullptr)
      continue;
    if (evidence.probe)
      demand_ops(report, region, sightings);
    else
      demand_init_line(report, region, evidence);
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

/// The CMA areas that were made of regions.
std::vector<LoggedPool> created_areas(const KernelLog &log) {
  std::vector<LoggedPool> areas = parse_pools(log);
  std::erase_if(areas, [](const LoggedPool &pool) { return pool.kind != "CMA memory"; });
  return areas;
}

/// As the line of a pool has it.
PhysicalRange in_mebibytes(const PhysicalRange &range) {
  return {range.begin, range.begin + range.size() / mebibyte * mebibyte};
}

/// Nothing shows where the kernel placed a region.
void miss_place(RuleReport &report, const ExpectedRegion &region, const Expectation &expectation) {
  if (region.fate == Fate::kept)
    return;
  const std::string why = "nothing shows where the kernel placed " + region.node.name;
  if (expectation.has_user_space)
    report.unknown(why);
  else
    report.not_shown(why);
}

/// Every CMA region became one area, and nothing else of the tree did. Two areas may begin at one
/// address.
void compare_areas(RuleReport &report, const Expectation &expectation, const Evidence &evidence,
                   const Sightings &sightings) {
  std::vector<LoggedPool> areas = created_areas(evidence.log);
  const std::string gap = log_gap(evidence);
  bool all_placed = true;
  for (const ExpectedRegion &region : expectation.regions) {
    if (!takes_memory(region) || !region.cma)
      continue;
    const auto places = sightings.places(region);
    if (places.empty()) {
      all_placed = false;
      miss_place(report, region, expectation);
      continue;
    }
    const auto area = std::ranges::find(areas, in_mebibytes(places.front()), &LoggedPool::range);
    if (area != areas.end())
      areas.erase(area);
    else if (!gap.empty())
      report.unknown(fmt::format("{}, and has no line for the CMA area {}", gap, region.node.name));
    else
      report.finding(region.node.name, fmt::format("one CMA area, {}", to_string(places.front())),
                     "none created");
  }
  if (!gap.empty())
    report.unknown(gap);
  else if (all_placed)
    for (const LoggedPool &area : areas)
      report.finding("", "no CMA area but those of the tree",
                     fmt::format("one at {:#x}", area.range.begin), area.at);
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
  compare_areas(report, expectation, evidence, sightings);
  return report.result();
}

} // namespace rmemcheck
