// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/pools.h"

#include "evidence/dmesg.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(Pools, AreReadWithTheNodeThatTheNextLineTells) {
  const auto pools = parse_pools(
      parse_dmesg("Reserved memory: created CMA memory pool at 0x0000000050000000, size 64 MiB\n"
                  "OF: reserved mem: initialized node linux,cma, compatible id shared-dma-pool\n"
                  "software IO TLB: Reserved memory: created restricted DMA pool at 0x60000000, "
                  "size 1 MiB\n"));
  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[0].kind, "CMA memory");
  EXPECT_EQ(pools[0].range, (PhysicalRange{0x50000000, 0x54000000}));
  EXPECT_EQ(pools[0].name, "linux,cma");
  EXPECT_EQ(pools[1].kind, "restricted DMA");
  EXPECT_EQ(pools[1].name, "");
  EXPECT_EQ(pools[1].at.line, 3u);
}

TEST(Pools, AreNoOtherLines) {
  EXPECT_TRUE(parse_pools(parse_dmesg("Reserved memory: created CMA memory pool at nowhere\n"
                                      "cma: Reserved 64 MiB at 0x50000000\n"))
                  .empty());
}

TEST(Pools, AreToldFromALineThatIsCut) {
  EXPECT_TRUE(is_damaged_pool("Reserved memory: created CMA memory pool at 0x50000000, size 6"));
  EXPECT_TRUE(is_damaged_pool("Reserved memory: created CM"));
  EXPECT_TRUE(is_damaged_pool("software IO TLB: Reserved memory: created restricted DMA po"));
  EXPECT_FALSE(
      is_damaged_pool("Reserved memory: created CMA memory pool at 0x50000000, size 6 MiB"));
  EXPECT_FALSE(is_damaged_pool("Reserved memory: failed"));
}

} // namespace
} // namespace rmemcheck
