// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

TEST(Recorded, PassesWhereLookupFindsEveryRegion) {
  EXPECT_EQ(outcome("recorded", passing()), Outcome::pass);
}

TEST(Recorded, FailsWhereLookupFindsNothing) {
  Scenario scenario = passing();
  lose(scenario, "two@50040000");
  const Finding finding = only_finding("recorded", scenario);
  EXPECT_EQ(finding.rule, "recorded");
  EXPECT_EQ(finding.region, "two@50040000");
  EXPECT_EQ(finding.expected, "recorded: 0x0000000050040000..0x000000005004ffff");
  EXPECT_EQ(finding.seen, "of_reserved_mem_lookup() finds nothing");
  EXPECT_EQ(finding.at.file, "probe");
  EXPECT_EQ(finding.at.line, probed(scenario, "two@50040000").at.line);
}

TEST(Recorded, FailsWhereTheProbeSawNoSuchNode) {
  Scenario scenario = passing();
  scenario.evidence.probe->erase(scenario.evidence.probe->begin());
  const Finding finding = only_finding("recorded", scenario);
  EXPECT_EQ(finding.region, "mapped@50000000");
  EXPECT_EQ(finding.at.line, 0u);
}

TEST(Recorded, FailsWhereTheKernelReadsAnotherStatus) {
  Scenario scenario = passing();
  probed(scenario, "two@50040000").available = false;
  const Finding finding = only_finding("recorded", scenario);
  EXPECT_EQ(finding.expected, "a node that is available");
  EXPECT_EQ(finding.seen, "not available");
  EXPECT_EQ(finding.at.file, "probe");
  scenario = passing();
  probed(scenario, "disabled@58000000").available = true;
  EXPECT_EQ(only_finding("recorded", scenario).region, "disabled@58000000");
}

TEST(Recorded, FailsWithAWrongBaseOrSize) {
  Scenario scenario = passing();
  probed(scenario, "mapped@50000000").range = range(0x50010000, 0x10000);
  EXPECT_EQ(only_finding("recorded", scenario).seen, "0x0000000050010000..0x000000005001ffff");
  scenario = passing();
  probed(scenario, "placed").range = range(0x70ff0000, 0x8000);
  EXPECT_EQ(only_finding("recorded", scenario).expected, "recorded: 0x10000 bytes, boot-placed");
}

TEST(Recorded, FailsWhereTwoNodesShareOneEntry) {
  Scenario scenario = passing();
  probed(scenario, "mapped@50000000").recorded_name = "hidden@50020000";
  EXPECT_EQ(only_finding("recorded", scenario).seen, "hidden@50020000");
}

TEST(Recorded, FailsWithTwoNodesOfOneName) {
  Scenario scenario = passing();
  scenario.evidence.probe->push_back(probed(scenario, "placed"));
  EXPECT_EQ(only_finding("recorded", scenario).seen, "the probe saw 2");
}

TEST(Recorded, FailsWithoutThePhandleByWhichDevicesFindIt) {
  Scenario scenario = passing();
  probed(scenario, "placed").phandle = 0;
  EXPECT_EQ(only_finding("recorded", scenario).seen, "phandle 0x0");
}

TEST(Recorded, DemandsNoPhandleOfAKernelWhoseEntriesHaveNone) {
  Scenario scenario = passing();
  probed(scenario, "placed").phandle.reset();
  EXPECT_EQ(outcome("recorded", scenario), Outcome::pass);
}

TEST(Recorded, DemandsNoPhandleThatTheNodeDoesNotHave) {
  Scenario scenario = passing();
  expected(scenario, "placed").node.phandle = 0;
  EXPECT_EQ(outcome("recorded", scenario), Outcome::pass);
}

TEST(Recorded, TakesTheLogWhereThereIsNoProbe) {
  Scenario scenario = passing();
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("recorded", scenario), Outcome::pass);
  scenario.evidence.log.regions.pop_back();
  EXPECT_EQ(only_finding("recorded", scenario).region, "placed-no-map");
}

TEST(Recorded, IsInconclusiveWithoutProbeAndRegionLines) {
  Scenario scenario = passing();
  make_old(scenario);
  EXPECT_EQ(outcome("recorded", scenario), Outcome::pass);
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("recorded", scenario), Outcome::inconclusive);
}

TEST(Recorded, IsInconclusiveWhereTheLogWasCutShort) {
  Scenario scenario = passing();
  scenario.evidence.probe.reset();
  scenario.evidence.log.regions.pop_back();
  scenario.evidence.ending = Ending::died;
  const RuleResult result = run("recorded", scenario);
  EXPECT_EQ(result.outcome, Outcome::inconclusive);
  EXPECT_THAT(result.reason, HasSubstr("1 region (placed-no-map)"));
}

TEST(Recorded, OfAnEmptyTreeIsShownByAProbeThatFindsNothing) {
  Scenario scenario = empty_tree();
  EXPECT_EQ(outcome("recorded", scenario), Outcome::pass);
  scenario.evidence.probe.reset();
  scenario.evidence.ending = Ending::cut_short;
  EXPECT_EQ(outcome("recorded", scenario), Outcome::inconclusive);
}

TEST(Logged, PassesWithOneRightLineARegion) {
  EXPECT_EQ(outcome("logged", passing()), Outcome::pass);
}

TEST(Logged, FailsWithoutALine) {
  Scenario scenario = passing();
  scenario.evidence.log.regions.erase(scenario.evidence.log.regions.begin());
  const Finding finding = only_finding("logged", scenario);
  EXPECT_EQ(finding.region, "mapped@50000000");
  EXPECT_EQ(finding.seen, "no line");
}

TEST(Logged, FailsWithTwoLines) {
  Scenario scenario = passing();
  scenario.evidence.log.regions.push_back(logged(scenario, "placed"));
  EXPECT_EQ(only_finding("logged", scenario).seen, "2 lines");
}

TEST(Logged, FailsWithAWrongRange) {
  Scenario scenario = passing();
  logged(scenario, "mapped@50000000").range.end += 0x1000;
  EXPECT_EQ(only_finding("logged", scenario).at.file, "dmesg");
}

TEST(Logged, FailsWithAWrongKind) {
  Scenario scenario = passing();
  logged(scenario, "hidden@50020000").no_map = false;
  EXPECT_EQ(only_finding("logged", scenario).seen, "map non-reusable");
  scenario = passing();
  logged(scenario, "linux,cma@52000000").reusable = false; // a boot-placed pool of linux-next did
  EXPECT_EQ(only_finding("logged", scenario).expected, "a log line with map reusable");
}

TEST(Logged, FailsWhereProbeAndLogNameDifferentPlaces) {
  Scenario scenario = passing();
  logged(scenario, "placed").range = range(0x70fe0000, 0x10000);
  EXPECT_EQ(only_finding("logged", scenario).seen, "0x0000000070fe0000..0x0000000070feffff");
}

TEST(Logged, IsSkippedBeforeLinux65) {
  Scenario scenario = passing();
  make_old(scenario);
  const RuleResult result = run("logged", scenario);
  EXPECT_EQ(result.outcome, Outcome::skip);
  EXPECT_EQ(result.reason, "Linux 6.1.192 prints no line a region");
}

TEST(Logged, ComparesMajorVersionsFirst) {
  Scenario scenario = passing();
  scenario.evidence.log.regions.clear();
  for (const char *version : {"6.5", "6.12.107", "7.0.1", "10.0"}) {
    scenario.evidence.log.version = version;
    EXPECT_EQ(outcome("logged", scenario), Outcome::fail) << version;
  }
  scenario.evidence.log.version = "5.15.1";
  EXPECT_EQ(outcome("logged", scenario), Outcome::skip);
}

TEST(Logged, IsInconclusiveWhereTheLogLacksItsBeginning) {
  Scenario scenario = passing();
  scenario.evidence.log.version.clear();
  EXPECT_EQ(outcome("logged", scenario), Outcome::pass); // all lines are there all the same
  scenario.evidence.log.regions.pop_back();
  EXPECT_EQ(outcome("logged", scenario), Outcome::inconclusive);
  scenario.evidence.log.regions.clear();
  EXPECT_EQ(outcome("logged", scenario), Outcome::inconclusive);
}

TEST(CountRecorded, CountsWhatIsFoundInTheRightPlace) {
  Scenario scenario = passing();
  const auto count = [&] { return count_recorded(scenario.expectation, scenario.evidence); };
  EXPECT_EQ(count(), 9u);
  probed(scenario, "placed").found = false;
  probed(scenario, "mapped@50000000").range.end += 1;
  EXPECT_EQ(count(), 7u);
  scenario.evidence.probe.reset();
  EXPECT_EQ(count(), 9u); // by the log
  scenario.evidence.log.regions.clear();
  EXPECT_EQ(count(), 0u);
  scenario.evidence.log.version = "6.1.192"; // prints no such lines
  EXPECT_EQ(count(), std::nullopt);
}

TEST(Recorded, CannotBeShownByAnOldKernelWithoutUserSpace) {
  Scenario scenario = passing();
  make_old(scenario);
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("recorded", scenario), Outcome::inconclusive);
  scenario.expectation.has_user_space = false;
  EXPECT_EQ(outcome("recorded", scenario), Outcome::skip);
  EXPECT_EQ(outcome("nothing-extra", scenario), Outcome::skip);
}

/// Two nodes of one name at two places, and whose lines come in another order than they do.
Scenario with_namesakes() {
  Scenario scenario;
  scenario.expectation.memory = {ram};
  scenario.expectation.regions = {static_region("buf", range(0x52000000, 0x1000)),
                                  static_region("buf", range(0x50000000, 0x1000))};
  scenario.expectation.regions[0].node.phandle = 1;
  scenario.expectation.regions[1].node.phandle = 2;
  scenario.evidence = good_evidence(scenario.expectation, full_place);
  std::swap(scenario.evidence.log.regions[0], scenario.evidence.log.regions[1]);
  return scenario;
}

TEST(Recorded, TellsNamesakesApart) {
  Scenario scenario = with_namesakes();
  EXPECT_EQ(outcome("recorded", scenario), Outcome::pass);
  EXPECT_EQ(outcome("logged", scenario), Outcome::pass);
  EXPECT_EQ(count_recorded(scenario.expectation, scenario.evidence), 2u);
}

TEST(Recorded, FailsWhereLookupFindsTheFirstOfTwo) {
  Scenario scenario = with_namesakes();
  auto &probe = *scenario.evidence.probe;
  probe[1].range = probe[0].range;
  probe[1].phandle = probe[0].phandle;
  const RuleResult result = run("recorded", scenario);
  ASSERT_EQ(result.findings.size(), 2u); // its place and its phandle
  EXPECT_EQ(result.findings[0].seen, "0x0000000052000000..0x0000000052000fff");
  EXPECT_EQ(count_recorded(scenario.expectation, scenario.evidence), 1u);
}

TEST(Recorded, FailsWhereOneOfTwoIsNotSeen) {
  Scenario scenario = with_namesakes();
  scenario.evidence.probe->pop_back();
  EXPECT_EQ(only_finding("recorded", scenario).seen, "the probe saw no such node");
}

TEST(Logged, FailsWhereOneOfTwoHasNoLine) {
  Scenario scenario = with_namesakes();
  scenario.evidence.log.regions.pop_back(); // that of the first
  const Finding finding = only_finding("logged", scenario);
  EXPECT_EQ(finding.seen, "no line");
  EXPECT_THAT(finding.expected, testing::HasSubstr("0x0000000052000000"));
}

TEST(Recorded, FailsWhereTheEndOfAnEntryWraps) {
  Scenario scenario = passing();
  probed(scenario, "mapped@50000000").wraps = true;
  EXPECT_EQ(outcome("recorded", scenario), Outcome::fail);
  logged(scenario, "mapped@50000000").wraps = true;
  EXPECT_EQ(outcome("logged", scenario), Outcome::fail);
}

/// A log of two boots has each line twice.
TEST(Logged, DoesNotKnowWhoseLinesThoseOfTwoBootsAre) {
  Scenario scenario = passing();
  KernelLog &log = scenario.evidence.log;
  log.regions.push_back(log.regions.front());
  EXPECT_EQ(outcome("logged", scenario), Outcome::fail);
  log.trouble = "it is that of more than one boot";
  EXPECT_EQ(outcome("logged", scenario), Outcome::inconclusive);
}

} // namespace
} // namespace rmemcheck::test
