// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/node_faults.h"

#include "expectation/test_faults.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::expectation_of;
using test::fixed;
using test::nodes;
using test::placed;
using testing::ElementsAre;
using testing::HasSubstr;

ReservedRegion as_cma(ReservedRegion region) {
  region.compatible = {"shared-dma-pool"};
  region.reusable = true;
  return region;
}

ReservedRegion hidden(ReservedRegion region) {
  region.no_map = true;
  return region;
}

TEST(ArchCondition, IsOfMappedPoolsOfATreeThatDoesNotTell) {
  ReservedRegion pool = fixed("pool", 0x50000000, mebibyte);
  const auto condition = [&](const char *arch) {
    BootFacts facts;
    facts.arch = arch;
    const Expectation all = expectation_of({pool}, facts);
    return arch_condition(all.regions.front(), all);
  };
  EXPECT_EQ(condition(""), "");
  pool.compatible = {"shared-dma-pool"};
  EXPECT_THAT(condition(""), HasSubstr("32-bit ARM"));
  EXPECT_EQ(condition("riscv"), "");
  pool.no_map = true;
  EXPECT_EQ(condition(""), "");
}

TEST(PoolAlignment, IsThatOfAPageblock) {
  const Expectation all = expectation_of(
      {as_cma(fixed("size", 0x50000000, mebibyte)), as_cma(fixed("base", 0x51100000, 0x400000)),
       as_cma(placed("placed", 0x180000)), as_cma(fixed("two", 0x52200000, 2 * mebibyte)),
       as_cma(fixed("four", 0x54000000, 4 * mebibyte)), fixed("mapped", 0x60000000, mebibyte)});
  const auto faults = pool_alignment_faults(all);
  ASSERT_THAT(nodes(faults), ElementsAre("size", "base", "placed", "two"));
  EXPECT_EQ(faults[0].rule, "pool");
  EXPECT_THAT(faults[0].fault, HasSubstr("base or size is a multiple of 1024 KiB alone"));
  EXPECT_THAT(faults[2].fault, HasSubstr("whose size is a multiple of 512 KiB alone"));
  EXPECT_THAT(faults[0].kernel, HasSubstr("(2048 KiB, or 4096 KiB without huge pages)"));
  EXPECT_THAT(faults[0].kernel, HasSubstr("since v5.19"));
  EXPECT_THAT(faults[3].fault, HasSubstr("base or size is a multiple of 2048 KiB alone"));
  EXPECT_THAT(faults[3].kernel, HasSubstr("until v5.18 the kernel asks for 4096 KiB and refuses"));
  EXPECT_THAT(faults[3].kernel, HasSubstr("since v5.19 it does where a pageblock is that large"));
}

TEST(PoolAlignment, IsAConditionUpToTheLargestPageblock) {
  const Expectation all = expectation_of({as_cma(fixed("two", 0x52200000, 2 * mebibyte)),
                                          as_cma(fixed("four", 0x54000000, 4 * mebibyte)),
                                          fixed("mapped", 0x60000000, mebibyte)});
  EXPECT_EQ(pool_condition(all.regions[0], all),
            "refused where a pageblock (2048 KiB, or 4096 KiB without huge pages) is more than "
            "2048 KiB");
  EXPECT_EQ(pool_condition(all.regions[1], all), "");
  EXPECT_EQ(pool_condition(all.regions[2], all), "");
}

TEST(PoolAlignment, GrowsWithThePage) {
  BootFacts facts;
  facts.page_size = 0x10000;
  const Expectation all = expectation_of({as_cma(fixed("pool", 0x54000000, 16 * mebibyte))}, facts);
  ASSERT_THAT(nodes(pool_alignment_faults(all)), ElementsAre("pool"));
  EXPECT_THAT(pool_condition(all.regions[0], all), HasSubstr("(524288 KiB)"));
}

TEST(Alignment, IsAPowerOfTwo) {
  const auto faults = alignment_faults(
      expectation_of({placed("mask", 0x1000, 0x3000), placed("right", 0x1000, 0x4000),
                      placed("none", 0x1000), as_cma(placed("raised", 4 * mebibyte, 0x3000)),
                      as_cma(placed("pool", 4 * mebibyte, 3 * mebibyte))}));
  ASSERT_THAT(nodes(faults), ElementsAre("mask", "pool"));
  EXPECT_EQ(faults[0].fault, "alignment 0x3000 is no power of two");
  EXPECT_THAT(faults[0].kernel, HasSubstr("a multiple of 0x1000, and need not be one of 0x3000"));
}

TEST(HiddenReusable, IsNoPool) {
  ReservedRegion both = fixed("both", 0x50000000, mebibyte, true);
  both.reusable = true;
  ReservedRegion mapped = fixed("mapped", 0x51000000, mebibyte);
  mapped.reusable = true;
  EXPECT_THAT(nodes(hidden_reusable_faults(expectation_of(
                  {both, mapped, hidden(as_cma(fixed("pool", 0x52000000, mebibyte)))}))),
              ElementsAre("both"));
}

TEST(UnitAddress, IsThatOfReg) {
  const auto faults = unit_address_faults(expectation_of(
      {fixed("right@50000000", 0x50000000, mebibyte), fixed("none", 0x51000000, mebibyte),
       fixed("wrong@52000000", 0x53000000, mebibyte), fixed("two@0,54", 0x54000000, mebibyte),
       fixed("word@buffer", 0x55000000, mebibyte), placed("placed@1", mebibyte)}));
  ASSERT_THAT(nodes(faults), ElementsAre("wrong@52000000"));
  EXPECT_EQ(faults[0].fault, "reg begins at 0x53000000");
}

TEST(LoosePages, AreOfBootPlacedNoMap) {
  const auto faults = loose_page_faults(
      expectation_of({hidden(placed("size", 0x10001, 0x1000)),
                      hidden(placed("alignment", 0x1000, 0x800)), hidden(placed("none", 0x1000)),
                      hidden(placed("right", 0x1000, 0x1000)), placed("mapped", 0x10001)}));
  ASSERT_THAT(nodes(faults), ElementsAre("size", "alignment"));
  EXPECT_THAT(faults[0].fault, HasSubstr("0x10001 bytes, no whole pages"));
  EXPECT_THAT(faults[0].kernel, HasSubstr("with 7ace06a01efa"));
}

TEST(LoosePages, AreLeftToChanceWithoutAlignment) {
  const Expectation all =
      expectation_of({hidden(placed("none", 0x1000)), hidden(placed("right", 0x1000, 0x1000)),
                      placed("mapped", 0x1000), fixed("fixed", 0x50000000, 0x1000, true)});
  EXPECT_THAT(border_condition(all.regions[0]), HasSubstr("may begin within a page"));
  for (std::size_t other = 1; other < all.regions.size(); ++other)
    EXPECT_EQ(border_condition(all.regions[other]), "");
}

} // namespace
} // namespace rmemcheck
