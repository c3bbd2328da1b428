// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

/// The verdict of the patched kernel, compared.
Verdict compared(const TwoBoots &two) {
  Verdict verdict = judge(two.expectation, two.patched);
  compare(verdict, two.before(), two.after());
  return verdict;
}

Outcome outcome_of(const Verdict &verdict, const std::string &rule) {
  return std::ranges::find(verdict.rules, rule, &RuleResult::rule)->outcome;
}

TwoBoots moved() {
  TwoBoots two = same_boots(passing());
  for (PhysicalRange *place : {&named(*two.baseline.probe, "placed").range,
                               &named(two.baseline.log.regions, "placed").range})
    *place = range(0x60000000, 0x10000);
  return two;
}

TEST(Compare, AddsAResultForEachComparison) {
  const Verdict verdict = compared(same_boots(passing()));
  EXPECT_EQ(verdict.rules.size(), rules().size() + comparisons().size());
  EXPECT_EQ(outcome_of(verdict, "same-placement"), Outcome::pass);
  EXPECT_EQ(outcome_of(verdict, "no-op"), Outcome::skip);
  EXPECT_EQ(verdict.outcome, Outcome::pass);
}

TEST(Compare, FailsAKernelThatPassesAlone) {
  const Verdict verdict = compared(moved());
  EXPECT_EQ(verdict.outcome, Outcome::fail);
  EXPECT_EQ(verdict.reason, "failed: same-placement");
  EXPECT_EQ(verdict.rules[rules().size()].findings.front().rule, "same-placement");
}

TEST(Compare, AddsToWhatAKernelFailsAlready) {
  TwoBoots two = moved();
  named(*two.patched.probe, "mapped@50000000").found = false;
  EXPECT_THAT(compared(two).reason, HasSubstr("recorded, same-placement"));
}

TEST(Compare, KeepsHowTheGuestEnded) {
  TwoBoots two = moved();
  two.patched.ending = Ending::panic;
  two.patched.ending_reason = "no init";
  EXPECT_EQ(compared(two).reason, "the kernel panicked: no init; failed: same-placement");
}

/// What has found nothing in a baseline that lost a witness has seen nothing.
TEST(Compare, DoesNotPassWhereTheBaselineLacksAWitness) {
  TwoBoots two = same_boots(passing());
  two.expectation.witnesses = {"iomem", "probe"};
  two.baseline.files = two.patched.files = {"iomem", "probe"};
  EXPECT_EQ(compared(two).outcome, Outcome::pass);
  two.baseline.files.erase("iomem");
  const Verdict verdict = compared(two);
  EXPECT_EQ(verdict.outcome, Outcome::inconclusive);
  EXPECT_EQ(verdict.rules.back().reason, "the baseline can show iomem, and it is not there");
  // One that did not get so far has nothing to show.
  two.baseline.ending = Ending::panic;
  EXPECT_EQ(compared(two).outcome, Outcome::pass);
}

TEST(Compare, StillFailsWhereTheBaselineLacksAWitness) {
  TwoBoots two = moved();
  two.expectation.witnesses = {"iomem"};
  two.patched.files = {"iomem"};
  EXPECT_EQ(outcome_of(compared(two), "same-placement"), Outcome::fail);
}

TEST(CompareUnknown, IsNoPass) {
  const Scenario scenario = passing();
  Verdict verdict = judge(scenario.expectation, scenario.evidence);
  compare_unknown(verdict, "iomem:3: not understood");
  EXPECT_EQ(verdict.outcome, Outcome::inconclusive);
  EXPECT_EQ(verdict.reason,
            "could not find out: same-placement, same-recording, no-op, same-own-memory");
}

TEST(CompareUnknown, KeepsAVerdictThatIsNoPass) {
  Scenario scenario = passing();
  lose(scenario, "placed");
  Verdict verdict = judge(scenario.expectation, scenario.evidence);
  const std::string reason = verdict.reason;
  compare_unknown(verdict, "iomem:3: not understood");
  EXPECT_EQ(verdict.outcome, Outcome::fail);
  EXPECT_EQ(verdict.reason, reason);
}

} // namespace
} // namespace rmemcheck::test
