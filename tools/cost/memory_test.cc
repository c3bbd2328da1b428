// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/memory.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(StaticMemory, IsResidentOrInit) {
  const std::vector<Symbol> symbols = {{0x1000, 'T', "__init_begin"},
                                       {0x1800, 't', "fdt_scan_reserved_mem"},
                                       {0x2000, 'd', "reserved_mem_array"},
                                       {0x2e00, 'd', "memblock_memory_init_regions"},
                                       {0x3e00, 'd', "other"},
                                       {0x3f00, 'd', "early_regions"},
                                       {0x4000, 'B', "__init_end"},
                                       {0x5000, 'd', "reserved_mem"},
                                       {0x5008, 'd', "reserved_mem_driver"},
                                       {0x5100, 'd', "other_too"},
                                       {0x6000, 'b', "reserved_mem_count"},
                                       {0x6004, 'b', "another"}};
  const StaticMemory memory = static_memory(symbols);
  EXPECT_EQ(memory.init, 0xe00U + 0x100U);
  EXPECT_EQ(memory.resident, 12U);
  EXPECT_EQ(memory.memblock_slots, 0x1000U);
}

TEST(AllocatedMemory, IsWhatTheArrayTakes) {
  EXPECT_EQ(allocated_memory(
                "<6>[    0.000000] memblock_alloc_try_nid: 14336 bytes align=0x40 nid=-1 from=0x0 "
                "max_addr=0x0 alloc_reserved_mem_array+0x44/0xc8\n"
                "<6>[    0.000000] memblock_phys_alloc_range: 65536 bytes align=0x40 from=0x0 "
                "max_addr=0x0 "
                "early_init_dt_alloc_reserved_memory_arch+0x3c/0xb0\n"
                "<6>[    0.000000] memblock_reserve: [0x4000-0x4fff] "
                "early_init_dt_reserve_memory+0x8/0x9\n"
                "<6>[    0.000000] memblock_alloc_try_nid: 4096 bytes align=0x40 nid=-1 from=0x0 "
                "max_addr=0x0 early_init_dt_alloc_memory_arch+0x28/0x60\n"),
            14336U);
  EXPECT_EQ(allocated_memory(""), 0U);
}

} // namespace
} // namespace rmemcheck
