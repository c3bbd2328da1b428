// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/page_tables.h"

#include "evidence/test_errors.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

// Of a v6.1 arm64 kernel with a no-map region at 0x50020000.
constexpr std::string_view linear_mapping_dump = R"(---[ Linear Mapping start ]---
0xffffff8002000000-0xffffff8010000000         224M PMD       RW NX SHD AF    CON BLK UXN    MEM/NORMAL-TAGGED
0xffffff8010000000-0xffffff8010020000         128K PTE       RW NX SHD AF    CON     UXN    MEM/NORMAL-TAGGED
0xffffff8010020000-0xffffff8010030000          64K PTE
0xffffff8010030000-0xffffff8010200000        1856K PTE       RW NX SHD AF    CON     UXN    MEM/NORMAL-TAGGED
0xffffff8010200000-0xffffff8010300000           1M PTE F     RW NX SHD AF            UXN    MEM/NORMAL
0xffffff8010300000-0xffffff8040000000         765M PMD
0xffffff8040000000-0xffffffc000000000         255G PGD
---[ Linear Mapping end ]---
---[ Modules start ]---
0xffffffc000290000-0xffffffc000291000           4K PTE       ro x  SHD AF            UXN    MEM/NORMAL
---[ vmemmap end ]---
0xffffffff00000000-0x0000000000000000           4G PGD
)";

TEST(PageTablesTest, ReadsWhatIsMappedOfTheLinearMapping) {
  const auto ranges = parse_linear_mapping(linear_mapping_dump);
  ASSERT_TRUE(ranges);
  ASSERT_EQ(ranges->size(), 3u);
  EXPECT_EQ((*ranges)[0].begin, 0xffffff8002000000u);
  EXPECT_EQ((*ranges)[0].end, 0xffffff8010000000u);
  EXPECT_EQ((*ranges)[2].at.file, "kernel_page_tables");
  EXPECT_EQ((*ranges)[2].at.line, 5u);
  EXPECT_THAT((*ranges)[2].at.text, testing::StartsWith("0xffffff8010030000-0xffffff8010200000"));
}

TEST(PageTablesTest, ReadsRowsOfBlocksAndOfTables) {
  const auto ranges = parse_linear_mapping(
      "---[ Linear Mapping start ]---\n"
      "0xffff000000000000-0xffff000040000000           1G PUD       TBL     RW\n"
      "0xffff000000000000-0xffff000000200000           2M PMD       RW NX SHD AF        BLK UXN\n"
      "0xffff000000200000-0xffff000000210000          64K PTE       RW NX SHD AF    CON     UXN\n"
      "0xffff000000210000-0xffff000000220000          64K PTE\n"
      "---[ Linear Mapping end ]---\n");
  ASSERT_TRUE(ranges);
  ASSERT_EQ(ranges->size(), 2u);
  EXPECT_EQ(ranges->back().begin, 0xffff000000200000u);
}

TEST(PageTablesTest, TranslatesToPhysicalAddresses) {
  const auto mapped =
      to_physical(*parse_linear_mapping(linear_mapping_dump), {0xffffff8000000000, 0x40000000});
  ASSERT_EQ(mapped.size(), 3u);
  EXPECT_EQ(mapped[0].range, (PhysicalRange{0x42000000, 0x50000000}));
  EXPECT_EQ(mapped[1].range, (PhysicalRange{0x50000000, 0x50020000}));
  EXPECT_EQ(mapped[2].range, (PhysicalRange{0x50030000, 0x50200000}));
  EXPECT_EQ(mapped[2].at.line, 5u);
}

TEST(PageTablesTest, ThePhysicalStartMayLieBelowZero) {
  const VirtualRange range{0xffff000000000000, 0xffff000000200000, {}};
  const auto mapped = to_physical({range}, {0xfff0000000000000, 0xfff1000040000000});
  ASSERT_EQ(mapped.size(), 1u);
  EXPECT_EQ(mapped[0].range, (PhysicalRange{0x40000000, 0x40200000}));
}

TEST(PageTablesTest, AddressesOfAnotherBootAreNoAnswer) {
  const VirtualRange range{0xffff000000000000, 0xffff000000200000, {"kernel_page_tables", 4, "x"}};
  for (const LinearMapping &linear :
       {LinearMapping{0xffff000040000000, 0}, LinearMapping{0xffff000000000000, ~0ull - 0xffff}})
    EXPECT_THAT(message_of([&] { to_physical({range}, linear); }),
                HasSubstr("kernel_page_tables:4: "));
}

TEST(PageTablesTest, ADumpOfAnotherArchitectureHasNone) {
  EXPECT_FALSE(parse_linear_mapping("---[ Linear mapping ]---\n0xff60000000000000-"
                                    "0xff60000000200000    0x0000000080000000         2M PMD     "
                                    "D A G . . W R V\n---[ Kernel mapping ]---\n"));
}

TEST(PageTablesTest, ADumpThatIsCutShortIsNoAnswer) {
  const std::string cut(
      linear_mapping_dump.substr(0, linear_mapping_dump.find("---[ Linear Mapping end")));
  EXPECT_THAT(message_of([&] { parse_linear_mapping(cut); }), HasSubstr("kernel_page_tables:8: "));
  EXPECT_THAT(message_of([] { parse_linear_mapping("---[ Linear Mapping start ]---\n"); }),
              HasSubstr("kernel_page_tables:1: "));
  EXPECT_THAT(message_of([] { parse_linear_mapping("no dump\n"); }),
              HasSubstr("kernel_page_tables:1: "));
  EXPECT_THAT(message_of([] { parse_linear_mapping(""); }), HasSubstr("kernel_page_tables: "));
}

TEST(PageTablesTest, ADamagedLineIsNeverPassedOver) {
  for (const std::string damaged :
       {"", "0xffffff8010020000", "0xffffff8010020000-0xffffff8010030000",
        "0xffffff8010030000-0xffffff8010020000          64K PTE",
        "0xffffff8010020000-0xffffff8010030000          64 PTE",
        "0xffffff8010020000-0xffffff8010030000          64K XYZ",
        "ffffff8010020000-ffffff8010030000          64K PTE", "---[ Modules start ]---"}) {
    const std::string text =
        "---[ Linear Mapping start ]---\n" + damaged + "\n---[ Linear Mapping end ]---\n";
    const std::string message = message_of([&] { parse_linear_mapping(text); });
    EXPECT_THAT(message, HasSubstr("kernel_page_tables:2: ")) << damaged;
    EXPECT_THAT(message, HasSubstr("found '" + damaged + "'"));
  }
}

TEST(PageTablesTest, ALineThatIsLostOrToldAgainIsNoAnswer) {
  const std::string whole(linear_mapping_dump);
  const auto begin = whole.find("0xffffff8010020000-");
  const auto end = whole.find('\n', begin) + 1;
  const std::string hole = whole.substr(begin, end - begin);
  EXPECT_THAT(
      message_of([&] { parse_linear_mapping(std::string(whole).erase(begin, hole.size())); }),
      HasSubstr("kernel_page_tables:4: expected a line that begins at 0xffffff8010020000"));
  EXPECT_THAT(message_of([&] { parse_linear_mapping(std::string(whole).insert(begin, hole)); }),
              HasSubstr("kernel_page_tables:5: expected a line that begins at 0xffffff8010030000"));
  EXPECT_THAT(message_of([&] { parse_linear_mapping(whole + whole); }),
              HasSubstr("kernel_page_tables:14: expected one linear mapping"));
}

} // namespace
} // namespace rmemcheck
