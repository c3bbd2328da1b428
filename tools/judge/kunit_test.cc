// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

constexpr const char *kunit_rule = "kunit";

Scenario suite_has_run() {
  Scenario scenario = passing();
  scenario.expectation.must_run_suite = true;
  scenario.evidence.kunit = kunit_report();
  return scenario;
}

KunitSuite &suite(Scenario &scenario) { return scenario.evidence.kunit->suites.front(); }

TEST(Kunit, PassesWhereNoTestFails) {
  EXPECT_EQ(outcome(kunit_rule, suite_has_run()), Outcome::pass);
}

TEST(Kunit, NamesSuiteTestAndLineOfAFailure) {
  Scenario scenario = suite_has_run();
  KunitSuite &failed = suite(scenario);
  failed.tests[0].kind = KunitResult::Kind::failed;
  failed.tests[0].at.text = "    not ok 1 finds";
  failed.result->kind = KunitResult::Kind::failed;
  const Finding finding = only_finding(kunit_rule, scenario);
  EXPECT_EQ(finding.expected, "test finds of suite of_reserved_mem passes");
  EXPECT_EQ(finding.seen, "    not ok 1 finds");
  EXPECT_EQ(finding.at.line, 101u);
}

TEST(Kunit, FailsWhereASuiteFailsOrDoesNotEnd) {
  Scenario scenario = suite_has_run();
  suite(scenario).result->kind = KunitResult::Kind::failed;
  EXPECT_EQ(only_finding(kunit_rule, scenario).at.line, 103u);
  scenario = suite_has_run();
  suite(scenario).result.reset();
  EXPECT_EQ(only_finding(kunit_rule, scenario).expected, "suite of_reserved_mem ends");
  scenario = suite_has_run();
  suite(scenario).tests.pop_back();
  EXPECT_EQ(only_finding(kunit_rule, scenario).seen, "1 of 2 tests ended");
  scenario.evidence.ending = Ending::hang;
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::inconclusive);
}

TEST(Kunit, IsInconclusiveWhereALogThatSomebodyHasSentLacksLines) {
  Scenario scenario = suite_has_run();
  suite(scenario).tests.pop_back();
  scenario.evidence.log.trouble = "lines are missing";
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::fail) << "a guest sends all of it";
  scenario.expectation.is_live = true;
  EXPECT_THAT(run(kunit_rule, scenario).reason,
              HasSubstr("lines are missing, and has 1 of 2 tests ended of suite"));
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::inconclusive);
}

TEST(Kunit, IsInconclusiveWhereTheSuiteOfTheSeriesDidNotRun) {
  Scenario scenario = suite_has_run();
  suite(scenario).name = "another";
  EXPECT_THAT(run(kunit_rule, scenario).reason,
              HasSubstr("of_reserved_mem of the series did not run"));
  scenario.evidence.kunit->suites.clear();
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::inconclusive);
  scenario.evidence.kunit.reset();
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::inconclusive);
}

TEST(Kunit, IsInconclusiveWhereASuiteIsMissing) {
  Scenario scenario = suite_has_run();
  scenario.evidence.kunit->planned = 2;
  EXPECT_EQ(run(kunit_rule, scenario).reason, "1 of 2 suites ran");
}

TEST(Kunit, IsSkippedWhereThereIsNothingToRun) {
  EXPECT_EQ(outcome(kunit_rule, passing()), Outcome::skip);
  Scenario scenario = passing();
  scenario.evidence.kunit.emplace(); // KUnit without suites
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::skip);
  scenario = suite_has_run();
  suite(scenario).tests[0].kind = KunitResult::Kind::skipped;
  suite(scenario).totals.reset();
  EXPECT_EQ(run(kunit_rule, scenario).reason, "KUnit skipped every test");
}

TEST(Kunit, DoesNotPassWhereALineStandsForAnother) {
  Scenario scenario = suite_has_run();
  suite(scenario).tests[1] = suite(scenario).tests[0];
  suite(scenario).tests[1].number = 2;
  suite(scenario).totals.reset();
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::inconclusive);
  EXPECT_EQ(run(kunit_rule, scenario).reason,
            "suite of_reserved_mem tells of test finds more than once");
}

TEST(Kunit, DoesNotPassWhereThePlanIsSmaller) {
  Scenario scenario = suite_has_run();
  suite(scenario).planned = 1;
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::inconclusive);
}

TEST(Kunit, DoesNotPassWhereTheNumbersOfLinesAreOthers) {
  Scenario scenario = suite_has_run();
  suite(scenario).tests[1].number = 3;
  EXPECT_EQ(run(kunit_rule, scenario).reason,
            "suite of_reserved_mem has \"    ok 2 many # SKIP too few\" in the place of number 2");
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::inconclusive);
}

TEST(Kunit, DoesNotPassWhereKunitHasCountedOtherwise) {
  for (const KunitTotals &totals :
       {KunitTotals{2, 0, 0, 2, {}}, KunitTotals{1, 1, 1, 2, {}}, KunitTotals{1, 0, 1, 3, {}}}) {
    Scenario scenario = suite_has_run();
    suite(scenario).totals = totals;
    EXPECT_THAT(run(kunit_rule, scenario).reason,
                HasSubstr("1 passed, 0 failed and 1 skipped, and says"));
    EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::inconclusive);
  }
  Scenario scenario = suite_has_run();
  suite(scenario).totals.reset(); // kunit.stats_enabled=0
  EXPECT_EQ(outcome(kunit_rule, scenario), Outcome::pass);
}

} // namespace
} // namespace rmemcheck::test
