// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

TEST(NothingExtra, PassesWhereOnlyTheTreesRegionsAreRecorded) {
  EXPECT_EQ(outcome("nothing-extra", passing()), Outcome::pass);
  EXPECT_EQ(outcome("nothing-extra", empty_tree()), Outcome::pass);
}

TEST(NothingExtra, FailsWhereARefusedOrDisabledRegionIsRecorded) {
  Scenario scenario = passing();
  probed(scenario, "refused@50008000").found = true;
  EXPECT_EQ(only_finding("nothing-extra", scenario).expected, "refused, so not recorded");
  scenario = passing();
  probed(scenario, "disabled@58000000").found = true;
  EXPECT_EQ(only_finding("nothing-extra", scenario).expected, "ignored, so not recorded");
}

TEST(NothingExtra, FailsWithANodeThatTheTreeDoesNotHave) {
  Scenario scenario = passing();
  probed(scenario, "disabled@58000000").name = "stranger@58000000";
  const Finding finding = only_finding("nothing-extra", scenario);
  EXPECT_EQ(finding.region, "stranger@58000000");
  EXPECT_EQ(finding.at.file, "probe");
}

TEST(NothingExtra, FailsWithARegionLineOfSuchANode) {
  Scenario scenario = passing();
  scenario.evidence.log.regions.push_back(
      {range(0x50008000, 0x1000), true, false, "refused@50008000", line("dmesg", 99)});
  EXPECT_EQ(only_finding("nothing-extra", scenario).at.line, 99u);
  scenario.evidence.log.regions.back().name = "unknown";
  EXPECT_EQ(only_finding("nothing-extra", scenario).expected, "only nodes of the tree");
}

TEST(NothingExtra, TakesEitherWitness) {
  Scenario scenario = passing();
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("nothing-extra", scenario), Outcome::pass);
  scenario = passing();
  make_old(scenario);
  EXPECT_EQ(outcome("nothing-extra", scenario), Outcome::pass);
}

TEST(NothingExtra, IsInconclusiveWithoutAWitness) {
  Scenario scenario = passing();
  make_old(scenario);
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("nothing-extra", scenario), Outcome::inconclusive);
}

TEST(NothingExtra, IsInconclusiveWhereTheLogAloneWasCutShort) {
  Scenario scenario = passing();
  scenario.evidence.probe.reset();
  scenario.evidence.ending = Ending::cut_short;
  EXPECT_EQ(outcome("nothing-extra", scenario), Outcome::inconclusive);
}

TEST(NothingExtra, FailsWhereARefusedNodeFindsTheEntryOfItsNamesake) {
  Scenario scenario;
  scenario.expectation.memory = {ram};
  scenario.expectation.regions = {static_region("buf", range(0x50000000, 0x1000)),
                                  ignored(static_region("buf", range(0x51000000, 0x1000)))};
  scenario.evidence = good_evidence(scenario.expectation, full_place);
  EXPECT_EQ(outcome("nothing-extra", scenario), Outcome::pass);
  ProbedRegion &second = scenario.evidence.probe->back();
  second.found = true;
  second.range = range(0x50000000, 0x1000);
  EXPECT_EQ(only_finding("nothing-extra", scenario).seen,
            "recorded: 0x0000000050000000..0x0000000050000fff");
}

} // namespace
} // namespace rmemcheck::test
