// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/command_line.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// As v6.1 says "Unknown kernel command line parameters" of them.
TEST(CommandLine, IsReadAsTheKernelDoes) {
  EXPECT_THAT(kernel_words(""), IsEmpty());
  EXPECT_THAT(kernel_words("  quiet \t mem=64M "), ElementsAre("quiet", "mem=64M"));
  EXPECT_THAT(kernel_words(R"(x="a mem=64M cma=0" y)"), ElementsAre("x=a mem=64M cma=0", "y"));
  EXPECT_THAT(kernel_words(R"(mem="64M" "mem=64M" "a b")"),
              ElementsAre("mem=64M", "mem=64M", "a b"));
  EXPECT_THAT(kernel_words(R"(a"b c"d e)"), ElementsAre(R"(a"b c"d)", "e"));
  EXPECT_THAT(kernel_words(R"(x="open mem=64M)"), ElementsAre("x=open mem=64M"));
  EXPECT_THAT(kernel_words("quiet -- mem=64M"), ElementsAre("quiet"));
  EXPECT_THAT(kernel_words("--quiet mem=64M"), ElementsAre("--quiet", "mem=64M"));
  EXPECT_THAT(kernel_words("\""), ElementsAre(""));
}

TEST(CommandLine, HasSizesOfWhichTheLastHolds) {
  EXPECT_FALSE(last_size("cmax=1M xcma=1M", "cma"));
  EXPECT_EQ(last_size("cma=1M cma=16M@0x58000000", "cma")->bytes, 0x1000000u);
  EXPECT_EQ(last_size("cma=1M cma=16M@0x58000000", "cma")->base, 0x58000000u);
  EXPECT_FALSE(last_size("cma=16M@0x58000000 cma=1M", "cma")->base);
  EXPECT_FALSE(last_size("-- cma=1M", "cma"));
}

TEST(CommandLine, TellsMemoryInWholePages) {
  const std::vector<PhysicalRange> ram = {{0x40000000, 0x80000000}};
  const auto told = [&](const char *words, const char *arch, std::uint64_t page_size) {
    return told_memory(words, arch, page_size, ram);
  };
  EXPECT_THAT(told("mem=314573312", "arm64", 0x1000),
              ElementsAre(PhysicalRange{0x40000000, 0x52c00000}));
  EXPECT_EQ(told("mem=512", "arm64", 0x1000), ram);
  EXPECT_THAT(told("mem=100K", "arm64", 0x10000),
              ElementsAre(PhysicalRange{0x40000000, 0x40010000}));
  EXPECT_THAT(told("mem=10K@0x50000800", "arm", 0x1000),
              ElementsAre(PhysicalRange{0x50001000, 0x50003000}));
}

} // namespace
} // namespace rmemcheck
