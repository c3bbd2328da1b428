// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <utility>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

constexpr const char *same_placement_rule = "same-placement";

PhysicalRange &place_on(Evidence &evidence, const std::string &name) {
  return named(*evidence.probe, name).range;
}

void swap_places(Evidence &evidence, const std::string &one, const std::string &other) {
  std::swap(place_on(evidence, one), place_on(evidence, other));
}

/// Two regions of one shape and a larger one, which both kernels place alike.
TwoBoots boots(const std::string &version) {
  Scenario scenario;
  scenario.expectation.memory = {ram};
  scenario.expectation.regions = {boot_placed_region("a", 0x10000),
                                  boot_placed_region("b", 0x10000),
                                  boot_placed_region("large", 0x100000)};
  scenario.evidence = good_evidence(scenario.expectation, [](const std::string &name) {
    return name == "large" ? range(0x7fe00000, 0x100000)
                           : range(name == "a" ? 0x7fff0000 : 0x7ffe0000, 0x10000);
  });
  scenario.evidence.log.version = version;
  scenario.evidence.log.regions.clear();
  return same_boots(scenario);
}

/// As v6.1, where the order is left to chance; the larger region is kept out of the others' way.
TwoBoots unordered() {
  TwoBoots two = boots("6.1.192");
  named(two.expectation.regions, "large").windows = {range(0x7fd00000, 0x200000)};
  for (const char *name : {"a", "b"})
    named(two.expectation.regions, name).windows = {range(0x7ff00000, 0x100000)};
  return two;
}

TEST(SamePlacement, PassesWhereBothKernelsPlaceAlike) {
  EXPECT_EQ(outcome(same_placement_rule, boots("6.9.0")), Outcome::pass);
  EXPECT_EQ(outcome(same_placement_rule, unordered()), Outcome::pass);
  EXPECT_EQ(outcome(same_placement_rule, same_boots(passing())), Outcome::pass);
}

TEST(SamePlacement, FailsWithBothAddressesAndLines) {
  TwoBoots two = boots("6.9.0");
  place_on(two.patched, "large") = range(0x7fd00000, 0x100000);
  const Finding finding = only_finding(same_placement_rule, two);
  EXPECT_EQ(finding.region, "large");
  EXPECT_EQ(finding.expected,
            "0x000000007fe00000..0x000000007fefffff, as the baseline's probe:5 says");
  EXPECT_EQ(finding.seen, "0x000000007fd00000..0x000000007fdfffff");
  EXPECT_EQ(finding.at.file, "probe");
  EXPECT_EQ(finding.at.line, 5u);
}

TEST(SamePlacement, AsksNothingOfAKernelThatPlacesWhatIsToBeRefused) {
  TwoBoots two = boots("6.9.0");
  ExpectedRegion &malformed = named(two.expectation.regions, "a");
  malformed.fate = Fate::refused;
  place_on(two.patched, "large") = range(0x7fd00000, 0x100000);
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail); // both have placed it
  named(*two.patched.probe, "a").found = false;
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::skip);
  malformed.given_back = true; // an init function has refused it, when all had their places
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
}

TEST(SamePlacement, AsksNothingOfAKernelThatPlacesOverItsTree) {
  TwoBoots two = boots("6.9.0");
  place_on(two.patched, "large") = range(0x7fd00000, 0x100000);
  two.expectation.taken = {range(0x7fe00000, 0x2000)};
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::skip);
  two.expectation.taken = {range(0x7f000000, 0x2000)};
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
}

TEST(SamePlacement, DoesNotHoldARaisedAlignmentToAMask) {
  TwoBoots two = boots("6.9.0");
  place_on(two.patched, "large") = range(0x7fd00000, 0x100000);
  named(two.expectation.regions, "large").is_alignment_rounded = true;
  EXPECT_NE(outcome(same_placement_rule, two), Outcome::fail);
}

TEST(SamePlacement, DoesNotCompareWhatARaisedAlignmentMayMove) {
  TwoBoots two = boots("6.9.0");
  place_on(two.patched, "a") = range(0x7fd00000, 0x10000);
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
  named(two.expectation.regions, "large").is_alignment_rounded = true;
  EXPECT_NE(outcome(same_placement_rule, two), Outcome::fail);
}

/// As trees 136 and 297 of seed 151: one that may be moved takes the room of a third.
TEST(SamePlacement, WhatMayBeMovedMovesOthers) {
  TwoBoots two = boots("6.9.0");
  const auto windows_of = [&](const char *name) -> std::vector<PhysicalRange> & {
    return named(two.expectation.regions, name).windows;
  };
  windows_of("a") = {range(0x7fe00000, 0x200000)};
  windows_of("b") = {range(0x7c000000, 0x100000)};
  windows_of("large") = {range(0x7c000000, 0x100000), range(0x7fe00000, 0x200000)};
  place_on(two.baseline, "b") = range(0x7c0f0000, 0x10000);
  place_on(two.patched, "b") = range(0x7c0e0000, 0x10000);
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
  named(two.expectation.regions, "a").is_alignment_rounded = true;
  EXPECT_NE(outcome(same_placement_rule, two), Outcome::fail);
  windows_of("large") = {range(0x7fe00000, 0x200000)};
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
}

TEST(SamePlacement, DoesNotComparePlaceholdersBehindWhatTheBaselineLoses) {
  TwoBoots two = boots("6.9.0");
  place_on(two.patched, "large") = range(0x7fd00000, 0x100000);
  named(two.expectation.regions, "large").node.placeholder_reg = {{0x50000000, 0x50000000}};
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
  named(*two.baseline.probe, "b").found = false;
  EXPECT_NE(outcome(same_placement_rule, two), Outcome::fail);
}

TEST(SamePlacement, DoesNotCompareWhatNumbersThatAreCutMayMove) {
  TwoBoots two = boots("6.9.0");
  two.expectation.last_address = 0xffffffff;
  place_on(two.patched, "large") = range(0x7fd00000, 0x100000);
  ExpectedRegion &large = named(two.expectation.regions, "large");
  large.node.alloc_ranges = {range(0x70000000, 0x10000000)};
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
  large.node.alloc_ranges.push_back({0x140000000, 0x140100000});
  EXPECT_NE(outcome(same_placement_rule, two), Outcome::fail);
}

TEST(SamePlacement, DoesNotCompareWhatARefusedNoMapRegionMakesRoomFor) {
  TwoBoots two = boots("6.9.0");
  place_on(two.patched, "a") = range(0x7fd00000, 0x10000);
  ExpectedRegion &large = named(two.expectation.regions, "large");
  large.fate = Fate::refused;
  large.given_back = true;
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
  large.node.no_map = true; // a baseline keeps it reserved
  EXPECT_NE(outcome(same_placement_rule, two), Outcome::fail);
}

TEST(SamePlacement, GoesByTheNameWhereThereIsAnOrder) {
  for (const auto &[version, wanted] :
       {std::pair{"6.5.0", Outcome::fail}, std::pair{"6.12.0", Outcome::fail},
        std::pair{"6.4.16", Outcome::pass}, std::pair{"6.1.192", Outcome::pass}}) {
    TwoBoots two = unordered();
    two.baseline.log.version = version;
    swap_places(two.patched, "a", "b");
    EXPECT_EQ(outcome(same_placement_rule, two), wanted) << version;
  }
}

TEST(SamePlacement, WithoutAnOrderAsksForTheSameRanges) {
  TwoBoots two = unordered();
  place_on(two.patched, "b") = range(0x7ffd0000, 0x10000);
  const Finding finding = only_finding(same_placement_rule, two);
  EXPECT_EQ(finding.region, "b");
  EXPECT_THAT(finding.expected, HasSubstr("0x000000007ffe0000..0x000000007ffeffff"));
  EXPECT_THAT(finding.seen, HasSubstr("0x000000007ffd0000..0x000000007ffdffff"));
}

TEST(SamePlacement, WithoutAnOrderARegionOfAnotherShapeDoesNotCount) {
  TwoBoots two = unordered();
  swap_places(two.patched, "a", "large");
  EXPECT_EQ(run(same_placement_rule, two).findings.size(), 2u);
}

TEST(SamePlacement, WithoutAnOrderOneRegionIsHeldByItsName) {
  TwoBoots two = boots("6.1.192");
  two.expectation.regions.resize(1);
  place_on(two.patched, "a") = range(0x7ff00000, 0x10000);
  EXPECT_EQ(only_finding(same_placement_rule, two).region, "a");
}

TEST(SamePlacement, IsSkippedWhereChanceDecidesThePlaces) {
  const RuleResult result = run(same_placement_rule, boots("6.1.192"));
  EXPECT_EQ(result.outcome, Outcome::skip);
  EXPECT_THAT(result.reason, HasSubstr("left to chance"));
}

TEST(SamePlacement, LeavesToOtherRulesWhatOneKernelLoses) {
  for (Evidence TwoBoots::*side : {&TwoBoots::baseline, &TwoBoots::patched}) {
    TwoBoots two = boots("6.9.0");
    named(*(two.*side).probe, "b").found = false;
    EXPECT_EQ(outcome(same_placement_rule, two), Outcome::pass);
  }
}

TEST(SamePlacement, WithoutAnOrderFindsARangeThatNobodyUses) {
  TwoBoots two = unordered();
  named(*two.patched.probe, "b").found = false;
  EXPECT_THAT(only_finding(same_placement_rule, two).seen, HasSubstr("none there"));
}

TEST(SamePlacement, IsSkippedWhereNothingWasPlaced) {
  EXPECT_EQ(outcome(same_placement_rule, same_boots(empty_tree())), Outcome::skip);
  TwoBoots two = boots("6.9.0");
  for (ProbedRegion &region : *two.baseline.probe)
    region.found = false;
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::skip);
}

TEST(SamePlacement, DoesNotKnowWhereAGuestDied) {
  TwoBoots two = boots("6.1.192");
  two.baseline.probe.reset();
  two.baseline.ending = Ending::died;
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::inconclusive);
}

TEST(SamePlacement, DoesNotTakeTheEntryOfANamesakeForThePlace) {
  Scenario scenario;
  scenario.expectation.memory = {ram};
  for (const std::uint32_t phandle : {1u, 2u}) {
    scenario.expectation.regions.push_back(boot_placed_region("buf", 0x10000UL * phandle));
    scenario.expectation.regions.back().node.phandle = phandle;
  }
  bool is_first = true;
  scenario.evidence = good_evidence(scenario.expectation, [&](const std::string &) {
    return std::exchange(is_first, false) ? range(0x70000000, 0x10000) : range(0x71000000, 0x20000);
  });
  TwoBoots two = same_boots(scenario);
  ProbedRegion &second = (*two.baseline.probe)[1];
  second.range = (*two.baseline.probe)[0].range; // as lookup by name finds it
  second.phandle = 1;
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::pass);
  for (Evidence *evidence : {&two.baseline, &two.patched}) // since v6.12 nothing tells them apart
    for (ProbedRegion &region : *evidence->probe)
      region.phandle.reset();
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::pass);
  two.expectation.taken = {range(0x72000000, 0x1000)};
  LoggedRegion &line = two.baseline.log.regions.emplace_back();
  line.name = "buf";
  line.range = range(0x72000000, 0x20000);
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::skip) << "it lies over the tree";
}

TEST(SamePlacement, OfWhatIsKeptComparesTheWindows) {
  Scenario scenario = recording_nothing(passing());
  TwoBoots two = same_boots(scenario);
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::pass);
  std::erase_if(*two.patched.memblock_reserved,
                [](const MemblockRange &each) { return each.range == full_place("placed"); });
  EXPECT_EQ(only_finding(same_placement_rule, two).region, "placed");
  ExpectedRegion &placed = named(two.expectation.regions, "placed");
  const std::vector<PhysicalRange> windows = placed.windows;
  placed.windows = {{0, std::numeric_limits<std::uint64_t>::max()}}; // where all else lies, too
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::pass);
  placed.windows = windows;
  two.patched.memblock_reserved.reset();
  EXPECT_NE(outcome(same_placement_rule, two), Outcome::pass);
}

/// The baseline may keep in its array what an init function has refused.
TEST(SamePlacement, WhatIsRefusedHasNoPlace) {
  TwoBoots two = boots("6.9.0");
  place_on(two.patched, "large") = range(0x7fd00000, 0x100000);
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::fail);
  ExpectedRegion &region = named(two.expectation.regions, "large");
  region = refused(region);
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::pass);
}

/// But it has stood in the way of others, whose order is left to chance.
TEST(SamePlacement, WhatIsRefusedIsNoLikeOfOthers) {
  TwoBoots two = boots("6.1.192");
  ExpectedRegion &region = named(two.expectation.regions, "large");
  region = refused(region);
  place_on(two.patched, "a") = range(0x7f000000, 0x10000);
  EXPECT_EQ(outcome(same_placement_rule, two), Outcome::skip);
}

} // namespace
} // namespace rmemcheck::test
