// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <map>

namespace rmemcheck {
namespace {

/// What each name of the tree must lead to; of two nodes with one name, recorded wins.
std::map<std::string, Fate> fates_of(const Expectation &expectation) {
  std::map<std::string, Fate> fates;
  for (const ExpectedRegion &region : expectation.regions)
    if (auto [entry, added] = fates.try_emplace(region.node.name, region.fate);
        !added && region.fate == Fate::recorded)
      entry->second = region.fate;
  return fates;
}

std::string expected_text(Fate fate) {
  return fate == Fate::refused ? "refused, so not recorded" : "ignored, so not recorded";
}

} // namespace

RuleResult check_nothing_extra(const Expectation &expectation, const Evidence &evidence) {
  const std::map<std::string, Fate> fates = fates_of(expectation);
  RuleReport report;
  const auto look = [&](const std::string &name, bool recorded, const std::string &seen,
                        const SourceLine &at) {
    const auto fate = fates.find(name);
    if (fate == fates.end())
      report.finding(name, "only nodes of the tree", seen, at);
    else if (recorded && fate->second != Fate::recorded)
      report.finding(name, expected_text(fate->second), seen, at);
  };

  if (evidence.probe)
    for (const ProbedRegion &region : *evidence.probe)
      look(region.name, region.found,
           region.found ? "recorded: " + to_string(region.range) : "a node that is not in the tree",
           region.at);
  for (const LoggedRegion &region : evidence.log.regions)
    look(region.name, true, "a log line with " + to_string(region.range), region.at);

  if (!evidence.probe && !prints_regions(evidence.log) && !expectation.has_user_space)
    report.not_shown("without user space nothing asks for each region");
  else if (!evidence.probe && !prints_regions(evidence.log))
    report.unknown("there is neither the probe nor a log with one line a region");
  else if (const std::string gap = log_gap(evidence); !evidence.probe && !gap.empty())
    report.unknown(gap);
  return report.result();
}

} // namespace rmemcheck
