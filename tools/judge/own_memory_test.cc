// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/own_memory.h"
#include "judge/test_comparison.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void reserve(Evidence &evidence, const PhysicalRange &taken) {
  auto &reserved = *evidence.memblock_reserved;
  reserved.push_back({taken, "NONE", line("memblock-reserved", reserved.size() + 1)});
}

/// What is left of entries without a range.
template <typename Entry>
std::vector<Entry> without(const std::vector<Entry> &entries, const PhysicalRange &range) {
  std::vector<Entry> left;
  for (const Entry &entry : entries)
    for (const PhysicalRange &part : RangeSet({entry.range}).minus(RangeSet({range})).ranges()) {
      left.push_back(entry);
      left.back().range = part;
    }
  return left;
}

/// Takes a range out of /proc/iomem.
void hide(Evidence &evidence, const PhysicalRange &range) {
  evidence.iomem = without(*evidence.iomem, range);
}

/// Takes a range out of memblock's memory.
void take_out(Evidence &evidence, const PhysicalRange &range) {
  evidence.memblock_memory = without(*evidence.memblock_memory, range);
}

Scenario passing_64_bit() {
  Scenario scenario = passing();
  scenario.evidence.is_64_bit = true;
  return scenario;
}

/// The array of the patched kernel: ten regions are recorded, and an entry has 56 bytes.
constexpr std::uint64_t entry = 56;
constexpr std::uint64_t recorded = 9;

TwoBoots two_boots() {
  TwoBoots two = same_boots(passing_64_bit());
  two.baseline.log.version = "6.9.0";
  reserve(two.patched, range(0x7f000000, recorded * entry));
  return two;
}

TEST(OwnMemory, IsWhatNobodyElseTakes) {
  Scenario scenario = passing_64_bit();
  EXPECT_EQ(own_memory(scenario.expectation, scenario.evidence).bytes, 0u);
  reserve(scenario.evidence, range(0x7f000000, 0x123));
  scenario.expectation.taken = {range(0x44000000, 0x1000)};
  reserve(scenario.evidence, range(0x44000000, 0x1000));
  reserve(scenario.evidence, range(0x7e000000, 0x1000000));
  add_log_line(scenario.evidence.log, "cma: Reserved 16 MiB at 0x000000007e000000");
  reserve(scenario.evidence, range(0x4a000000, 0x100000));
  scenario.evidence.iomem->push_back({range(0x4a000000, 0x100000), 1, "Crash kernel", {}});
  EXPECT_EQ(own_memory(scenario.expectation, scenario.evidence).bytes, 0x123u);
}

TEST(OwnMemory, IsNotThatOfARegionWhosePlaceIsUnknown) {
  Scenario scenario = recording_nothing(passing_64_bit());
  // What boot-placed regions take is there, and nobody knows which it is.
  reserve(scenario.evidence, full_place("placed-no-map"));
  EXPECT_EQ(own_memory(scenario.expectation, scenario.evidence).bytes, 0u);
  reserve(scenario.evidence, range(0x7f000000, 0x10000));
  EXPECT_EQ(own_memory(scenario.expectation, scenario.evidence).bytes, 0x10000u);
}

TEST(OwnMemory, IsNotThatOfACrashKernelUnlessItIsAskedFor) {
  Scenario scenario = passing_64_bit();
  scenario.evidence.iomem->push_back(
      {range(0x60000000, 0x10000000), 1, "Crash kernel", line("iomem", 9, "Crash kernel")});
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::pass) << "no line tells";
  add_log_line(scenario.evidence.log, "Kernel command line: console=ttyAMA0");
  EXPECT_EQ(only_finding("own-memory", scenario).at.line, 9u);
  scenario.evidence.log.lines.back().text += " crashkernel=256M";
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::pass);
}

TEST(OwnMemory, HasABound) {
  Scenario scenario = passing_64_bit();
  reserve(scenario.evidence, range(0x78000000, 0x4000000)); // a sixteenth
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::pass);
  reserve(scenario.evidence, range(0x7c000000, 0x1000));
  const Finding finding = only_finding("own-memory", scenario);
  EXPECT_EQ(finding.expected, "at most 0x4000000 bytes reserved for the kernel's own use");
  EXPECT_THAT(finding.seen, HasSubstr("the largest at 0x0000000078000000..0x000000007c000fff"));
  scenario.expectation.most_own_memory = 0x8000000;
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::pass);
}

TEST(OwnMemory, IsSkippedWithoutAWitness) {
  Scenario scenario = passing_64_bit();
  std::erase_if(*scenario.evidence.iomem,
                [](const IomemEntry &each) { return each.name.starts_with("Kernel"); });
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::skip);
  scenario.evidence.memblock_reserved.reset();
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::skip);
  scenario = passing_64_bit();
  scenario.expectation.memory.clear();
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::skip);
}

TEST(SameOwnMemory, PassesWithTheArrayAndNoByteMore) {
  TwoBoots two = two_boots();
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.patched.memblock_reserved->back().range.end += 1;
  EXPECT_THAT(only_finding("same-own-memory", two).seen,
              HasSubstr("0x1f9 bytes, the largest that are not on the baseline at "
                        "0x000000007f000000..0x000000007f0001f8"));
  two.patched.memblock_reserved->back().range.end -= 2;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

TEST(SameOwnMemory, IsNamedWhereItIsKnownOfTheKernel) {
  TwoBoots two = two_boots();
  two.baseline.log.version = two.patched.log.version = "7.3.4";
  two.expectation.regions.front().given_back = true;
  reserve(two.patched, range(0x7e000000, 0x400000));
  Verdict verdict = judge(two.expectation, two.patched);
  compare(verdict, two.before(), two.after());
  const auto result = std::ranges::find(verdict.rules, "same-own-memory", &RuleResult::rule);
  ASSERT_NE(result, verdict.rules.end());
  ASSERT_EQ(result->findings.size(), 1U);
  EXPECT_EQ(result->findings.front().known, "refused-not-given-back");
}

/// What is large on both is no news.
TEST(SameOwnMemory, NamesWhatTheBaselineHasNot) {
  TwoBoots two = two_boots();
  for (Evidence *evidence : {&two.baseline, &two.patched})
    reserve(*evidence, range(0x7f100000, 0x100000));
  reserve(two.patched, range(0x7f010000, 0x1000));
  const Finding finding = only_finding("same-own-memory", two);
  EXPECT_THAT(finding.seen, HasSubstr("at 0x000000007f010000..0x000000007f010fff"));
  EXPECT_THAT(finding.seen, Not(HasSubstr("7f100000")));
  EXPECT_EQ(finding.at.line, two.patched.memblock_reserved->back().at.line);
}

TEST(SameOwnMemory, NamesWhatThePatchedKernelLacks) {
  TwoBoots two = two_boots();
  reserve(two.baseline, range(0x7a000000, 0x100000));
  reserve(two.baseline, range(0x7f000000, recorded * entry));
  EXPECT_THAT(only_finding("same-own-memory", two).seen,
              HasSubstr("without what is on the baseline at 0x000000007a000000"));
}

/// CMA areas are told by the log alone.
TEST(SameOwnMemory, IsNotKnownWithoutTheLog) {
  TwoBoots two = two_boots();
  reserve(two.patched, range(0x7e000000, 0x1000));
  two.patched.log.is_cut = true;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::inconclusive);
  two.patched.log.is_cut = false;
  two.baseline.log.lines.clear();
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::inconclusive);
}

TEST(SameOwnMemory, KnowsWhatABaselineHasAllocatedItself) {
  TwoBoots two = two_boots();
  two.baseline.log.version = "6.13.0";
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  reserve(two.baseline, range(0x7f000000, recorded * entry));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
}

TEST(SameOwnMemory, KnowsHowLargeAnEntryIs) {
  TwoBoots two = two_boots();
  two.patched.is_64_bit = false;
  const auto size_passes = [&](std::uint64_t size) {
    two.patched.memblock_reserved->back().range.end = 0x7f000000 + recorded * size;
    return outcome("same-own-memory", two) == Outcome::pass;
  };
  EXPECT_TRUE(size_passes(40));
  EXPECT_FALSE(size_passes(28));
  two.expectation.last_address = 0xffffffff;
  EXPECT_TRUE(size_passes(28));
  two.patched.log.version = "6.12.0"; // without a phandle
  EXPECT_TRUE(size_passes(24));
  two.patched.is_64_bit = true;
  EXPECT_TRUE(size_passes(48));
  EXPECT_FALSE(size_passes(56));
  two.patched.is_64_bit.reset();
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::skip);
}

TEST(SameOwnMemory, AllowsALittleMoreWhereTheBaselineDoesWrong) {
  TwoBoots two = two_boots();
  reserve(two.patched, range(0x7f010000, 0x2000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  two.alone = Outcome::fail;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.patched.memblock_reserved->back().range.end += 0x10000;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  // It has reserved what it should not.
  reserve(two.baseline, range(0x7f100000, 0x100000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
}

TEST(SameOwnMemory, FindsAPageThatLiesApart) {
  TwoBoots two = two_boots();
  two.alone = Outcome::fail; // whose bytes say little
  for (Evidence *evidence : {&two.baseline, &two.patched})
    reserve(*evidence, range(0x7f100000, 0x100000));
  reserve(two.patched, range(0x6a000000, 0x1000));
  const Finding finding = only_finding("same-own-memory", two);
  EXPECT_THAT(finding.seen, HasSubstr("0x000000006a000000..0x000000006a000fff, where"));
  EXPECT_EQ(finding.at.line, two.patched.memblock_reserved->back().at.line);
  // It may be that of a region of which nobody knows where it is.
  ExpectedRegion left_out = boot_placed_region("left-out", 0x1000);
  left_out.left_out = true;
  two.expectation.regions.push_back(left_out);
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
}

TEST(SameOwnMemory, DoesNotKnowWhatABaselineHasInARefusedRegion) {
  TwoBoots two = two_boots();
  two.alone = Outcome::fail;
  two.expectation.regions.push_back(
      refused(static_region("pool@6a000000", range(0x6a000000, 0x8000))));
  for (Evidence *evidence : {&two.baseline, &two.patched})
    reserve(*evidence, range(0x7f100000, 0x100000));
  reserve(two.patched, range(0x6a008000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  ProbedRegion seen; // nothing tells that it is in a wrong place
  seen.found = true;
  seen.range = range(0x6a000000, 0x8000);
  two.baseline.probe->push_back(seen);
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.baseline.probe->pop_back();
  two.expectation.regions.back().given_back = true;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.patched.memblock_reserved->back().range = range(0x6c008000, 0x1000);
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

TEST(SameOwnMemory, AllowsForPlacesInRamThatTheBaselineDrops) {
  TwoBoots two = two_boots();
  two.alone = Outcome::fail;
  for (Evidence *evidence : {&two.baseline, &two.patched})
    reserve(*evidence, range(0x7f100000, 0x100000));
  reserve(two.patched, range(0x6a000000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  two.baseline.memblock_memory = {{range(0x40000000, 0x20000000), "NONE", {}}};
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
}

/// As the array of struct page does where there are more regions beside it.
TEST(SameOwnMemory, AllowsForALargePieceThatHasMoved) {
  TwoBoots two = two_boots();
  two.alone = Outcome::fail;
  for (Evidence *evidence : {&two.baseline, &two.patched})
    reserve(*evidence, range(0x7f100000, 0x100000));
  reserve(two.baseline, range(0x78000000, 0x1000000));
  reserve(two.patched, range(0x6a000000, 0x1000000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.alone = Outcome::pass; // which has placed what the patched kernel has
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  two.alone = Outcome::fail;
  // Something of the kernel's own may lie in its place.
  reserve(two.patched, range(0x78800000, 0x1000));
  reserve(two.baseline, range(0x7f200000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.patched.memblock_reserved->back().range = range(0x78000000, 0x1000000); // it has not moved
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  two.patched.memblock_reserved->pop_back();
  two.baseline.memblock_reserved->pop_back();
  two.baseline.memblock_reserved->back().range.end -= 0x1000;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

TEST(SameOwnMemory, AllowsForRegionsThatABaselineMayNotHavePlaced) {
  TwoBoots two = two_boots();
  two.alone = Outcome::fail;
  reserve(two.patched, range(0x7e000000, 0x100000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  ExpectedRegion somewhere;
  somewhere.fate = Fate::kept;
  somewhere.size = 0x100000;
  two.expectation.regions.push_back(somewhere);
  reserve(two.baseline, range(0x7e000000, 0x80000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
}

TEST(SameOwnMemory, AllowsForMemblocksArraysOfAManyRegions) {
  TwoBoots two = two_boots();
  for (int index = 0; index < 100; ++index)
    two.expectation.regions.push_back(
        ignored(static_region(fmt::format("off-{}", index), range(0x58000000, 0x1000))));
  reserve(two.patched, range(0x7e000000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.patched.memblock_reserved->back().range.end += 0x2000;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

TEST(SameOwnMemory, AllowsForPageTablesOfALargerKernel) {
  TwoBoots two = two_boots();
  IomemEntry &code = *std::ranges::find(*two.patched.iomem, "Kernel code", &IomemEntry::name);
  reserve(two.patched, range(0x7e000000, 0x2000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  code.range.end += 0x200000;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.patched.memblock_reserved->back().range.end += 1;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

TEST(SameOwnMemory, AllowsForPageTablesBesideNoMapRegions) {
  TwoBoots two = two_boots();
  reserve(two.patched, range(0x7e000000, 0x4000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  // Two pieces of memory that are mapped in part, each with a table in two mappings
  take_out(two.patched, range(0x78001000, 0x1000));
  take_out(two.patched, range(0x78401000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.patched.memblock_reserved->back().range.end += 0x1000;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

/// The page that a no-map region has a part of is mapped.
TEST(SameOwnMemory, AsksForNoPageTableOfAPartOfAPage) {
  TwoBoots two = two_boots();
  reserve(two.patched, range(0x7f200000, 0x2000));
  take_out(two.patched, {0x781ff800, 0x78200000});
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  take_out(two.patched, {0x785ff800, 0x785ff900}); // by both pieces, of which one comes first
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  take_out(two.patched, {0x781fe800, 0x78200000});
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
}

TEST(SameOwnMemory, AsksForNoPageTableWhereNoMapRegionsTouch) {
  TwoBoots two = two_boots();
  const std::vector<ExpectedRegion> regions = {no_map(boot_placed_region("one", 0x200000)),
                                               no_map(boot_placed_region("other", 0x1ff000))};
  two.expectation.regions.insert(two.expectation.regions.end(), regions.begin(), regions.end());
  for (Evidence *evidence : {&two.baseline, &two.patched}) {
    record(*evidence, regions[0], range(0x77e01000, 0x200000));
    reserve(*evidence, range(0x7f100000, 0x100000));
  }
  record(two.baseline, regions[1], range(0x7a001000, 0x1ff000)); // three edges within blocks
  record(two.patched, regions[1], range(0x78001000, 0x1ff000));  // behind the other one: an edge
  for (Evidence *evidence : {&two.baseline, &two.patched})
    hide(*evidence, range(0x77e01000, 0x200000));
  hide(two.baseline, range(0x7a001000, 0x1ff000));
  hide(two.patched, range(0x78001000, 0x1ff000));
  reserve(two.patched, range(0x7f000000 + recorded * entry, regions.size() * entry));
  reserve(two.baseline, range(0x7f200000, 0x4000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.baseline.memblock_reserved->back().range.end += 0x1000;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

/// As 32-bit ARM does, where its early slots are full (tree 14 of seed 171).
TEST(SameOwnMemory, AllowsForPageTablesOfWhatTheBaselineDoesNotHide) {
  TwoBoots two = two_boots();
  const ExpectedRegion region = no_map(static_region("odd@78001000", range(0x78001000, 0x1000)));
  two.expectation.regions.push_back(region);
  for (Evidence *evidence : {&two.baseline, &two.patched})
    record(*evidence, region, *region.range);
  reserve(two.patched, range(0x7f000000 + recorded * entry, entry));
  reserve(two.patched, range(0x7f200000, 0x2000));
  hide(two.patched, *region.range);
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  hide(two.baseline, *region.range);
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

/// Of as many regions in other places it needs as many tables, which lie elsewhere.
TEST(SameOwnMemory, AllowsForPageTablesThatLieBesideOtherNoMapRegions) {
  TwoBoots two = two_boots();
  two.alone = Outcome::fail; // which has placed them otherwise
  const auto memory = two.patched.memblock_memory;
  take_out(two.baseline, range(0x78001000, 0x1000));
  for (Evidence *evidence : {&two.baseline, &two.patched})
    reserve(*evidence, range(0x7f100000, 0x100000));
  reserve(two.patched, range(0x77dfe000, 0x2000));
  take_out(two.patched, range(0x78001000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  two.expectation.arch = "arm"; // which takes them from below the block
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.expectation.arch = "arm64";
  two.patched.memblock_memory = memory;
  take_out(two.patched, range(0x77e01000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  two.patched.memblock_reserved->back().range.begin -= 0x1000;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

TEST(SameOwnMemory, IsSkippedWhereTheBaselineDidNotBoot) {
  TwoBoots two = two_boots();
  two.baseline.ending = Ending::panic;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::skip);
}

/// What an init function refuses is given back as it was recorded.
TEST(OwnMemory, FurtherTuplesOfARefusedRegionAreItsOwn) {
  Scenario scenario = passing();
  scenario.expectation.most_own_memory = 0x100000;
  scenario.evidence.memblock_reserved->push_back(
      {range(0x5a000000, 0x1000000), "NONE", line("memblock-reserved", 90)});
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::fail);
  ExpectedRegion &region = expected(scenario, "refused@50008000");
  region.node.reg.push_back(range(0x5a000000, 0x1000000));
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::pass);
  region.given_back = true;
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::pass);
  region.given_back = false;
  region.refused_tuples.push_back(region.node.reg.back());
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::fail);
}

/// A piece of memblock's memory more takes a struct resource more.
TEST(SameOwnMemory, AllowsForThePiecesOfMemory) {
  TwoBoots two = two_boots();
  reserve(two.baseline, range(0x7f100000, 0x80));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  for (int count = 0; count < 2; ++count)
    two.baseline.memblock_memory->push_back(two.baseline.memblock_memory->back());
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
}

TEST(SameOwnMemory, AllowsForStructPagesOfMoreRam) {
  TwoBoots two = two_boots();
  constexpr std::uint64_t pages = 0x400000 / 0x1000;
  reserve(two.patched, range(0x7f100000, pages * 64));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  std::ranges::max_element(*two.baseline.memblock_memory, {}, [](const MemblockRange &each) {
    return each.range.size();
  })->range.end -= 0x400000;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  reserve(two.patched, range(0x7f200000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

TEST(SameOwnMemory, AsksForPlacesAloneWhereTheBaselineHasGivenAwayWhatOthersHave) {
  TwoBoots two = two_boots();
  reserve(two.baseline, range(0x7f100000, 0x1000));
  reserve(two.patched, range(0x7f010000, 0x20000));
  two.expectation.regions.push_back(
      refused(static_region("inner@50001000", range(0x50001000, 0x1000))));
  two.expectation.regions.push_back(static_region("outer@50000000", range(0x50000000, 0x10000)));
  two.expectation.regions[two.expectation.regions.size() - 2].given_back = true;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
  two.alone = Outcome::known;
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::pass);
  reserve(two.patched, range(0x6a000000, 0x1000));
  EXPECT_EQ(outcome("same-own-memory", two), Outcome::fail);
}

} // namespace
} // namespace rmemcheck::test
