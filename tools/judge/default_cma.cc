// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/size.h"
#include "evidence/memory_totals.h"
#include "judge/refused_cma.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace rmemcheck {
namespace {

bool is_default_pool(const ExpectedRegion &region) {
  return takes_memory(region) && region.cma && region.node.cma_default;
}

/// dma_contiguous_reserve() makes an area of its own where the tree has none:
/// "cma: Reserved N MiB at ...".
std::vector<SourceLine> own_areas(const KernelLog &log) {
  std::vector<SourceLine> areas;
  for (const SourceLine &line : log.lines)
    if (line.text.starts_with("cma: Reserved "))
      areas.push_back(line);
  return areas;
}

/// Bytes of that area: as the command line says, or where nobody says anything as configured.
std::uint64_t own_area_wanted(const Expectation &expectation) {
  if (expectation.cmdline_cma)
    return expectation.is_cmdline_cma_without_room ? 0 : *expectation.cmdline_cma;
  return std::ranges::any_of(expectation.regions, is_default_pool) ? 0 : expectation.default_cma;
}

void compare_own_areas(RuleReport &report, const Expectation &expectation,
                       const Evidence &evidence) {
  const std::vector<SourceLine> areas = own_areas(evidence.log);
  const std::uint64_t bytes = own_area_wanted(expectation);
  const std::string wanted = fmt::format("cma: Reserved {} MiB at", bytes / mebibyte);
  std::size_t right = 0;
  for (const SourceLine &line : areas)
    if (bytes != 0 && line.text.starts_with(wanted) && right == 0)
      ++right;
    else
      report.finding("", "no default CMA area but one", line.text, line);
  if (bytes != 0 && right == 0)
    report.finding("", wanted + " ..., as the command line or the configuration says",
                   "no such line");
}

/// Whoever made a pool the default one finds out why it is not: by the word of rmem_cma_setup(), or
/// of the caller that it refuses. v7.1 to v7.3 name nobody.
void demand_bypass(RuleReport &report, const ExpectedRegion &region, const Evidence &evidence) {
  const std::string wanted = fmt::format("bypass {} node", region.node.name);
  const std::string refused = fmt::format("node {} compatible matching fail", region.node.name);
  const auto says_so = [&](const SourceLine &line) {
    return line.text.find(wanted) != std::string::npos ||
           line.text.find(refused) != std::string::npos;
  };
  if (std::ranges::none_of(evidence.log.lines, says_so))
    report.finding(region.node.name, "a log line: " + wanted, "no line");
}

/// What all areas have together.
void compare_total(RuleReport &report, const Expectation &expectation, const Evidence &evidence) {
  std::uint64_t wanted = own_area_wanted(expectation);
  for (const ExpectedRegion &region : expectation.regions)
    if (takes_memory(region) && region.cma)
      wanted += region.size;
  const auto totals = parse_memory_totals(evidence.log);
  if (!totals || !totals->cma)
    return report.unknown("no line of the log says how much memory is in CMA areas");
  if (*totals->cma != wanted / 1024)
    report.finding("", fmt::format("{} KiB in CMA areas", wanted / 1024),
                   fmt::format("{} KiB", *totals->cma), totals->at);
}

} // namespace

RuleResult check_default_cma(const Expectation &expectation, const Evidence &evidence) {
  const auto &regions = expectation.regions;
  const bool is_asked_for =
      expectation.cmdline_cma && std::ranges::any_of(regions, &ExpectedRegion::bypassed);
  if (std::ranges::none_of(regions, is_default_pool) && !is_asked_for &&
      expectation.default_cma == 0)
    return skip("neither the tree nor the configuration has a default CMA area");
  if (has_many_cma_pools(expectation))
    return skip("the tree's pools may leave no CMA area for the default one");
  if (const std::string gap = log_gap(evidence); !gap.empty())
    return inconclusive(gap); // all that it goes by is told there
  RuleReport report;
  compare_own_areas(report, expectation, evidence);
  if (is_asked_for)
    for (const ExpectedRegion &region : regions)
      if (region.bypassed)
        demand_bypass(report, region, evidence);
  compare_total(report, expectation, evidence);
  return report.result();
}

} // namespace rmemcheck
