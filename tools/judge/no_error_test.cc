// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_comparison.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

constexpr const char *no_error_rule = "no-error";

TEST(NoError, FailsWithALineThatNothingExplains) {
  Scenario scenario = passing();
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::pass);
  say_error(scenario.evidence.log, "pci 0000:00:00.0: broken");
  EXPECT_EQ(only_finding(no_error_rule, scenario).seen, "pci 0000:00:00.0: broken");
}

TEST(NoError, AllowsWhatQemusMachinesMakeKernelsSay) {
  Scenario scenario = passing();
  say_error(scenario.evidence.log,
            "syscon-poweroff poweroff: pm_power_off already claimed for sbi_srst_power_off");
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::pass);
}

TEST(NoError, LeavesTroubleOfReservedMemoryToOtherRules) {
  Scenario scenario = passing();
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::overlap,
              "OF: reserved mem: OVERLAP DETECTED!");
  scenario.evidence.log.errors.push_back(scenario.evidence.log.lines.back());
  say_error(scenario.evidence.log, "a (0x1--0x3) overlaps with b (0x2--0x4)");
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::pass);
  say_error(scenario.evidence.log, "a (0x1--0x3) overlaps with b (0x2--0x4)");
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::fail);
}

TEST(NoError, AllowsTheReasonOfARefusal) {
  Scenario scenario = passing();
  say_error(scenario.evidence.log, "cma: something is wrong");
  add_log_line(scenario.evidence.log, "Reserved memory: unable to setup CMA region");
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::fail);
  add_log_line(scenario.evidence.log, "OF: reserved mem: node a compatible matching fail");
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::pass);
}

TEST(NoError, AllowsAShortageOfAreasWhereTheTreeHasMany) {
  Scenario scenario = passing();
  say_error(scenario.evidence.log, "cma: Not enough slots for CMA reserved regions!");
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::fail);
  for (int count = 0; count < 8; ++count)
    scenario.expectation.regions.push_back(
        default_cma(static_region("pool", range(0x58000000, 0x1000))));
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::pass);
}

TEST(NoError, ForgivesWhatTheBaselineSaysToo) {
  TwoBoots two = same_boots(passing());
  say_error(two.baseline.log, "pl011 9000000.pl011: error -6");
  say_error(two.patched.log, "pl011 9000000.pl011: error -22");
  const auto compared = [&] {
    Verdict verdict = judge(two.expectation, two.patched);
    compare(verdict, two.before(), two.after());
    return verdict;
  };
  EXPECT_EQ(compared().outcome, Outcome::pass);
  say_error(two.patched.log, "one that is new");
  const Verdict verdict = compared();
  EXPECT_EQ(verdict.outcome, Outcome::fail);
  EXPECT_EQ(std::ranges::find(verdict.rules, no_error_rule, &RuleResult::rule)->findings.size(),
            1u);
}

TEST(NoError, IsNotAskedOfALiveSystem) {
  Scenario scenario = passing();
  say_error(scenario.evidence.log, "some driver: error -22");
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::fail);
  scenario.expectation.is_live = true;
  EXPECT_EQ(outcome(no_error_rule, scenario), Outcome::skip);
}

} // namespace
} // namespace rmemcheck::test
