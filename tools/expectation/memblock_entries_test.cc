// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/memblock_entries.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

ReservedRegion fixed(std::uint64_t begin, bool no_map) {
  ReservedRegion region;
  region.reg = {{begin, begin + 0x1000}};
  region.no_map = no_map;
  return region;
}

ReservedRegion placed(bool no_map) {
  ReservedRegion region;
  region.size = 0x1000;
  region.no_map = no_map;
  return region;
}

MemblockEntries entries_of(std::vector<ReservedRegion> regions) {
  ReservedMemory tree;
  tree.memory = {{0x100000, 0x900000}};
  tree.regions = std::move(regions);
  return memblock_entries(tree);
}

TEST(MemblockEntries, AnIsolatedRegionTakesTwoIfNoMapAndOneIfMapped) {
  const MemblockEntries none = entries_of({});
  EXPECT_EQ(none.memory, 1u);
  EXPECT_EQ(none.reserved, 0u);
  const MemblockEntries isolated =
      entries_of({fixed(0x200000, true), fixed(0x300000, true), fixed(0x400000, false)});
  EXPECT_EQ(isolated.memory, 5u);
  EXPECT_EQ(isolated.reserved, 1u);
}

TEST(MemblockEntries, NeighboursOfAKindShareAnEntry) {
  const MemblockEntries entries = entries_of({fixed(0x200000, true), fixed(0x201000, true),
                                              fixed(0x300000, false), fixed(0x301000, false)});
  EXPECT_EQ(entries.memory, 3u);
  EXPECT_EQ(entries.reserved, 1u);
}

TEST(MemblockEntries, ANoMapRegionOutsideRamTakesNone) {
  EXPECT_EQ(entries_of({fixed(0xa00000, true)}).memory, 1u);
}

TEST(MemblockEntries, WhatIsNotEnabledOrNotUnderstoodTakesNone) {
  ReservedRegion disabled = fixed(0x200000, true);
  disabled.enabled = false;
  EXPECT_EQ(entries_of({disabled}).memory, 1u);
  ReservedMemory tree;
  tree.memory = {{0x100000, 0x900000}};
  tree.regions = {fixed(0x200000, true)};
  tree.unsupported = "no ranges";
  EXPECT_EQ(memblock_entries(tree).memory, 1u);
}

TEST(MemblockEntries, BootPlacedRegionsLieOneBehindTheOther) {
  const MemblockEntries entries = entries_of({placed(true), placed(true), placed(false)});
  EXPECT_EQ(entries.memory, 3u);
  EXPECT_EQ(entries.reserved, 1u);
  const MemblockEntries alternating = entries_of({placed(true), placed(false), placed(true)});
  EXPECT_EQ(alternating.memory, 5u);
  ReservedRegion elsewhere = placed(false);
  elsewhere.alloc_ranges = {{0x400000, 0x500000}};
  EXPECT_EQ(entries_of({placed(false), elsewhere}).reserved, 2u);
}

TEST(MemblockEntries, BootPlacedRegionsOfOneWindowLieOneBehindTheOther) {
  ReservedRegion one = placed(false);
  one.alloc_ranges = {{0x400000, 0x500000}};
  EXPECT_EQ(entries_of({one, one, one}).reserved, 1u);
  ReservedRegion sparse = one;
  sparse.alignment = 0x80000000;
  EXPECT_EQ(entries_of({one, sparse, sparse}).reserved, 3u);
}

TEST(MemblockEntries, StaticOnesAlone) {
  ReservedMemory tree;
  tree.memory = {{0x100000, 0x900000}};
  tree.regions = {fixed(0x200000, true), placed(true)};
  EXPECT_EQ(static_memblock_entries(tree).memory, 3u);
}

} // namespace
} // namespace rmemcheck
