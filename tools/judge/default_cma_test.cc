// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

constexpr const char *default_cma_rule = "default-cma";

void drop_lines(Scenario &scenario, const std::string &begin) {
  std::erase_if(scenario.evidence.log.lines,
                [&](const SourceLine &at) { return at.text.starts_with(begin); });
}

/// "cma=8M" on the command line, and a kernel that does as it says.
Scenario bypassed() {
  Scenario scenario = passing();
  ExpectedRegion &pool = expected(scenario, "linux,cma@52000000");
  pool = refused(pool);
  pool.bypassed = true;
  scenario.expectation.cmdline_cma = 0x800000;
  KernelLog &log = scenario.evidence.log;
  drop_lines(scenario, "Memory: ");
  add_log_line(log, "Reserved memory: bypass linux,cma@52000000 node, using cmdline CMA params "
                    "instead");
  add_log_line(log, "cma: Reserved 8 MiB at 0x000000007f800000");
  add_log_line(log, "Memory: 999000K/1048576K available (49576K reserved, 8192K cma-reserved)");
  return scenario;
}

TEST(DefaultCma, PassesWithTheOneOfTheTree) {
  EXPECT_EQ(outcome(default_cma_rule, passing()), Outcome::pass);
}

TEST(DefaultCma, PassesWithTheOneOfTheCommandLine) {
  EXPECT_EQ(outcome(default_cma_rule, bypassed()), Outcome::pass);
}

TEST(DefaultCma, FailsWithASecondOne) {
  const char *texts[] = {"cma: Reserved 16 MiB at 0x000000007dc00000",             // v6.1
                         "cma: Reserved 16 MiB at 0x000000007dc00000 on node -1"}; // v6.9
  for (const char *text : texts) {
    Scenario scenario = passing();
    add_log_line(scenario.evidence.log, text);
    EXPECT_EQ(only_finding(default_cma_rule, scenario).seen, text);
  }
  Scenario scenario = bypassed();
  add_log_line(scenario.evidence.log, "cma: Reserved 8 MiB at 0x000000007e800000");
  EXPECT_EQ(only_finding(default_cma_rule, scenario).expected, "no default CMA area but one");
}

TEST(DefaultCma, FailsWithoutTheOneOfTheCommandLine) {
  Scenario scenario = bypassed();
  drop_lines(scenario, "cma: ");
  EXPECT_EQ(only_finding(default_cma_rule, scenario).seen, "no such line");
}

TEST(DefaultCma, WantsNoneThatCannotBe) {
  Scenario scenario = bypassed();
  scenario.expectation.is_cmdline_cma_without_room = true;
  EXPECT_EQ(outcome(default_cma_rule, scenario), Outcome::fail) << "there is one";
  drop_lines(scenario, "cma: ");
  drop_lines(scenario, "Memory: ");
  add_log_line(scenario.evidence.log, "cma: Failed to reserve 8 MiB");
  add_log_line(scenario.evidence.log,
               "Memory: 999000K/1048576K available (49576K reserved, 0K cma-reserved)");
  EXPECT_EQ(outcome(default_cma_rule, scenario), Outcome::pass);
}

TEST(DefaultCma, FailsWhereTheKernelDoesNotSayThatItPassesThePoolOver) {
  Scenario scenario = bypassed();
  drop_lines(scenario, "Reserved memory: bypass");
  EXPECT_EQ(only_finding(default_cma_rule, scenario).region, "linux,cma@52000000");
  add_log_line(scenario.evidence.log, // v7.3
               R"(Skipping dt linux,cma-default node in favor for "cma=" kernel param.)");
  EXPECT_EQ(outcome(default_cma_rule, scenario), Outcome::fail) << "nobody is named";
  add_log_line(scenario.evidence.log,
               "OF: reserved mem: node linux,cma@52000000 compatible matching fail");
  EXPECT_EQ(outcome(default_cma_rule, scenario), Outcome::pass);
}

TEST(KnownErrors, NeedNotNameAPoolThatMakesWayForTheCommandLine) {
  Scenario scenario = bypassed();
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  add_log_line(scenario.evidence.log,
               "OF: reserved mem: node linux,cma@52000000 compatible matching fail");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(DefaultCma, FailsWithAnotherTotal) {
  Scenario scenario = passing();
  drop_lines(scenario, "Memory: ");
  EXPECT_EQ(outcome(default_cma_rule, scenario), Outcome::inconclusive);
  add_log_line(scenario.evidence.log,
               "Memory: 999000K/1048576K available (49576K reserved, 32768K cma-reserved)");
  const Finding finding = only_finding(default_cma_rule, scenario);
  EXPECT_EQ(finding.expected, "16384 KiB in CMA areas");
  EXPECT_EQ(finding.seen, "32768 KiB");
}

TEST(DefaultCma, IsSkippedWhereTheTreeHasNone) {
  EXPECT_EQ(outcome(default_cma_rule, empty_tree()), Outcome::skip);
}

TEST(DefaultCma, IsThatOfTheConfigurationWhereNobodySaysAnything) {
  Scenario scenario = empty_tree();
  scenario.expectation.default_cma = 0x1000000;
  drop_lines(scenario, "Memory: ");
  add_log_line(scenario.evidence.log,
               "Memory: 999000K/1048576K available (49576K reserved, 16384K cma-reserved)");
  EXPECT_EQ(only_finding(default_cma_rule, scenario).expected,
            "cma: Reserved 16 MiB at ..., as the command line or the configuration says");
  add_log_line(scenario.evidence.log, "cma: Reserved 8 MiB at 0x000000007f800000");
  EXPECT_EQ(outcome(default_cma_rule, scenario), Outcome::fail);
  scenario.evidence.log.lines.back().text = "cma: Reserved 16 MiB at 0x000000007f000000";
  EXPECT_EQ(outcome(default_cma_rule, scenario), Outcome::pass);
  // The tree's own goes before it.
  Scenario with_pool = passing();
  with_pool.expectation.default_cma = 0x1000000;
  EXPECT_EQ(outcome(default_cma_rule, with_pool), Outcome::pass);
}

TEST(DefaultCma, IsInconclusiveWhereTheLogIsCut) {
  Scenario scenario = passing();
  scenario.evidence.log.is_cut = true;
  EXPECT_EQ(outcome(default_cma_rule, scenario), Outcome::inconclusive);
}

} // namespace
} // namespace rmemcheck::test
