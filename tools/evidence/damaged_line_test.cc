// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/damaged_line.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(DamagedLine, IsToldByAName) {
  for (const char *name :
       {"a", "a@88000000", "linux,cma", "unknown", "vdev0vring0@10", "A_b+c.d-e#1"})
    EXPECT_TRUE(is_node_name(name)) << name;
  for (const char *name : {"", "a b", "a@1</b>", "a@1\"", "a@1:", "a@1[", "a@1'", "a@1\\", "a@1,",
                           "a@1...", "a@1b@2", "a@1\xC2\xA0"})
    EXPECT_FALSE(is_node_name(name)) << name;
}

TEST(DamagedLine, HidesAnother) {
  for (const char *text :
       {"x OF: reserved mem: 0x1", "xReserved memory: created CMA memory pool at 0x1, size 1 MiB",
        "reserved mem: 0x1..0x2 (64 KiB) nomap non-reusable a", "eusable (64 KiB) map reusable a",
        "map non-reusable a", "x[    0.000000] y", "x[12345.678901] y",
        "Reserved memory: created CMA memory pool at 0x1"})
    EXPECT_TRUE(hides_line(text)) << text;
}

TEST(DamagedLine, HidesNothingWhereItIsWhole) {
  for (const char *text :
       {"", "x", "OF: reserved mem: initialized node a, compatible id shared-dma-pool",
        "OF: reserved mem: 0x1..0x2 (64 KiB) nomap non-reusable a",
        "OF: fdt: Reserved memory: failed to reserve memory",
        "Reserved memory: created CMA memory pool at 0x1, size 1 MiB", "x [0.5] y",
        "x [1.123456] y", "Memory: 60K/64K available (64 KiB)", "[mem 0x00000000-0x000000ff]",
        "[<    0.1>]", "[abcde.123456]"})
    EXPECT_FALSE(hides_line(text)) << text;
}

} // namespace
} // namespace rmemcheck
