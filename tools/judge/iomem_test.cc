// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

IomemEntry &entry_at(Scenario &scenario, std::uint64_t begin) {
  return *std::ranges::find(*scenario.evidence.iomem, begin,
                            [](const IomemEntry &entry) { return entry.range.begin; });
}

/// As arm64 shows in System RAM what memblock has reserved.
void show_reserved(Scenario &scenario) {
  for (const MemblockRange &each : *scenario.evidence.memblock_reserved)
    scenario.evidence.iomem->push_back({each.range, 1, "reserved", each.at});
}

TEST(Iomem, PassesWhereNoMapIsApartFromSystemRam) {
  EXPECT_EQ(outcome("iomem", passing()), Outcome::pass);
}

TEST(Iomem, FailsWhereANoMapRegionIsSystemRam) {
  Scenario scenario = passing();
  entry_at(scenario, 0x50020000).name = "System RAM";
  const Finding finding = only_finding("iomem", scenario);
  EXPECT_EQ(finding.region, "hidden@50020000");
  EXPECT_EQ(finding.at.line, entry_at(scenario, 0x50020000).at.line);
}

TEST(Iomem, FailsWhereAKernelThatShowsWhatIsReservedLeavesARegionOut) {
  Scenario scenario = passing();
  show_reserved(scenario);
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
  IomemEntry &two = entry_at(scenario, 0x50040000);
  two.range.end -= 0x1000;
  const Finding finding = only_finding("iomem", scenario);
  EXPECT_EQ(finding.region, "two@50040000");
  EXPECT_EQ(finding.seen, "not there: 0x000000005004f000..0x000000005004ffff");
  two.depth = 2; // in something of a driver's
  scenario.evidence.iomem->push_back({range(0x50040000, 0x10000), 1, "ramoops", {}});
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
}

TEST(Iomem, AsksForNothingThatIsReservedOfAKernelThatShowsNone) {
  Scenario scenario = passing();
  show_reserved(scenario);
  for (IomemEntry &entry : *scenario.evidence.iomem)
    if (entry.depth == 1)
      entry.name = "Kernel code";
  entry_at(scenario, 0x50040000).range.end -= 0x1000;
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
}

TEST(Iomem, FailsWhereANoMapRegionIsAReservedChildOfSystemRam) {
  Scenario scenario = passing();
  show_reserved(scenario);
  entry_at(scenario, 0x50020000).depth = 1;
  entry_at(scenario, 0x40000000).range.end = 0x50030000;
  EXPECT_EQ(only_finding("iomem", scenario).region, "hidden@50020000");
}

/// arm64 and riscv show it by a name of their own, which kept boots of v6.9 to v7.3 have.
TEST(Iomem, FailsWhereNoMapRamIsNotShown) {
  Scenario scenario = passing();
  scenario.expectation.arch = "arm64";
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
  entry_at(scenario, 0x50020000).range.end -= 0x1000;
  EXPECT_EQ(only_finding("iomem", scenario).seen,
            "not there: 0x000000005002f000..0x000000005002ffff");
  scenario.expectation.arch = "arm"; // which shows none
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
}

TEST(Iomem, AsksForNoPageThatTwoNoMapRegionsShare) {
  Scenario scenario = passing();
  scenario.expectation.arch = "arm64";
  entry_at(scenario, 0x50020000).range.end -= 0xe000; // to 0x50022000
  EXPECT_EQ(outcome("iomem", scenario), Outcome::fail);
  ExpectedRegion &hidden = expected(scenario, "hidden@50020000");
  ExpectedRegion other = hidden;
  ExpectedRegion behind = hidden;
  hidden.range = hidden.node.reg[0] = range(0x50020000, 0x1800);
  other.node.name = "other@50021900";
  other.range = other.node.reg[0] = range(0x50021900, 0x700);
  behind.node.name = "behind@50022000"; // one of memblock's with the other
  behind.range = behind.node.reg[0] = range(0x50022000, 0xe000);
  scenario.expectation.regions.push_back(other);
  scenario.expectation.regions.push_back(behind);
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
}

TEST(Iomem, AsksForAPageOfTwoNoMapRegionsThatTouch) {
  Scenario scenario = passing();
  scenario.expectation.arch = "arm64";
  entry_at(scenario, 0x50020000).range.end -= 0xf000;
  ExpectedRegion &hidden = expected(scenario, "hidden@50020000");
  ExpectedRegion other = hidden;
  hidden.range = hidden.node.reg[0] = range(0x50020000, 0x1800);
  other.node.name = "other@50021800";
  other.range = other.node.reg[0] = range(0x50021800, 0xe800);
  scenario.expectation.regions.push_back(other);
  EXPECT_EQ(only_finding("iomem", scenario).seen,
            "not there: 0x0000000050021000..0x000000005002ffff");
}

TEST(Iomem, AsksForNoMapRamThatMemblockHas) {
  Scenario scenario = passing();
  scenario.expectation.arch = "riscv";
  EXPECT_EQ(outcome("iomem", scenario), Outcome::fail); // it is "reserved" here
  std::erase_if(*scenario.evidence.memblock_memory,
                [](const MemblockRange &entry) { return entry.flag == "NOMAP"; });
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
}

TEST(Iomem, FailsWhereAMappedRegionIsNotSystemRam) {
  Scenario scenario = passing();
  entry_at(scenario, 0x50030000).range.begin = 0x50041000;
  const Finding finding = only_finding("iomem", scenario);
  EXPECT_EQ(finding.region, "two@50040000");
  EXPECT_EQ(finding.seen, "not in System RAM: 0x0000000050040000..0x0000000050040fff");
}

TEST(Iomem, AllowsAPageThatANoMapRegionHasAPartOf) {
  Scenario scenario = passing();
  ExpectedRegion &two = expected(scenario, "two@50040000");
  two.range = two.node.reg[0] = range(0x50030000, 0x10000);
  ExpectedRegion &hidden = expected(scenario, "hidden@50020000");
  hidden.range = hidden.node.reg[0] = range(0x50020000, 0x10800);
  entry_at(scenario, 0x50030000).range.begin = 0x50031000;
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
  entry_at(scenario, 0x50031000).range.begin = 0x50032000;
  EXPECT_EQ(only_finding("iomem", scenario).region, "two@50040000");
}

TEST(Iomem, FailsWhereADisabledNoMapRegionIsTakenFromSystemRam) {
  Scenario scenario = passing();
  expected(scenario, "hidden@50020000").fate = Fate::ignored;
  const Finding finding = only_finding("iomem", scenario);
  EXPECT_EQ(finding.region, "hidden@50020000");
  EXPECT_EQ(finding.seen, "not in System RAM: 0x0000000050020000..0x000000005002ffff");
  entry_at(scenario, 0x50020000).name = "System RAM";
  EXPECT_EQ(outcome("iomem", scenario), Outcome::pass);
}

TEST(Iomem, TakesOnlyTopLevelEntriesForSystemRam) {
  Scenario scenario = passing();
  IomemEntry &upper = entry_at(scenario, 0x50030000);
  upper.depth = 1;
  scenario.evidence.iomem->push_back({upper.range, 0, "some device", line("iomem", 99)});
  EXPECT_EQ(outcome("iomem", scenario), Outcome::fail);
}

TEST(Iomem, IsInconclusiveWhereItShowsNoAddresses) {
  Scenario scenario = passing();
  for (IomemEntry &entry : *scenario.evidence.iomem)
    entry.range = {0, 1}; // "00000000-00000000", as a reader without privilege sees it
  EXPECT_EQ(outcome("iomem", scenario), Outcome::inconclusive);
  scenario.evidence.iomem->clear();
  EXPECT_EQ(outcome("iomem", scenario), Outcome::inconclusive);
}

TEST(Iomem, IsInconclusiveWithoutSystemRam) {
  Scenario scenario = passing();
  std::erase_if(*scenario.evidence.iomem,
                [](const IomemEntry &entry) { return entry.name == "System RAM"; });
  EXPECT_EQ(run("iomem", scenario).reason, "/proc/iomem shows no System RAM");
}

TEST(Iomem, IsInconclusiveWhereAPlaceIsNotKnown) {
  Scenario scenario = passing();
  lose(scenario, "placed-no-map");
  EXPECT_EQ(outcome("iomem", scenario), Outcome::inconclusive);
}

TEST(Iomem, IsSkippedWhereItIsAbsentOrTheTreeIsEmpty) {
  Scenario scenario = passing();
  scenario.evidence.iomem.reset();
  EXPECT_EQ(outcome("iomem", scenario), Outcome::skip);
  EXPECT_EQ(outcome("iomem", empty_tree()), Outcome::skip);
}

} // namespace
} // namespace rmemcheck::test
