// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <set>

namespace rmemcheck {
namespace {

std::string expected_text(Fate fate) {
  switch (fate) {
  case Fate::kept:
    return "not recorded, since nothing is";
  case Fate::refused:
    return "refused, so not recorded";
  case Fate::recorded:
  case Fate::ignored:
    break;
  }
  return "ignored, so not recorded";
}

} // namespace

RuleResult check_nothing_extra(const Expectation &expectation, const Evidence &evidence) {
  RuleReport report;
  std::set<std::string> names;
  const Sightings sightings(expectation, evidence);
  for (const ExpectedRegion &region : expectation.regions) {
    const std::string &name = region.node.name;
    names.insert(name);
    if (region.fate == Fate::recorded)
      continue;
    for (const ProbedRegion *seen : sightings.probed(region))
      if (seen->found)
        report.finding(name, expected_text(region.fate), "recorded: " + to_string(seen->range),
                       seen->at);
    // With ACPI, kernels that record as they scan say so, and nobody has a node to look up.
    if (region.fate == Fate::kept && !region.must_be_named)
      continue;
    for (const LoggedRegion *seen : sightings.logged(region))
      report.finding(name, expected_text(region.fate), "a log line with " + to_string(seen->range),
                     seen->at);
  }
  if (evidence.probe)
    for (const ProbedRegion &seen : *evidence.probe)
      if (!names.contains(seen.name))
        report.finding(seen.name, "only nodes of the tree",
                       seen.found ? "recorded: " + to_string(seen.range)
                                  : "a node that is not in the tree",
                       seen.at);
  for (const LoggedRegion &seen : evidence.log.regions)
    if (!names.contains(seen.name))
      report.finding(seen.name, "only nodes of the tree",
                     "a log line with " + to_string(seen.range), seen.at);

  if (!evidence.probe && !prints_regions(evidence.log) && !expectation.has_user_space)
    report.not_shown("without user space nothing asks for each region");
  else if (!evidence.probe && !prints_regions(evidence.log))
    report.unknown("there is neither the probe nor a log with one line a region" +
                   why_absent(evidence, "probe"));
  else if (const std::string gap = log_gap(evidence); !evidence.probe && !gap.empty())
    report.unknown(gap);
  return report.result();
}

} // namespace rmemcheck
