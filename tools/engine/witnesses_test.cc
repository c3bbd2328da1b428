// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/witnesses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

TEST(Witnesses, AreThoseOfTheConfiguration) {
  Showing kernel;
  kernel.arch = "arm64";
  EXPECT_THAT(witnesses_of(kernel), ElementsAre("dmesg", "iomem"));
  kernel.config = {"CONFIG_ARCH_KEEP_MEMBLOCK=y", "CONFIG_DEBUG_FS=y", "CONFIG_MODULES=y",
                   "CONFIG_OF_EARLY_FLATTREE=y",  "CONFIG_SYSFS=y",    "CONFIG_PTDUMP_DEBUGFS=y"};
  EXPECT_THAT(witnesses_of(kernel),
              ElementsAre("dmesg", "iomem", "fdt", "memblock-memory", "memblock-reserved",
                          "kernel_page_tables", "probe", "linear mapping"));
}

TEST(Witnesses, NeedWhatTheyTake) {
  Showing kernel{{"CONFIG_DEBUG_FS=y", "CONFIG_MODULES=y", "CONFIG_PTDUMP_DEBUGFS=y"}, "arm64"};
  EXPECT_THAT(witnesses_of(kernel), Not(Contains("memblock-memory")));
  kernel.has_probe = false;
  EXPECT_THAT(witnesses_of(kernel), ElementsAre("dmesg", "iomem", "kernel_page_tables"));
  kernel.has_probe = true;
  kernel.has_tree = false;
  EXPECT_THAT(witnesses_of(kernel), ElementsAre("dmesg", "iomem", "kernel_page_tables"));
  kernel.has_tree = true;
  kernel.arch = "riscv";
  EXPECT_THAT(witnesses_of(kernel), Not(Contains("linear mapping")));
  EXPECT_THAT(witnesses_of(kernel), Contains("kernel_page_tables"));
  kernel.arch = "x86";
  EXPECT_THAT(witnesses_of(kernel), Not(Contains("kernel_page_tables")));
}

} // namespace
} // namespace rmemcheck
