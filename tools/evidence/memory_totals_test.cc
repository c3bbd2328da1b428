// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/memory_totals.h"

#include "evidence/dmesg.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

std::optional<MemoryTotals> totals_of(std::string_view text) {
  return parse_memory_totals(parse_dmesg(text));
}

TEST(MemoryTotals, AreRead) {
  const auto totals = totals_of(
      "Memory: nothing\n"
      "Memory: 1000028K/1048576K available (2560K kernel code, 3766K rwdata, 804K rodata, "
      "640K init, 1248K bss, 32164K reserved, 16384K cma-reserved, 262144K highmem)\n");
  ASSERT_TRUE(totals);
  EXPECT_EQ(totals->available, 1000028u);
  EXPECT_EQ(totals->total, 1048576u);
  EXPECT_EQ(totals->reserved, 32164u);
  EXPECT_EQ(totals->cma, 16384u);
  EXPECT_EQ(totals->at.line, 2u);
}

TEST(MemoryTotals, LackWhatTheLineLacks) {
  const auto totals =
      totals_of("Memory: 60K/64K available (4K kernel code, K reserved, 7K reserv\n");
  ASSERT_TRUE(totals);
  EXPECT_FALSE(totals->reserved);
  EXPECT_FALSE(totals->cma);
  EXPECT_FALSE(totals_of("Memory: 60K available\n"));
}

TEST(FreedMemory, IsAddedUp) {
  const FreedMemory freed =
      freed_memory(parse_dmesg("Freeing initrd memory: 600K\n"
                               "Freeing unused kernel memory: 640K\n"
                               "Freeing SMP alternatives memory: 32K\n"
                               "Freeing unused kernel image (initmem) memory: 4K\n"
                               "Freeing memory\n"
                               "Freeing x memory: 4KiB\n"
                               "not Freeing x memory: 4K\n"));
  EXPECT_EQ(freed.of_kernel, 644u);
  EXPECT_EQ(freed.other, 632u);
}

} // namespace
} // namespace rmemcheck
