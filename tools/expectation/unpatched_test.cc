// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/unpatched.h"

#include "expectation/test_faults.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::expectation_of;
using test::fixed;
using test::placed;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string fate(const ReservedRegion &region) {
  return unpatched_fate(expectation_of({region}).regions.front());
}

TEST(UnpatchedFate, IsThatOfTheSeriesForWhatIsRight) {
  EXPECT_EQ(fate(fixed("mapped", 0x50000000, mebibyte)), "");
  EXPECT_EQ(fate(fixed("no-map", 0x50000000, mebibyte, true)), "");
  EXPECT_EQ(fate(placed("region", mebibyte, mebibyte)), "");
}

TEST(UnpatchedFate, CutsNumbers) {
  ReservedRegion far = fixed("far", 0xffffffffffff0000, 0);
  far.malformed = "reg: 0xffffffffffff0000 and 0x20000 bytes end beyond 64 bits";
  EXPECT_THAT(fate(far), StartsWith("cut to what fits"));
}

TEST(UnpatchedFate, LeavesPlaceholdersToTheirOwnLine) {
  ReservedRegion empty = fixed("empty", 0, 0);
  empty.malformed = "reg: zero size";
  empty.is_placeholder = true;
  EXPECT_EQ(fate(empty), "");
}

TEST(UnpatchedFate, RecordsWhatIsRefused) {
  ReservedRegion pool = fixed("pool", 0x50000000, mebibyte, true);
  pool.compatible = {"restricted-dma-pool"};
  EXPECT_THAT(fate(pool), HasSubstr("of_reserved_mem_lookup()"));
  const Expectation over = expectation_of(
      {fixed("mapped", 0x50000000, mebibyte), fixed("hidden", 0x50000000, mebibyte, true)});
  EXPECT_THAT(unpatched_fate(over.regions.back()), HasSubstr("recorded all the same"));
  EXPECT_THAT(fate(placed("region", 4096 * mebibyte)), HasSubstr("no bytes"));
}

TEST(UnpatchedFate, TakesPoolsThatTheSeriesRefuses) {
  ReservedRegion pool = fixed("pool", 0x7fc00000, 8 * mebibyte);
  pool.compatible = {"shared-dma-pool"};
  pool.reusable = true;
  EXPECT_THAT(fate(pool), HasSubstr("its pages are not there"));
  pool.no_map = true;
  EXPECT_THAT(fate(pool), HasSubstr("since v7.1"));

  ReservedMemory tree;
  tree.memory = {{0x40000000, 0x80000000}};
  tree.bootargs = "cma=16M";
  tree.regions = {fixed("default", 0x50000000, 4 * mebibyte)};
  tree.regions.front().compatible = {"shared-dma-pool"};
  tree.regions.front().reusable = true;
  tree.regions.front().cma_default = true;
  EXPECT_THAT(unpatched_fate(expect(tree).regions.front()),
              AllOf(HasSubstr("of_reserved_mem_lookup()"), HasSubstr("v6.19")));
}

TEST(UnpatchedFate, PassesOverWhatIsMalformed) {
  ReservedRegion node = placed("region", 0);
  node.malformed = "reg: length 12 is no multiple of 16";
  EXPECT_THAT(fate(node), HasSubstr("without reg"));
  node.malformed = "alloc-ranges: length 12 is no multiple of 16";
  EXPECT_THAT(fate(node), HasSubstr("placed anywhere"));
  node.malformed = "reg: empty";
  EXPECT_THAT(fate(node), HasSubstr("passed over without a word"));
  node.malformed = "size: length 4 is not 8";
  EXPECT_THAT(fate(node), HasSubstr("no bytes"));
  node.malformed = "alignment: length 4 is not 8";
  EXPECT_EQ(fate(node), "");
  node.size = mebibyte;
  EXPECT_THAT(fate(node), HasSubstr("no bytes"));
  node.malformed = "reg: length 12 is no multiple of 16";
  node.enabled = false;
  EXPECT_EQ(fate(node), "");
}

TEST(UnpatchedFate, MasksWithAnAlignment) {
  EXPECT_THAT(fate(placed("region", 0x1000, 0x3000)), HasSubstr("mask"));
}

TEST(UnpatchedCount, IsSixtyFour) {
  std::vector<ReservedRegion> many(64, fixed("region", 0x50000000, 0x1000));
  EXPECT_EQ(unpatched_count_fate(expectation_of(many)), "");
  many.push_back(many.front());
  EXPECT_THAT(unpatched_count_fate(expectation_of(many)), HasSubstr("room for 64"));
}

} // namespace
} // namespace rmemcheck
