// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/explain.h"

#include <gmock/gmock.h>
#include <sstream>

namespace rmemcheck {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines(const std::string &text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    result.push_back(line);
  return result;
}

ReservedMemory sample() {
  ReservedMemory tree;
  tree.has_node = true;
  tree.memory = {{0x40000000, 0x80000000}};
  ReservedRegion fixed;
  fixed.name = "firmware@44000000";
  fixed.reg = {{0x44000000, 0x44010000}};
  fixed.no_map = true;
  ReservedRegion placed;
  placed.name = "linux,cma";
  placed.size = 0x1000000;
  placed.reusable = true;
  placed.compatible = {"shared-dma-pool"};
  ReservedRegion disabled = fixed;
  disabled.name = "off@44000000";
  disabled.enabled = false;
  tree.regions = {fixed, placed, disabled};
  return tree;
}

TEST(Explain, BeginsWithTheCounts) {
  EXPECT_EQ(lines(explain(expect(sample()))).front(),
            "3 regions: 2 static, 1 boot-placed, 2 no-map; 2 recorded, 0 refused, 1 ignored");
}

TEST(Explain, SaysWhatBecomesOfNamesakes) {
  ReservedMemory tree = sample();
  EXPECT_THAT(explain(expect(tree)), Not(HasSubstr("name twice")));
  tree.regions.push_back(tree.regions[1]);
  tree.regions.push_back(tree.regions[2]); // disabled: no kernel has the second
  tree.regions.push_back(tree.regions[2]);
  const std::string text = explain(expect(tree));
  EXPECT_THAT(text, HasSubstr("\nname twice: linux,cma another region has the name, too; on every "
                              "version of_reserved_mem_lookup() finds the first of them for both, "
                              "and since v6.12 a device"));
  EXPECT_THAT(text, Not(HasSubstr("name twice: off")));
}

TEST(Explain, HasOneAlignedLineARegion) {
  const std::vector<std::string> text = lines(explain(expect(sample())));
  ASSERT_EQ(text.size(), 7U); // summary, whose, RAM, heading, three regions
  EXPECT_EQ(text[2], "RAM 0x0000000040000000..0x000000007fffffff");
  const std::size_t fate = text[3].find("fate");
  ASSERT_NE(fate, std::string::npos);
  EXPECT_EQ(text[4].find("recorded"), fate);
  EXPECT_EQ(text[5].find("recorded"), fate);
  EXPECT_EQ(text[6].find("ignored"), fate);
  EXPECT_THAT(text[4], HasSubstr("0x0000000044000000..0x000000004400ffff  firmware@44000000"));
  EXPECT_THAT(text[4], HasSubstr("64 KiB"));
  EXPECT_THAT(text[5], HasSubstr("boot-placed"));
  EXPECT_THAT(text[5], HasSubstr("mapped cma"));
  EXPECT_THAT(text[6], HasSubstr("disabled"));
}

TEST(Explain, ShowsEveryRangeOfReg) {
  ReservedMemory tree = sample();
  tree.regions.resize(1);
  tree.regions.front().reg.push_back({0x48000000, 0x48001000});
  const std::vector<std::string> text = lines(explain(expect(tree)));
  ASSERT_EQ(text.size(), 6U);
  EXPECT_THAT(text[5],
              HasSubstr("0x0000000048000000..0x0000000048000fff  firmware@44000000  4 KiB"));
  EXPECT_THAT(text[5],
              HasSubstr("kept      range 2 of reg: reserved and never recorded; since v7.2"));
  tree.regions.front().enabled = false;
  EXPECT_EQ(lines(explain(expect(tree))).size(), 5U);
}

TEST(Explain, SaysWhichRangeIsRefused) {
  ReservedMemory tree = sample();
  tree.memreserve = {};
  ReservedRegion over = tree.regions.front();
  over.name = "over";
  over.reg = {{0x50000000, 0x50001000}, tree.regions.front().reg.front()};
  tree.regions.front().no_map = false;
  tree.regions[1] = over;
  EXPECT_THAT(explain(expect(tree)), HasSubstr("refused   range 2 of reg: not reserved"));
}

TEST(Explain, SaysOfWhichKernelItSpeaks) {
  ReservedMemory tree = sample();
  tree.regions.resize(2);
  EXPECT_THAT(lines(explain(expect(tree)))[1], HasSubstr("a kernel with the series"));
  EXPECT_THAT(explain(expect(tree)), Not(HasSubstr("; unpatched: ")));
  tree.regions[1].alignment = 0x3000000;
  EXPECT_THAT(
      explain(expect(tree)),
      HasSubstr("finds a place, at a multiple of 0x4000000 instead of 0x3000000; unpatched: its "
                "alignment is taken for a mask"));
  tree.regions.resize(65, tree.regions.front());
  EXPECT_THAT(lines(explain(expect(tree)))[2], HasSubstr("unpatched: until v6.12"));
}

TEST(Explain, SaysWhatAPoolDependsOn) {
  ReservedMemory tree = sample();
  tree.regions[1].size = 0x300000;
  EXPECT_THAT(explain(expect(tree)), HasSubstr("finds a place; refused where a pageblock"));
}

TEST(Explain, SaysWhatIsLeftToChance) {
  ReservedMemory tree = sample();
  tree.regions[1].no_map = true;
  tree.regions[1].compatible = {};
  EXPECT_THAT(explain(expect(tree)), HasSubstr("finds a place; may begin within a page"));
}

TEST(Explain, NamesOverlaps) {
  ReservedMemory tree = sample();
  tree.regions[2].enabled = true;
  EXPECT_THAT(explain(expect(tree)),
              HasSubstr("overlap: firmware@44000000 shares 0x0000000044000000..0x000000004400ffff "
                        "with off@44000000; "));
}

TEST(Explain, TreeWithoutRegionsHasNoTable) {
  EXPECT_EQ(explain(expect(ReservedMemory{})),
            "0 regions: 0 static, 0 boot-placed, 0 no-map; 0 recorded, 0 refused, 0 ignored\n");
}

} // namespace
} // namespace rmemcheck
