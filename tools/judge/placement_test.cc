// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

/// A scenario in which the kernel put the region `placed` elsewhere.
Scenario placed_at(const PhysicalRange &place) {
  Scenario scenario = passing();
  probed(scenario, "placed").range = place;
  logged(scenario, "placed").range = place;
  expected(scenario, "placed").windows.clear();
  return scenario;
}

TEST(Placement, PassesInAnyOfTheAllocRanges) {
  Scenario scenario = passing();
  EXPECT_EQ(outcome("placement", scenario), Outcome::pass);
  probed(scenario, "placed").range = range(0x60000000, 0x10000);
  EXPECT_EQ(outcome("placement", scenario), Outcome::pass);
}

TEST(Placement, FailsOutsideTheAllocRanges) {
  Scenario scenario = passing();
  probed(scenario, "placed").range = range(0x60ff8000, 0x10000);
  expected(scenario, "placed").alignment = 0;
  const Finding finding = only_finding("placement", scenario);
  EXPECT_THAT(finding.expected, HasSubstr("within alloc-ranges: 0x0000000060000000"));
  EXPECT_EQ(finding.seen, "0x0000000060ff8000..0x0000000061007fff");
  EXPECT_EQ(finding.at.file, "probe");
}

TEST(Placement, FailsOffItsAlignment) {
  EXPECT_EQ(only_finding("placement", placed_at(range(0x70008000, 0x10000))).expected,
            "base a multiple of 0x10000");
}

TEST(Placement, FailsOutsideRam) {
  EXPECT_EQ(only_finding("placement", placed_at(range(0x90000000, 0x10000))).expected,
            "within RAM");
}

TEST(Placement, FailsOverAnythingElse) {
  const std::pair<PhysicalRange, const char *> places[] = {
      {range(0x50000000, 0x10000), "clear of mapped@50000000"},
      {range(0x50060000, 0x10000), "clear of two@50040000"}, // its second tuple
      {range(0x50020000, 0x10000), "clear of hidden@50020000"},
      {range(0x48000000, 0x10000), "clear of /memreserve/"},
      {range(0x40200000, 0x10000), "clear of Kernel code"},
  };
  for (const auto &[place, expected_text] : places)
    EXPECT_THAT(only_finding("placement", placed_at(place)).expected, HasSubstr(expected_text));
}

TEST(Placement, FailsOverTheTree) {
  Scenario scenario = placed_at(range(0x70000000, 0x10000));
  EXPECT_EQ(outcome("placement", scenario), Outcome::pass);
  scenario.expectation.taken = {range(0x70001000, 0x800)};
  EXPECT_THAT(only_finding("placement", scenario).expected, HasSubstr("its tree"));
}

TEST(Placement, FailsTwiceWhereTwoBootPlacedRegionsOverlap) {
  EXPECT_EQ(run("placement", placed_at(range(0x7fff0000, 0x10000))).findings.size(), 2u);
}

TEST(Placement, MayTakeMemoryOfARegionThatIsNotThere) {
  EXPECT_EQ(outcome("placement", placed_at(range(0x58000000, 0x10000))), Outcome::pass);
}

TEST(Placement, TakesThePlaceFromTheLogWithoutProbe) {
  Scenario scenario = placed_at(range(0x70008000, 0x10000));
  scenario.evidence.probe.reset();
  EXPECT_EQ(only_finding("placement", scenario).at.file, "dmesg");
}

TEST(Placement, IsInconclusiveWhereARegionIsNotFound) {
  Scenario scenario = passing();
  lose(scenario, "placed");
  const RuleResult result = run("placement", scenario);
  EXPECT_EQ(result.outcome, Outcome::inconclusive);
  EXPECT_THAT(result.reason, HasSubstr("1 region (placed)"));
}

TEST(Placement, DoesNotTakeAnEntryWithoutSizeForAPlace) {
  EXPECT_EQ(outcome("placement", placed_at({0, 0})), Outcome::inconclusive); // as v6.9 leaves it
}

TEST(Placement, IsSkippedWithoutEvidenceOrBootPlacedRegions) {
  Scenario scenario = passing();
  make_old(scenario);
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("placement", scenario), Outcome::skip);
  scenario.evidence.ending = Ending::hang;
  EXPECT_EQ(outcome("placement", scenario), Outcome::inconclusive);
  EXPECT_EQ(outcome("placement", empty_tree()), Outcome::skip);
}

} // namespace
} // namespace rmemcheck::test
