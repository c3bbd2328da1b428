// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/left_out.h"
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

/// `placed` is left out, with a word, and stays reserved.
Scenario one_left_out() {
  Scenario scenario = passing();
  scenario.expectation.may_leave_out = 1;
  ExpectedRegion &other = expected(scenario, "placed-no-map");
  other.no_map = other.node.no_map = false;
  other.windows = {range(0x7fff0000, 0x10000)};
  scenario.evidence.memblock_reserved->push_back(
      {range(0x7fff0000, 0x10000), "NONE", line("memblock-reserved", 20)});
  lose(scenario, "placed");
  add_error(scenario.evidence.log, "OF: reserved mem: no room for node 'placed', it stays reserved "
                                   "but cannot be used");
  return scenario;
}

Fate fate_with_some_left_out(const Scenario &scenario, const std::string &name) {
  Expectation after = without_left_out(scenario.expectation, scenario.evidence);
  return named(after.regions, name).fate;
}

TEST(LeftOut, PassesWhereARegionThatIsNamedStaysReserved) {
  EXPECT_EQ(outcome("left-out", one_left_out()), Outcome::pass);
}

TEST(LeftOut, FailsWhereItDoesNot) {
  Scenario scenario = one_left_out();
  std::erase_if(*scenario.evidence.memblock_reserved,
                [](const MemblockRange &entry) { return entry.range == full_place("placed"); });
  EXPECT_EQ(only_finding("left-out", scenario).region, "placed");
}

TEST(LeftOut, CannotTellWithoutAllocRanges) {
  Scenario scenario = one_left_out();
  expected(scenario, "placed").windows.clear();
  EXPECT_EQ(outcome("left-out", scenario), Outcome::inconclusive);
}

TEST(LeftOut, IsSkippedWhereNoneMayBe) { EXPECT_EQ(outcome("left-out", passing()), Outcome::skip); }

TEST(WithoutLeftOut, RefusesWhatIsNamed) {
  EXPECT_EQ(fate_with_some_left_out(one_left_out(), "placed"), Fate::refused);
}

TEST(WithoutLeftOut, LeavesWhatIsNotNamed) {
  Scenario scenario = one_left_out();
  scenario.evidence.log.lines.pop_back();
  EXPECT_EQ(fate_with_some_left_out(scenario, "placed"), Fate::recorded);
}

TEST(WithoutLeftOut, LeavesMoreThanThereMayBe) {
  Scenario scenario = one_left_out();
  lose(scenario, "placed-no-map");
  add_error(scenario.evidence.log, "OF: reserved mem: no room for node 'placed-no-map', it stays");
  EXPECT_EQ(fate_with_some_left_out(scenario, "placed"), Fate::refused);
  EXPECT_EQ(fate_with_some_left_out(scenario, "placed-no-map"), Fate::recorded);
}

TEST(WithoutLeftOut, NeverTouchesAStaticRegion) {
  Scenario scenario = one_left_out();
  lose(scenario, "mapped@50000000");
  add_error(scenario.evidence.log,
            "OF: reserved mem: no room for node 'mapped@50000000', it stays");
  EXPECT_EQ(fate_with_some_left_out(scenario, "mapped@50000000"), Fate::recorded);
}

/// Of regions that are kept and not recorded, only the windows are known.
Scenario kept_in_windows() {
  Scenario scenario = recording_nothing(passing());
  expected(scenario, "placed-no-map").windows = {range(0x7fff0000, 0x10000)};
  scenario.evidence.memblock_reserved->push_back(
      {range(0x7fff0000, 0x10000), "NONE", line("memblock-reserved", 20)});
  return scenario;
}

TEST(LeftOut, PassesWhereWhatIsKeptIsReservedAndHidden) {
  EXPECT_EQ(outcome("left-out", kept_in_windows()), Outcome::pass);
}

TEST(LeftOut, FailsWhereWhatIsKeptIsNotReserved) {
  Scenario scenario = kept_in_windows();
  std::erase_if(*scenario.evidence.memblock_reserved,
                [](const MemblockRange &entry) { return entry.range == full_place("placed"); });
  EXPECT_EQ(only_finding("left-out", scenario).seen, "0x0 bytes");
}

TEST(LeftOut, FailsWhereWhatIsKeptIsMapped) {
  Scenario scenario = kept_in_windows();
  for (IomemEntry &entry : *scenario.evidence.iomem)
    if (entry.range == full_place("placed-no-map"))
      entry.name = "System RAM";
  EXPECT_EQ(only_finding("left-out", scenario).region, "placed-no-map");
  scenario.evidence.iomem.reset();
  EXPECT_NE(outcome("left-out", scenario), Outcome::pass);
}

TEST(LeftOut, OfKeptRegionsWithoutAllocRangesNothingIsShown) {
  Scenario scenario = kept_in_windows();
  expected(scenario, "placed").windows.clear();
  EXPECT_EQ(outcome("left-out", scenario), Outcome::skip);
}

} // namespace
} // namespace rmemcheck::test
