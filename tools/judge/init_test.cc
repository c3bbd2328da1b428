// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

TEST(Init, PassesWhereEveryPoolHasItsOps) { EXPECT_EQ(outcome("init", passing()), Outcome::pass); }

TEST(Init, FailsWithoutOps) {
  for (const char *name : {"linux,cma@52000000", "pool@54000000", "bounce@55000000"}) {
    Scenario scenario = passing();
    probed(scenario, name).ops = "none"; // as where init was given a copy of the entry
    const Finding finding = only_finding("init", scenario);
    EXPECT_EQ(finding.region, name);
    EXPECT_EQ(finding.seen, "none");
  }
}

TEST(Init, FailsWithTheOpsOfAnother) {
  Scenario scenario = passing();
  probed(scenario, "linux,cma@52000000").ops = "rmem_dma_ops";
  EXPECT_EQ(only_finding("init", scenario).expected, "initialised, with rmem_cma_ops");
}

TEST(Init, FailsWhereAFunctionHasTakenWhatIsNotForIt) {
  Scenario scenario = passing();
  probed(scenario, "mapped@50000000").ops = "rmem_dma_ops";
  const Finding finding = only_finding("init", scenario);
  EXPECT_EQ(finding.region, "mapped@50000000");
  EXPECT_EQ(finding.expected, "taken by no init function");
  // Also where no region of the tree has one.
  std::erase_if(scenario.expectation.regions,
                [](const ExpectedRegion &region) { return region.node.name != "mapped@50000000"; });
  EXPECT_EQ(only_finding("init", scenario).seen, "rmem_dma_ops");
  probed(scenario, "mapped@50000000").ops = "vendor_ops";
  EXPECT_EQ(outcome("init", scenario), Outcome::skip);
}

TEST(Init, TakesAMappedSharedPoolForACoherentOne) {
  Scenario scenario = passing();
  ExpectedRegion &pool = expected(scenario, "pool@54000000");
  pool.no_map = pool.node.no_map = false;
  EXPECT_EQ(outcome("init", scenario), Outcome::pass);
}

TEST(Init, FailsWithoutTheCmaArea) {
  Scenario scenario = passing();
  std::erase_if(scenario.evidence.log.lines, [](const SourceLine &at) {
    return at.text.find("created CMA") != std::string::npos;
  });
  const Finding finding = only_finding("init", scenario);
  EXPECT_EQ(finding.expected, "one CMA area, 0x0000000052000000..0x0000000052ffffff");
  EXPECT_EQ(finding.seen, "none created");
}

TEST(Init, FailsWithACmaAreaCreatedTwice) {
  Scenario scenario = passing();
  add_log_line(scenario.evidence.log,
               "Reserved memory: created CMA memory pool at 0x0000000052000000, size 16 MiB");
  EXPECT_EQ(only_finding("init", scenario).seen, "one at 0x52000000");
}

/// As tree 733 of seed 151 has them: the kernel makes both, and complains when it hands out pages.
TEST(Init, TellsAreasApartThatBeginAtOneAddress) {
  Scenario scenario = passing();
  ExpectedRegion wider = expected(scenario, "linux,cma@52000000");
  wider.node.name = "wider@52000000";
  wider.range->end += 0x1000000;
  wider.node.reg = {*wider.range};
  scenario.expectation.regions.push_back(wider);
  ProbedRegion probed_wider = probed(scenario, "linux,cma@52000000");
  probed_wider.name = probed_wider.recorded_name = wider.node.name;
  probed_wider.range = *wider.range;
  scenario.evidence.probe->push_back(probed_wider);
  EXPECT_EQ(only_finding("init", scenario).region, "wider@52000000");
  add_log_line(scenario.evidence.log,
               "Reserved memory: created CMA memory pool at 0x0000000052000000, size 32 MiB");
  EXPECT_EQ(outcome("init", scenario), Outcome::pass);
}

/// A log of two boots has each line twice.
TEST(Init, DoesNotKnowWhoseAreasThoseOfTwoBootsAre) {
  Scenario scenario = passing();
  const std::vector<SourceLine> lines = scenario.evidence.log.lines;
  for (const SourceLine &each : lines)
    add_log_line(scenario.evidence.log, each.text);
  EXPECT_EQ(outcome("init", scenario), Outcome::fail);
  scenario.evidence.log.trouble = "it is that of more than one boot";
  EXPECT_EQ(outcome("init", scenario), Outcome::inconclusive);
}

TEST(Init, FailsWithACmaAreaThatTheTreeDoesNotHave) {
  Scenario scenario = passing();
  add_log_line(scenario.evidence.log,
               "Reserved memory: created CMA memory pool at 0x0000000060000000, size 16 MiB");
  EXPECT_EQ(only_finding("init", scenario).seen, "one at 0x60000000");
}

TEST(Init, IsInconclusiveWhereSymbolsHaveNoName) {
  Scenario scenario = passing();
  probed(scenario, "pool@54000000").ops = "0xffff800080a1b2c8";
  EXPECT_EQ(outcome("init", scenario), Outcome::inconclusive);
}

TEST(Init, IsInconclusiveWhereTheRegionIsNotFoundOrThereIsNoProbe) {
  Scenario scenario = passing();
  probed(scenario, "pool@54000000").found = false;
  EXPECT_EQ(outcome("init", scenario), Outcome::inconclusive);
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("init", scenario), Outcome::inconclusive);
}

TEST(Init, IsInconclusiveWhereTheLogWasCutShort) {
  Scenario scenario = passing();
  scenario.evidence.ending = Ending::died;
  EXPECT_EQ(outcome("init", scenario), Outcome::inconclusive);
}

TEST(Init, IsSkippedWithoutAPool) { EXPECT_EQ(outcome("init", empty_tree()), Outcome::skip); }

/// As of a kernel whose log alone shows what init functions did.
Scenario log_alone_shows_init() {
  Scenario scenario = passing();
  scenario.expectation.has_user_space = false;
  scenario.evidence.probe.reset();
  for (const char *name : {"linux,cma@52000000", "pool@54000000", "bounce@55000000"})
    add_log_line(scenario.evidence.log,
                 fmt::format("OF: reserved mem: initialized node {}, compatible id any", name));
  return scenario;
}

TEST(Init, GoesByTheLogWithoutAProbe) {
  for (const bool has_user_space : {false, true}) {
    Scenario scenario = log_alone_shows_init();
    scenario.expectation.has_user_space = has_user_space;
    EXPECT_EQ(outcome("init", scenario), Outcome::pass);
    scenario.evidence.log.lines.pop_back();
    EXPECT_EQ(run("init", scenario).reason,
              "neither a probe nor a line of the log shows that bounce@55000000 was initialised");
    EXPECT_EQ(outcome("init", scenario), Outcome::inconclusive);
  }
}

TEST(Init, FailsWithoutUserSpaceWhereACmaAreaIsMissing) {
  Scenario scenario = log_alone_shows_init();
  std::erase_if(scenario.evidence.log.lines, [](const SourceLine &at) {
    return at.text.find("created CMA") != std::string::npos;
  });
  EXPECT_EQ(only_finding("init", scenario).seen, "none created");
}

TEST(Init, CannotShowTheAreaOfABootPlacedPoolWithoutUserSpace) {
  Scenario scenario = log_alone_shows_init();
  ExpectedRegion &pool = expected(scenario, "linux,cma@52000000");
  pool.range.reset();
  pool.node.reg.clear();
  std::erase_if(scenario.evidence.log.regions,
                [](const LoggedRegion &region) { return region.name == "linux,cma@52000000"; });
  EXPECT_EQ(outcome("init", scenario), Outcome::skip);
  scenario.expectation.has_user_space = true;
  EXPECT_EQ(outcome("init", scenario), Outcome::inconclusive);
}

} // namespace
} // namespace rmemcheck::test
