// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// Results for unit tests.

#include "report/results.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace rmemcheck::test {

inline Finding finding(const std::string &rule, const std::string &region, std::size_t line) {
  return {rule, region, "recorded", "nothing", {"probe", line, "text of the line"}};
}

inline RuleResult rule(const std::string &name, Outcome outcome, const std::string &reason = "",
                       std::size_t findings = 0) {
  RuleResult result{name, outcome, reason, {}};
  for (std::size_t index = 0; index < findings; ++index)
    result.findings.push_back(finding(name, "region" + std::to_string(index), index + 1));
  return result;
}

/// 65 regions of which all or 64 are recorded.
inline CaseResult case_result(const std::string &kernel, const std::string &name, Outcome outcome) {
  CaseResult result;
  result.kernel = kernel;
  result.name = name;
  result.folder = "runs/" + kernel + "/" + name;
  result.no_map = 32;
  result.boot_seconds = 1.25;
  result.conclusion = outcome;
  result.verdict.outcome = outcome;
  result.verdict.regions_in_tree = 65;
  result.verdict.regions_recorded = outcome == Outcome::pass ? 65 : 64;
  result.verdict.no_map_proven = true;
  const bool is_failing = outcome == Outcome::fail;
  result.verdict.reason = is_failing ? "failed: recorded" : "";
  result.verdict.rules = {rule("recorded", outcome, "", is_failing ? 136 : 0),
                          rule("logged", Outcome::skip, "this kernel prints none")};
  return result;
}

/// A run of the kernels that the cases were booted on, baseline first.
inline RunResults results_of(const std::vector<CaseResult> &cases) {
  RunResults results;
  results.cases = cases;
  for (const CaseResult &each : cases) {
    const auto is_it = [&](const KernelResult &kernel) { return kernel.name == each.kernel; };
    if (std::none_of(results.kernels.begin(), results.kernels.end(), is_it)) {
      results.kernels.emplace_back();
      results.kernels.back().name = each.kernel;
    }
  }
  return results;
}

} // namespace rmemcheck::test
