// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/without_room.h"

#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

/// Three regions in a window that has room for two of them; the last one has found none.
Scenario crowded() {
  Scenario scenario;
  scenario.expectation.memory = {ram};
  for (const char *name : {"a", "b", "c"}) {
    scenario.expectation.regions.push_back(boot_placed_region(name, 0x10000));
    scenario.expectation.regions.back().windows = {range(0x60000000, 0x2f000)};
    scenario.expectation.regions.back().node.alloc_ranges = {range(0x60000000, 0x2f000)};
  }
  scenario.evidence = good_evidence(scenario.expectation, [](const std::string &name) {
    return range(name == "a" ? 0x6001f000 : 0x6000f000, 0x10000);
  });
  lose(scenario, "c");
  std::erase_if(*scenario.evidence.memblock_reserved,
                [](const MemblockRange &each) { return each.at.line == 4; });
  add_error(scenario.evidence.log, "OF: reserved mem: failed to allocate memory for node 'c'");
  return scenario;
}

Fate fate_with_some_unplaced(const Scenario &scenario, const std::string &name) {
  const Expectation decided = without_unplaced(scenario.expectation, scenario.evidence);
  return named(decided.regions, name).fate;
}

TEST(WithoutRoom, OneThatOthersHaveLeftNoneForIsRefused) {
  EXPECT_EQ(fate_with_some_unplaced(crowded(), "c"), Fate::refused);
  EXPECT_EQ(fate_with_some_unplaced(crowded(), "a"), Fate::recorded);
  EXPECT_EQ(outcome("recorded", Scenario{as_decided(crowded().expectation, crowded().evidence),
                                         crowded().evidence}),
            Outcome::pass);
}

TEST(WithoutRoom, TheKernelMustSaySo) {
  Scenario scenario = crowded();
  scenario.evidence.log.lines.pop_back();
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::recorded);
  EXPECT_EQ(outcome("recorded", scenario), Outcome::fail);
}

TEST(WithoutRoom, WhereThereIsRoomItIsNotBelieved) {
  Scenario scenario = crowded();
  for (ExpectedRegion &region : scenario.expectation.regions)
    region.windows = {range(0x60000000, 0x40000)};
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::recorded);
  EXPECT_EQ(outcome("recorded", scenario), Outcome::fail);
}

TEST(WithoutRoom, WithoutUserSpaceNothingShowsWhereOthersLie) {
  Scenario scenario = crowded();
  for (const char *name : {"a", "b", "c"})
    expected(scenario, name).windows = {range(0x60000000, 0x40000)};
  scenario.evidence.probe.reset();
  scenario.evidence.log.regions.clear();
  scenario.expectation.has_user_space = false;
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::refused);
  std::erase_if(scenario.expectation.regions, [](const ExpectedRegion &each) {
    return each.node.name == "a" || each.node.name == "b";
  });
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::recorded) << "nobody is in its way";
}

TEST(WithoutRoom, WhereThereIsUserSpaceARefusedNamesakeIsNoExcuse) {
  Scenario scenario = crowded();
  scenario.expectation.regions.push_back(refused(boot_placed_region("c", 0x10000)));
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::refused);
  scenario.expectation.has_user_space = false; // the line may be the other one's
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::recorded);
}

TEST(WithoutRoom, OfNamesakesAsManyAreRefusedAsAreNamed) {
  Scenario scenario = crowded();
  scenario.evidence.probe.reset();
  scenario.evidence.log.regions.clear();
  scenario.expectation.has_user_space = false;
  for (ExpectedRegion &region : scenario.expectation.regions)
    region.node.name = "c";
  const Expectation decided = without_unplaced(scenario.expectation, scenario.evidence);
  EXPECT_EQ(std::ranges::count(decided.regions, Fate::refused, &ExpectedRegion::fate), 1);
}

TEST(WithoutRoom, ARegionBeginsWithACacheLine) {
  Scenario scenario = crowded();
  ExpectedRegion &region = expected(scenario, "c");
  region.windows = {range(0x50012345, 0x10000)}; // as large as it is
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::refused);
  region.windows = {range(0x50012340, 0x10000)};
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::recorded);
  region.windows = {range(0x50012345, 0x10000)};
  region.alignment = 1;
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::recorded);
}

TEST(WithoutRoom, AnywhereIsSomewhere) {
  Scenario scenario = crowded();
  expected(scenario, "c").windows.clear();
  expected(scenario, "c").node.alloc_ranges.clear();
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::recorded);
}

/// An area may need to be aligned more coarsely than the tree says.
TEST(WithoutRoom, OfACmaAreaTheConfigurationDecides) {
  Scenario scenario = crowded();
  ExpectedRegion &region = expected(scenario, "c");
  region = default_cma(region);
  region.windows = {range(0x60001000, 0x7fe000)};
  region.node.alloc_ranges = region.windows;
  region.size = region.node.size = 0x400000;
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::refused);
  region.windows = {range(0x60001000, 0x1000000)};
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::recorded);
}

/// One that an init function has refused had a place, too, which nothing shows.
TEST(WithoutRoom, AHiddenPlaceMayHaveBeenAnywhere) {
  Scenario scenario = crowded();
  for (ExpectedRegion &region : scenario.expectation.regions)
    region.windows = {range(0x60000000, 0x40000)};
  ExpectedRegion &other = expected(scenario, "b");
  other = refused(other);
  other.given_back = true;
  lose(scenario, "b");
  EXPECT_EQ(fate_with_some_unplaced(scenario, "c"), Fate::refused);
}

} // namespace
} // namespace rmemcheck::test
