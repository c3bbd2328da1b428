// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/memblock.h"

#include "evidence/test_errors.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

TEST(MemblockTest, ReadsTheTwoColumnsOfEarlierKernels) {
  const auto ranges =
      parse_memblock("memblock-memory", R"(   0: 0x0000000040000000..0x000000005001ffff
   1: 0x0000000050020000..0x000000005002ffff
   2: 0x0000000050030000..0x000000007fffffff
)");
  ASSERT_EQ(ranges.size(), 3u);
  EXPECT_EQ(ranges[1].range, (PhysicalRange{0x50020000, 0x50030000}));
  EXPECT_EQ(ranges[1].flag, std::nullopt);
  EXPECT_EQ(ranges[1].at.file, "memblock-memory");
  EXPECT_EQ(ranges[1].at.line, 2u);
  EXPECT_EQ(ranges[1].at.text, "   1: 0x0000000050020000..0x000000005002ffff");
}

TEST(MemblockTest, ReadsNodeAndFlagOfLaterKernels) {
  const auto ranges =
      parse_memblock("memblock-memory", R"(   0: 0x0000000040000000..0x0000000043ffffff    0 NONE
   1: 0x0000000044000000..0x000000004400ffff    0 NOMAP
   2: 0x0000000044010000..0x000000007fffffff    x RSV_NIT
)");
  ASSERT_EQ(ranges.size(), 3u);
  EXPECT_EQ(ranges[0].flag, "NONE");
  EXPECT_EQ(ranges[1].flag, "NOMAP");
  EXPECT_EQ(ranges[2].flag, "RSV_NIT");
  EXPECT_EQ(ranges[2].range, (PhysicalRange{0x44010000, 0x80000000}));
}

TEST(MemblockTest, ReadsMoreThanFourDigitsOfIndexAnd32BitAddresses) {
  std::string text;
  for (int i = 0; i <= 10000; ++i)
    text += (i < 10 ? "   " : "") + std::to_string(i) + ": 0x1b000000..0x1effffff\n";
  const auto ranges = parse_memblock("memblock-reserved", text);
  ASSERT_EQ(ranges.size(), 10001u);
  EXPECT_EQ(ranges.back().range, (PhysicalRange{0x1b000000, 0x1f000000}));
}

TEST(MemblockTest, ADamagedLineIsNeverPassedOver) {
  for (const std::string damaged :
       {"", "   1:", "   1: 0x0000000050020000..0x0000",
        "   2: 0x0000000050020000..0x000000005002ffff",
        "   1: 0x0000000050020000..0x000000005002ffff ",
        "   1: 0x0000000050020000..0x000000005002ffff    0",
        "   1: 0x0000000050020000..0x000000005002ffff    0 ",
        "   1: 0x0000000050020000..0x000000005002ffff    y NONE",
        "   1: 0x0000000050020000..0x000000005002ffff    0 NONE more"}) {
    const std::string text = "   0: 0x0000000040000000..0x000000005001ffff\n" + damaged + "\n";
    const std::string message = message_of([&] { parse_memblock("memblock-reserved", text); });
    EXPECT_THAT(message, HasSubstr("memblock-reserved:2: ")) << damaged;
    EXPECT_THAT(message, HasSubstr("found '" + damaged + "'"));
  }
}

TEST(MemblockTest, AnEmptyFileIsNoAnswer) {
  EXPECT_THAT(message_of([] { parse_memblock("memblock-memory", ""); }),
              HasSubstr("memblock-memory: "));
}

} // namespace
} // namespace rmemcheck
