// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

constexpr const char *same_recording_rule = "same-recording";

void lose(Evidence &evidence, const std::string &name) {
  named(*evidence.probe, name).found = false;
  std::erase_if(evidence.log.regions,
                [&](const LoggedRegion &region) { return region.name == name; });
}

TEST(SameRecording, PassesWhereBothRecordTheSame) {
  EXPECT_EQ(outcome(same_recording_rule, same_boots(passing())), Outcome::pass);
}

TEST(SameRecording, FailsWhereARegionIsLost) {
  for (const char *name : {"mapped@50000000", "hidden@50020000"}) {
    TwoBoots two = same_boots(passing());
    lose(two.patched, name);
    const Finding finding = only_finding(same_recording_rule, two);
    EXPECT_EQ(finding.region, name);
    EXPECT_THAT(finding.expected, HasSubstr("as the baseline's probe:"));
    EXPECT_EQ(finding.seen, "not recorded");
  }
}

TEST(SameRecording, FailsWhereARegionIsElsewhere) {
  TwoBoots two = same_boots(passing());
  named(*two.patched.probe, "mapped@50000000").range = range(0x50000000, 0x20000);
  const Finding finding = only_finding(same_recording_rule, two);
  EXPECT_EQ(finding.expected,
            "recorded: 0x0000000050000000..0x000000005000ffff, as the baseline's probe:3 says");
  EXPECT_EQ(finding.seen, "0x0000000050000000..0x000000005001ffff");
}

/// That others have left no room for it does not excuse it: the baseline has found some.
TEST(SameRecording, FailsWhereTheBaselineHasFoundRoom) {
  const Scenario scenario = passing();
  Expectation without = scenario.expectation;
  named(without.regions, "placed") = refused(named(without.regions, "placed"));
  Evidence patched = scenario.evidence;
  lose(patched, "placed");
  const RuleResult result = named(comparisons(), same_recording_rule)
                                .check({scenario.expectation, scenario.evidence, Outcome::pass},
                                       {without, patched, Outcome::pass});
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].region, "placed");
}

/// Before v6.5 which of several boot-placed regions finds room is left to chance.
TEST(SameRecording, LeavesTheOrderOfOldKernelsToChance) {
  TwoBoots two = same_boots(passing());
  lose(two.patched, "placed");
  EXPECT_EQ(outcome(same_recording_rule, two), Outcome::fail);
  two.baseline.log.version = "6.1.192";
  two.baseline.log.regions.clear();
  EXPECT_EQ(outcome(same_recording_rule, two), Outcome::pass);
}

TEST(SameRecording, WhatTheBaselineLosesOrMustNotRecordIsNotAsked) {
  TwoBoots two = same_boots(passing());
  lose(two.baseline, "mapped@50000000");
  EXPECT_EQ(outcome(same_recording_rule, two), Outcome::pass);
  two = same_boots(passing());
  named(*two.baseline.probe, "refused@50008000").found = true;
  named(*two.baseline.probe, "refused@50008000").range = range(0x50008000, 0x1000);
  EXPECT_EQ(outcome(same_recording_rule, two), Outcome::pass);
}

TEST(SameRecording, NeedsPlacesAndRegions) {
  EXPECT_EQ(outcome(same_recording_rule, same_boots(empty_tree())), Outcome::skip);
  Scenario scenario = passing();
  make_old(scenario);
  TwoBoots two = same_boots(scenario);
  two.patched.probe.reset();
  EXPECT_NE(outcome(same_recording_rule, two), Outcome::pass);
}

TEST(SameRecording, IsAskedAcrossTreesAndTheLogIsNot) {
  Scenario scenario = passing();
  TwoBoots two = same_boots(scenario);
  lose(two.patched, "mapped@50000000");
  Verdict verdict = judge(two.expectation, two.patched);
  compare(verdict, two.before(), two.after(), true);
  EXPECT_NO_THROW(
      EXPECT_EQ(std::ranges::find(verdict.rules, same_recording_rule, &RuleResult::rule)->outcome,
                Outcome::fail));
  EXPECT_EQ(std::ranges::count(verdict.rules, "no-op", &RuleResult::rule), 0);
}

TEST(SameRecording, IsSkippedWhereTheBaselineDidNotBoot) {
  TwoBoots two = same_boots(passing());
  two.baseline.ending = Ending::panic;
  two.baseline.probe.reset();
  two.baseline.log.regions.clear();
  EXPECT_EQ(outcome(same_recording_rule, two), Outcome::skip);
  two.baseline.ending = Ending::cut_short;
  EXPECT_EQ(outcome(same_recording_rule, two), Outcome::skip);
  two.baseline.ending = Ending::died;
  two.baseline.log.version.clear();
  EXPECT_EQ(outcome(same_recording_rule, two), Outcome::inconclusive);
}

} // namespace
} // namespace rmemcheck::test
