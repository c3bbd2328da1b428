// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/range_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace rmemcheck {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RangeSet, SortsMergesAndDropsEmptyRanges) {
  const RangeSet set({{0x50, 0x60}, {0x10, 0x20}, {0x20, 0x30}, {0x18, 0x28}, {0x40, 0x40}});
  EXPECT_THAT(set.ranges(), ElementsAre(PhysicalRange{0x10, 0x30}, PhysicalRange{0x50, 0x60}));
}

TEST(RangeSet, KeepsTheLongerOfTwoThatBeginTogether) {
  EXPECT_THAT(RangeSet({{0x10, 0x40}, {0x10, 0x20}}).ranges(),
              ElementsAre(PhysicalRange{0x10, 0x40}));
}

TEST(RangeSet, CoversOnlyWhatLiesWhollyWithin) {
  const RangeSet set({{0x10, 0x20}, {0x20, 0x30}, {0x40, 0x50}});
  EXPECT_TRUE(set.covers({0x10, 0x30}));
  EXPECT_TRUE(set.covers({0x48, 0x48}));
  EXPECT_FALSE(set.covers({0xf, 0x11}));
  EXPECT_FALSE(set.covers({0x2f, 0x31}));
  EXPECT_FALSE(set.covers({0x10, 0x50}));
  EXPECT_FALSE(set.covers({0x50, 0x51}));
}

TEST(RangeSet, OverlapsFromTheFirstByteToTheLast) {
  const RangeSet set({{0x10, 0x20}});
  EXPECT_TRUE(set.overlaps({0x0, 0x11}));
  EXPECT_TRUE(set.overlaps({0x1f, 0x30}));
  EXPECT_FALSE(set.overlaps({0x0, 0x10}));
  EXPECT_FALSE(set.overlaps({0x20, 0x30}));
  EXPECT_FALSE(set.overlaps({0x15, 0x15}));
  EXPECT_FALSE(RangeSet().overlaps({0x0, 0x100}));
}

TEST(RangeSet, IntersectsAndSubtracts) {
  const RangeSet set({{0x10, 0x40}, {0x60, 0x80}});
  const RangeSet other({{0x0, 0x18}, {0x20, 0x28}, {0x38, 0x70}});
  EXPECT_THAT(set.intersection(other).ranges(),
              ElementsAre(PhysicalRange{0x10, 0x18}, PhysicalRange{0x20, 0x28},
                          PhysicalRange{0x38, 0x40}, PhysicalRange{0x60, 0x70}));
  EXPECT_THAT(
      set.minus(other).ranges(),
      ElementsAre(PhysicalRange{0x18, 0x20}, PhysicalRange{0x28, 0x38}, PhysicalRange{0x70, 0x80}));
  EXPECT_THAT(set.minus(set).ranges(), IsEmpty());
  EXPECT_EQ(set.minus(RangeSet()).ranges(), set.ranges());
}

/// The set as one flag a byte, the slow way.
std::vector<bool> bytes_of(const std::vector<PhysicalRange> &ranges) {
  std::vector<bool> bytes(64);
  for (const PhysicalRange &range : ranges)
    for (std::uint64_t address = range.begin; address < range.end; ++address)
      bytes[address] = true;
  return bytes;
}

TEST(RangeSet, AgreesWithAFlagForEveryByte) {
  std::mt19937 random(1); // fixed: a failure can be repeated
  const auto some_ranges = [&] {
    std::vector<PhysicalRange> ranges(random() % 6);
    for (PhysicalRange &range : ranges) {
      range.begin = random() % 60;
      range.end = range.begin + random() % (64 - range.begin);
    }
    return ranges;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::vector<PhysicalRange> a = some_ranges();
    const std::vector<PhysicalRange> b = some_ranges();
    const std::vector<bool> in_a = bytes_of(a);
    const std::vector<bool> in_b = bytes_of(b);
    const std::vector<bool> both = bytes_of(RangeSet(a).intersection(RangeSet(b)).ranges());
    const std::vector<bool> only_a = bytes_of(RangeSet(a).minus(RangeSet(b)).ranges());
    for (std::size_t address = 0; address < in_a.size(); ++address) {
      ASSERT_EQ(both[address], in_a[address] && in_b[address]) << round << ' ' << address;
      ASSERT_EQ(only_a[address], in_a[address] && !in_b[address]) << round << ' ' << address;
      ASSERT_EQ(RangeSet(a).covers({address, address + 1}), in_a[address]);
    }
  }
}

TEST(RangeSet, RoundsToUnits) {
  const RangeSet set({{0x1800, 0x3000}, {0x3000, 0x4001}, {0x7001, 0x7fff}, {0x9000, 0xa000}});
  EXPECT_EQ(set.whole_units(0x1000).ranges(),
            (std::vector<PhysicalRange>{{0x2000, 0x4000}, {0x9000, 0xa000}}));
  EXPECT_EQ(set.touched_units(0x1000).ranges(),
            (std::vector<PhysicalRange>{{0x1000, 0x5000}, {0x7000, 0x8000}, {0x9000, 0xa000}}));
  constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
  const RangeSet last({{highest - 0x10, highest}});
  EXPECT_TRUE(last.whole_units(0x1000).empty());
  EXPECT_EQ(last.touched_units(0x1000).ranges(),
            (std::vector<PhysicalRange>{{highest - 0xfff, highest}}));
}

TEST(RangeSet, PrintsTheFirstRangeAndTheNumberOfOthers) {
  EXPECT_EQ(to_string(RangeSet()), "nothing");
  EXPECT_EQ(to_string(RangeSet({{0x10, 0x20}})), "0x0000000000000010..0x000000000000001f");
  EXPECT_EQ(to_string(RangeSet({{0x10, 0x20}, {0x30, 0x40}})),
            "0x0000000000000010..0x000000000000001f and 1 more");
}

} // namespace
} // namespace rmemcheck
