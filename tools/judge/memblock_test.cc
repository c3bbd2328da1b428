// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

MemblockRange &reserved(Scenario &scenario, std::uint64_t begin) {
  return *std::ranges::find(*scenario.evidence.memblock_reserved, begin,
                            [](const MemblockRange &entry) { return entry.range.begin; });
}

MemblockRange &memory(Scenario &scenario, std::uint64_t begin) {
  return *std::ranges::find(*scenario.evidence.memblock_memory, begin,
                            [](const MemblockRange &entry) { return entry.range.begin; });
}

TEST(Reserved, PassesWhereMemblockReservesAll) {
  EXPECT_EQ(outcome("reserved", passing()), Outcome::pass);
}

TEST(Reserved, TakesNeighboursTogether) {
  Scenario scenario = passing();
  MemblockRange &entry = reserved(scenario, 0x50000000);
  MemblockRange rest = entry;
  entry.range.end = rest.range.begin = 0x50008000;
  scenario.evidence.memblock_reserved->push_back(rest);
  EXPECT_EQ(outcome("reserved", scenario), Outcome::pass);
}

TEST(Reserved, FailsWithOneByteMissing) {
  Scenario scenario = passing();
  reserved(scenario, 0x50000000).range.end -= 1;
  const Finding finding = only_finding("reserved", scenario);
  EXPECT_EQ(finding.region, "mapped@50000000");
  EXPECT_EQ(finding.seen, "not reserved: 0x000000005000ffff..0x000000005000ffff");
}

TEST(Reserved, FailsWithoutTheSecondTuple) {
  Scenario scenario = passing();
  reserved(scenario, 0x50060000).range = range(0x7f000000, 0x1000);
  EXPECT_EQ(only_finding("reserved", scenario).region, "two@50040000");
}

TEST(Reserved, AsksNothingOfARefusedTuple) {
  Scenario scenario = passing();
  reserved(scenario, 0x50060000).range = range(0x7f000000, 0x1000);
  expected(scenario, "two@50040000").refused_tuples = {range(0x50060000, 0x10000)};
  EXPECT_EQ(outcome("reserved", scenario), Outcome::pass);
}

TEST(Reserved, FailsWhereABootPlacedRegionIsFree) {
  Scenario scenario = passing();
  reserved(scenario, 0x70ff0000).range = range(0x7f000000, 0x1000);
  EXPECT_EQ(only_finding("reserved", scenario).region, "placed");
}

TEST(Reserved, FailsOutsideRamToo) {
  Scenario scenario = passing();
  reserved(scenario, 0x100000000).range = range(0x7f000000, 0x1000);
  EXPECT_EQ(only_finding("reserved", scenario).region, "far@100000000");
}

TEST(Reserved, FailsWhereAMemreserveRangeIsFree) {
  Scenario scenario = passing();
  reserved(scenario, 0x48000000).range.begin += 0x1000;
  const Finding finding = only_finding("reserved", scenario);
  EXPECT_EQ(finding.region, "");
  EXPECT_EQ(finding.expected, "0x0000000048000000..0x0000000048003fff reserved");
}

TEST(Reserved, IsInconclusiveWhereAPlaceIsNotKnown) {
  Scenario scenario = passing();
  lose(scenario, "placed");
  EXPECT_EQ(outcome("reserved", scenario), Outcome::inconclusive);
}

TEST(Reserved, IsSkippedWithoutMemblockOrAnythingToReserve) {
  Scenario scenario = passing();
  scenario.evidence.memblock_reserved.reset();
  EXPECT_EQ(outcome("reserved", scenario), Outcome::skip);
  scenario.evidence.ending = Ending::hang;
  EXPECT_EQ(outcome("reserved", scenario), Outcome::inconclusive);
  EXPECT_EQ(outcome("reserved", empty_tree()), Outcome::skip);
}

TEST(Reserved, IsInconclusiveWhereMemblockIsEmpty) {
  Scenario scenario = passing();
  scenario.evidence.memblock_reserved->clear();
  EXPECT_EQ(outcome("reserved", scenario), Outcome::inconclusive);
}

TEST(NoMapMemblock, PassesWhereFlagsAreRight) {
  EXPECT_EQ(outcome("no-map-memblock", passing()), Outcome::pass);
}

TEST(NoMapMemblock, FailsWhereANoMapRegionIsNotMarked) {
  Scenario scenario = passing();
  memory(scenario, 0x50020000).flag = "NONE";
  const Finding finding = only_finding("no-map-memblock", scenario);
  EXPECT_EQ(finding.region, "hidden@50020000");
  EXPECT_EQ(finding.seen, "0x0000000050020000..0x000000005002ffff with flag NONE");
  EXPECT_EQ(finding.at.line, memory(scenario, 0x50020000).at.line);
}

TEST(NoMapMemblock, FailsWhereOnlyAPartIsMarked) {
  Scenario scenario = passing();
  memory(scenario, 0x50020000).range.begin += 0x1000;
  memory(scenario, 0x40000000).range.end += 0x1000;
  EXPECT_EQ(only_finding("no-map-memblock", scenario).region, "hidden@50020000");
}

TEST(NoMapMemblock, FailsWhereAMappedRegionIsMarked) {
  Scenario scenario = passing();
  memory(scenario, 0x40000000).flag = "NOMAP";
  const RuleResult result = run("no-map-memblock", scenario);
  ASSERT_EQ(result.outcome, Outcome::fail);
  EXPECT_EQ(result.findings.front().region, "mapped@50000000");
}

TEST(NoMapMemblock, AllowsTheMarkWhereANoMapRegionLiesOverAMappedOne) {
  Scenario scenario = passing();
  // As where the no-map node comes first in the tree.
  expected(scenario, "mapped@50000000").node.reg = {range(0x50018000, 0x10000)};
  expected(scenario, "mapped@50000000").range = range(0x50018000, 0x10000);
  EXPECT_EQ(outcome("no-map-memblock", scenario), Outcome::pass);
}

TEST(NoMapMemblock, AsksNothingOutsideRam) {
  Scenario scenario = passing();
  scenario.expectation.regions.push_back(
      no_map(static_region("device@8000000", range(0x8000000, 0x1000))));
  EXPECT_EQ(outcome("no-map-memblock", scenario), Outcome::pass);
}

TEST(NoMapMemblock, IsInconclusiveWhereAnotherFlagMayHideIt) {
  Scenario scenario = passing();
  memory(scenario, 0x50020000).flag = "HOTPLUG";
  const RuleResult result = run("no-map-memblock", scenario);
  EXPECT_EQ(result.outcome, Outcome::inconclusive);
  EXPECT_THAT(result.reason, HasSubstr("HOTPLUG may hide NOMAP of hidden@50020000"));
}

/// Pages that the allocator has not been kept from are no area.
TEST(Reserved, DemandsTheCmaAreaThatTheLogTells) {
  Scenario scenario = empty_tree();
  EXPECT_EQ(outcome("reserved", scenario), Outcome::skip);
  add_log_line(scenario.evidence.log, "cma: Reserved 16 MiB at 0x000000007dc00000 on node -1");
  EXPECT_EQ(only_finding("reserved", scenario).seen,
            "not reserved: 0x000000007dc00000..0x000000007ebfffff");
  scenario.evidence.memblock_reserved->push_back(
      {range(0x7dc00000, 0x1000000), "NONE", line("memblock-reserved", 9)});
  EXPECT_EQ(outcome("reserved", scenario), Outcome::pass);
}

/// A line without a flag, or with one that nobody knows, may be that of NOMAP memory.
TEST(NoMapMemblock, DoesNotKnowWhatALineWithoutAKnownFlagIs) {
  Scenario scenario = passing();
  memory(scenario, 0x50020000).flag.reset();
  EXPECT_EQ(outcome("no-map-memblock", scenario), Outcome::inconclusive);
  EXPECT_THAT(run("no-map-memblock", scenario).reason, HasSubstr("found \"\""));
  memory(scenario, 0x50020000).flag = "BANANA";
  EXPECT_THAT(run("no-map-memblock", scenario).reason, HasSubstr("found \"BANANA\""));
  for (MemblockRange &entry : *scenario.evidence.memblock_memory)
    entry.flag.reset();
  EXPECT_EQ(outcome("no-map-memblock", scenario), Outcome::inconclusive);
}

TEST(NoMapMemblock, IsSkippedWithoutFlagsOrMemblockOrRegions) {
  Scenario scenario = passing();
  make_old(scenario);
  EXPECT_EQ(run("no-map-memblock", scenario).reason, "memblock shows no flags before v6.6");
  EXPECT_EQ(outcome("no-map-memblock", scenario), Outcome::skip);
  scenario.evidence.memblock_memory.reset();
  EXPECT_EQ(outcome("no-map-memblock", scenario), Outcome::skip);
  EXPECT_EQ(outcome("no-map-memblock", empty_tree()), Outcome::skip);
}

TEST(GivenBack, FailsWhereARefusedPoolStaysReserved) {
  Scenario scenario = passing();
  EXPECT_EQ(outcome("given-back", scenario), Outcome::skip);
  ExpectedRegion &pool = expected(scenario, "linux,cma@52000000");
  pool = refused(pool);
  pool.given_back = true;
  EXPECT_EQ(only_finding("given-back", scenario).seen, "all of it still reserved");
  for (MemblockRange &entry : *scenario.evidence.memblock_reserved)
    if (entry.range == *pool.range)
      entry.range.end -= 0x1000; // somebody has taken the rest of it since
  EXPECT_EQ(outcome("given-back", scenario), Outcome::pass);
}

/// The kernel takes its own from there down.
TEST(GivenBack, DoesNotKnowWhoseTheEndOfRamIs) {
  Scenario scenario = passing();
  const PhysicalRange end = range(ram.end - 0x1000, 0x1000);
  ExpectedRegion region = refused(static_region("last", end));
  region.given_back = true;
  scenario.expectation.regions.push_back(region);
  add_error(scenario.evidence.log, "OF: reserved mem: node last compatible matching fail");
  auto &reserved = *scenario.evidence.memblock_reserved;
  reserved.push_back({end, "NONE", line("memblock-reserved", 90)});
  EXPECT_EQ(outcome("given-back", scenario), Outcome::pass);
  scenario.expectation.regions.back().node.reg = {range(0x6f000000, 0x1000)};
  scenario.expectation.regions.back().range = range(0x6f000000, 0x1000);
  reserved.back().range = range(0x6f000000, 0x1000);
  EXPECT_EQ(only_finding("given-back", scenario).seen, "all of it still reserved");
}

TEST(GivenBack, LeavesOutTheDefaultCmaAreaThatIsThereSince) {
  Scenario scenario = passing();
  ExpectedRegion &pool = expected(scenario, "linux,cma@52000000");
  pool = refused(pool);
  pool.given_back = true;
  add_log_line(scenario.evidence.log, "cma: Reserved 2 MiB at 0x52000000");
  EXPECT_EQ(only_finding("given-back", scenario).seen, "all of it still reserved");
  scenario.evidence.log.lines.back().text =
      fmt::format("cma: Reserved {} MiB at 0x52000000", pool.range->size() >> 20);
  EXPECT_EQ(outcome("given-back", scenario), Outcome::pass);
}

TEST(GivenBack, LeavesOutWhatAnotherRegionKeeps) {
  Scenario scenario = passing();
  ExpectedRegion &pool = expected(scenario, "bounce@55000000");
  pool = refused(pool);
  pool.given_back = true;
  ExpectedRegion &over = expected(scenario, "mapped@50000000");
  over.node.reg.push_back(*pool.range);
  EXPECT_EQ(outcome("given-back", scenario), Outcome::pass);
}

TEST(Reserved, CannotShowBootPlacedRegionsOfAnOldKernelWithoutUserSpace) {
  Scenario scenario = passing();
  make_old(scenario);
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("reserved", scenario), Outcome::inconclusive);
  scenario.expectation.has_user_space = false;
  EXPECT_THAT(run("reserved", scenario).reason, testing::HasSubstr("1 region (placed)"));
  EXPECT_EQ(outcome("reserved", scenario), Outcome::skip);
  std::erase_if(*scenario.evidence.memblock_reserved,
                [](const MemblockRange &each) { return each.range.begin == 0x50000000; });
  EXPECT_EQ(only_finding("reserved", scenario).region, "mapped@50000000");
}

/// The pool is no-map, refused, and mapped again.
Scenario with_refused_no_map() {
  Scenario scenario = passing();
  ExpectedRegion pool = refused(no_map(static_region("odd@5b000000", range(0x5b000000, 0x100000))));
  pool.given_back = true;
  scenario.expectation.regions.push_back(pool);
  return scenario;
}

TEST(GivenBack, FailsWhereOnePieceStaysReserved) {
  Scenario scenario = passing();
  ExpectedRegion pool = refused(static_region("odd@5b000000", range(0x5b000000, 0x300000)));
  pool.given_back = true;
  scenario.expectation.regions.push_back(pool);
  scenario.expectation.regions.push_back(
      static_region("inner@5b100000", range(0x5b100000, 0x100000)));
  auto &reserved = *scenario.evidence.memblock_reserved;
  reserved.push_back({range(0x5b100000, 0x100000), "NONE", line("memblock-reserved", 30)});
  EXPECT_EQ(outcome("given-back", scenario), Outcome::pass);
  reserved.back().range.end += 0x100000;
  EXPECT_EQ(only_finding("given-back", scenario).expected,
            "0x000000005b200000..0x000000005b2fffff given back");
  scenario.expectation.memreserve.push_back(range(0x5b200000, 0x100000));
  EXPECT_EQ(outcome("given-back", scenario), Outcome::pass);
}

TEST(GivenBack, FailsWhereARefusedPoolStaysNoMap) {
  Scenario scenario = with_refused_no_map();
  EXPECT_EQ(outcome("given-back", scenario), Outcome::pass);
  scenario.evidence.memblock_memory->push_back(
      {range(0x5b000000, 0x100000), "NOMAP", line("memblock-memory", 30)});
  EXPECT_EQ(only_finding("given-back", scenario).seen,
            "0x000000005b000000..0x000000005b0fffff with flag NOMAP");
}

TEST(GivenBack, FailsWhereARefusedPoolIsNotMappedAgain) {
  Scenario scenario = with_refused_no_map();
  unmap(scenario, range(0x5b000000, 0x1000));
  EXPECT_EQ(only_finding("given-back", scenario).seen,
            "not mapped: 0x000000005b000000..0x000000005b000fff");
}

TEST(Reserved, FailsWhereARefusedRegionTakesTheKernelAlong) {
  Scenario scenario = passing();
  ExpectedRegion over = refused(static_region("over@40000000", range(0x40000000, 0x1000000)));
  over.given_back = true;
  scenario.expectation.regions.push_back(over);
  EXPECT_EQ(outcome("reserved", scenario), Outcome::pass);
  std::erase_if(*scenario.evidence.memblock_reserved,
                [](const MemblockRange &each) { return each.range == kernel; });
  EXPECT_EQ(only_finding("reserved", scenario).region, "over@40000000");
}

TEST(Reserved, TheLastByteOfTheAddressSpaceIsNone) {
  Scenario scenario = passing();
  const PhysicalRange last{UINT64_MAX - 0xfff, UINT64_MAX};
  scenario.expectation.regions.push_back(static_region("last", last));
  scenario.evidence.memblock_reserved->push_back(
      {{last.begin, last.end - 1}, "NONE", line("memblock-reserved", 30)});
  EXPECT_EQ(outcome("reserved", scenario), Outcome::pass);
}

TEST(NoMapMemblock, FailsWhereNobodyAskedForNoMap) {
  Scenario scenario = passing();
  scenario.evidence.memblock_memory->push_back(
      {range(0x5c000000, 0x10000), "NOMAP", line("memblock-memory", 30)});
  EXPECT_EQ(only_finding("no-map-memblock", scenario).seen,
            "0x000000005c000000..0x000000005c00ffff with flag NOMAP");
  add_log_line(scenario.evidence.log, "efi: EFI v2.70 by EDK II");
  EXPECT_EQ(outcome("no-map-memblock", scenario), Outcome::pass);
}

/// Its first page tables are free again, whatever lies over them.
TEST(Reserved, ARegionOverTheKernelLacksItsFirstPageTables) {
  Scenario scenario = passing();
  const ExpectedRegion over = static_region("over@40a00000", range(0x40a00000, 0x100000));
  scenario.expectation.regions.push_back(over);
  MemblockRange &image = scenario.evidence.memblock_reserved->front();
  image.range.end -= 0x2000;
  EXPECT_EQ(outcome("reserved", scenario), Outcome::pass);
  image.range.end -= 0x10000;
  EXPECT_EQ(outcome("reserved", scenario), Outcome::fail);
}

TEST(GivenBack, ARegionsOwnFurtherTuplesKeepTheirBytes) {
  Scenario scenario = passing();
  ExpectedRegion &region = expected(scenario, "refused@50008000");
  region.node.no_map = false;
  region.node.reg = {range(0x5a000000, 0x100000)};
  region.range = region.node.reg.front();
  region.refused_tuples.clear();
  region.given_back = true;
  scenario.evidence.memblock_reserved->push_back(
      {range(0x5a000000, 0x200000), "NONE", line("memblock-reserved", 90)});
  EXPECT_EQ(outcome("given-back", scenario), Outcome::fail);
  region.node.reg.push_back(range(0x5a000000, 0x200000));
  EXPECT_NE(outcome("given-back", scenario), Outcome::fail);
}

/// As where /memreserve/ holds its first tuple: the kernel takes the other one.
ExpectedRegion refused_but_for(const PhysicalRange &tuple) {
  const PhysicalRange first = range(0x5d000000, 0x1000);
  ExpectedRegion region = refused(static_region("over@5d000000", first));
  region.node.reg.push_back(tuple);
  region.refused_tuples = {first};
  return region;
}

TEST(GivenBack, LeavesOutFurtherTuplesOfARefusedRegion) {
  Scenario scenario = with_refused_no_map();
  unmap(scenario, range(0x5b000000, 0x100000));
  EXPECT_EQ(outcome("given-back", scenario), Outcome::fail);
  ExpectedRegion over = refused_but_for(range(0x5ac00000, 0x800000));
  over.node.no_map = true;
  scenario.expectation.regions.push_back(over);
  EXPECT_EQ(outcome("given-back", scenario), Outcome::pass);
}

TEST(Reserved, DemandsFurtherTuplesOfARefusedRegion) {
  Scenario scenario = passing();
  scenario.expectation.regions.push_back(refused_but_for(range(0x5e000000, 0x1000)));
  EXPECT_EQ(only_finding("reserved", scenario).seen,
            "not reserved: 0x000000005e000000..0x000000005e000fff");
  scenario.evidence.memblock_reserved->push_back(
      {range(0x5e000000, 0x1000), "NONE", line("memblock-reserved", 90)});
  EXPECT_EQ(outcome("reserved", scenario), Outcome::pass);
}

TEST(NoMapMemblock, DemandsFurtherTuplesOfARefusedRegion) {
  Scenario scenario = passing();
  scenario.expectation.regions.push_back(refused_but_for(range(0x50020000, 0x1000)));
  ReservedRegion &node = scenario.expectation.regions.back().node;
  node.no_map = true;
  EXPECT_EQ(outcome("no-map-memblock", scenario), Outcome::pass); // it is no-map for another one
  node.reg.back() = range(0x5e000000, 0x1000);
  EXPECT_EQ(only_finding("no-map-memblock", scenario).region, "over@5d000000");
}

} // namespace
} // namespace rmemcheck::test
