// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/layout.h"
#include "judge/rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace rmemcheck {
namespace {

bool is_there(const std::string &witness, const Evidence &evidence) {
  return witness == "linear mapping" ? evidence.linear_mapping.has_value()
                                     : evidence.files.contains(witness);
}

/// Where there are page tables to hold it against, the probe can read every page in RAM.
void demand_answers(RuleReport &report, const Expectation &expectation, const Evidence &evidence) {
  if (!evidence.probe || !evidence.linear_mapping)
    return;
  const RangeSet memory(expectation.memory);
  std::vector<std::string> silent;
  for (const ProbedRegion &seen : *evidence.probe)
    if (seen.found && seen.mapped == "unknown" && !seen.range.empty() && memory.covers(seen.range))
      silent.push_back(seen.name);
  if (!silent.empty())
    report.unknown("the probe does not know whether it can read " + count_names(silent));
}

} // namespace

std::vector<std::string> missing_witnesses(const Expectation &expectation,
                                           const Evidence &evidence) {
  std::vector<std::string> missing;
  std::ranges::copy_if(expectation.witnesses, std::back_inserter(missing),
                       [&](const std::string &witness) { return !is_there(witness, evidence); });
  return missing;
}

RuleResult check_witnesses(const Expectation &expectation, const Evidence &evidence) {
  if (expectation.witnesses.empty())
    return skip("nobody knows what this kernel can show");
  RuleReport report;
  for (const std::string &witness : missing_witnesses(expectation, evidence))
    report.unknown(fmt::format("this kernel can show {}, and it is not there{}", witness,
                               why_absent(evidence, witness)));
  demand_answers(report, expectation, evidence);
  return report.result();
}

} // namespace rmemcheck
