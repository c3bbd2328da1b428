// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// Two boots of one tree, for unit tests that each change one thing of the second.

#include "judge/comparison.h"
#include "judge/test_evidence.h"

namespace rmemcheck::test {

struct TwoBoots {
  Expectation expectation;
  Evidence baseline;
  Evidence patched;
  Outcome alone = Outcome::pass; ///< of the baseline

  [[nodiscard]] ShownBoot before() const { return {expectation, baseline, alone}; }
  [[nodiscard]] ShownBoot after() const { return {expectation, patched, Outcome::pass}; }
};

inline TwoBoots same_boots(const Scenario &scenario) {
  return {scenario.expectation, scenario.evidence, scenario.evidence};
}

inline RuleResult run(const std::string &comparison, const TwoBoots &boots) {
  return named(comparisons(), comparison).check(boots.before(), boots.after());
}

inline Outcome outcome(const std::string &comparison, const TwoBoots &boots) {
  return run(comparison, boots).outcome;
}

/// The one finding; any other number is an error of the test.
inline Finding only_finding(const std::string &comparison, const TwoBoots &boots) {
  const RuleResult result = run(comparison, boots);
  if (result.outcome != Outcome::fail || result.findings.size() != 1)
    throw std::runtime_error(fmt::format("{}: {} with {} findings", comparison,
                                         to_string(result.outcome), result.findings.size()));
  return result.findings.front();
}

} // namespace rmemcheck::test
