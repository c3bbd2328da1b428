// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/iomem.h"

#include "evidence/test_errors.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

TEST(IomemTest, ReadsTheFileOfAKernel) {
  const auto entries = parse_iomem(R"(09000000-09000fff : pl011@9000000
  09000000-09000fff : 9000000.pl011 pl011@9000000
40000000-5001ffff : System RAM
  40210000-4055ffff : Kernel code
  50000000-5000ffff : reserved
50020000-5002ffff : reserved
50030000-7fffffff : System RAM
)");
  ASSERT_EQ(entries.size(), 7u);
  EXPECT_EQ(entries[1].depth, 1u);
  EXPECT_EQ(entries[1].name, "9000000.pl011 pl011@9000000");
  EXPECT_EQ(entries[2].depth, 0u);
  EXPECT_EQ(entries[2].range, (PhysicalRange{0x40000000, 0x50020000}));
  EXPECT_EQ(entries[2].name, "System RAM");
  EXPECT_EQ(entries[4].at.file, "iomem");
  EXPECT_EQ(entries[4].at.line, 5u);
  EXPECT_EQ(entries[4].at.text, "  50000000-5000ffff : reserved");
}

TEST(IomemTest, ReadsAddressesAbove4GiBAndDeepLevels) {
  const auto entries = parse_iomem("8000000000-ffffffffff : PCIe : window\n"
                                   "      00000000-00000000 : one byte\n");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].range, (PhysicalRange{0x8000000000, 0x10000000000}));
  EXPECT_EQ(entries[0].name, "PCIe : window");
  EXPECT_EQ(entries[1].range, (PhysicalRange{0, 1}));
  EXPECT_EQ(entries[1].depth, 3u);
}

TEST(IomemTest, AddressesHiddenFromTheReaderAreNoAnswer) {
  EXPECT_THAT(message_of([] {
                parse_iomem("00000000-00000000 : System RAM\n  00000000-00000000 : reserved\n");
              }),
              HasSubstr("read as root"));
}

TEST(IomemTest, TheTopLevelIsWhatLiesInNothingElse) {
  const std::vector<IomemEntry> entries = parse_iomem("40000000-4fffffff : System RAM\n"
                                                      "  40210000-4080ffff : Kernel code\n"
                                                      "  48000000-4800ffff : reserved\n"
                                                      "50000000-5000ffff : reserved\n");
  const std::vector<IomemEntry> found = top_level(entries, "reserved");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().range.begin, 0x50000000U);
  EXPECT_TRUE(top_level(entries, "Kernel code").empty());
}

TEST(IomemTest, ARangeMayEndWithTheAddresses) {
  const auto entries = parse_iomem("fffffffffffff000-ffffffffffffffff : Reserved\n");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].range, (PhysicalRange{0xfffffffffffff000, 0xffffffffffffffff}));
}

TEST(IomemTest, ADamagedLineIsNeverPassedOver) {
  for (const std::string damaged :
       {"", "40000000", "40000000-5001ffff", "40000000-5001ffff :", " 40000000-5001ffff : reserved",
        "50000000-4001ffff : reserved", "0x40000000-0x5001ffff : reserved"}) {
    const std::string text = "40000000-5001ffff : System RAM\n" + damaged + "\n";
    const std::string message = message_of([&] { parse_iomem(text); });
    EXPECT_THAT(message, HasSubstr("iomem:2: ")) << damaged;
    EXPECT_THAT(message, HasSubstr("found '" + damaged + "'"));
  }
  EXPECT_THAT(message_of([] { parse_iomem(""); }), HasSubstr("iomem: "));
}

TEST(IomemTest, WhatIsToldAgainIsNoAnswer) {
  const std::string whole = "09000000-09000fff : pl011\n"
                            "  09000000-09000fff : pl011@9000000\n"
                            "40000000-5001ffff : System RAM\n"
                            "  40210000-4055ffff : Kernel code\n"
                            "  50000000-5000ffff : reserved\n"
                            "50020000-5002ffff : reserved\n";
  EXPECT_EQ(parse_iomem(whole).size(), 6u);
  EXPECT_THAT(message_of([&] { parse_iomem(whole + whole); }),
              HasSubstr("iomem:7: expected a range behind the one before it"));
  const std::string child = "  40210000-4055ffff : Kernel code\n";
  EXPECT_THAT(message_of([&] { parse_iomem(whole + child + child); }), HasSubstr("iomem:8: "));
  // Levels beyond those that are shown look like siblings.
  const std::string deep = "          40000000-40000fff : deep\n";
  EXPECT_EQ(parse_iomem(deep + deep).size(), 2u);
}

} // namespace
} // namespace rmemcheck
