// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "catalogue/case.h"
#include "devicetree/test_tree.h"

#include <fstream>
#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class ReadCase : public testing::Test {
protected:
  /// Writes the text as sample.toml and reads it.
  [[nodiscard]] Case read(const std::string &text) const {
    std::ofstream(path_) << text;
    return read_case(path_);
  }
  /// The message for a text that must be refused, without the folder before "sample.toml".
  [[nodiscard]] std::string refusal(const std::string &text) const {
    try {
      (void)read(text);
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), ExitStatus::bad_input);
      const std::string message = error.what();
      EXPECT_THAT(message, testing::StartsWith(path_.string() + ":"));
      return message.substr(path_.parent_path().string().size() + 1);
    }
    return "nothing thrown";
  }
  void SetUp() override { std::filesystem::create_directories(path_.parent_path()); }
  void TearDown() override { std::filesystem::remove_all(path_.parent_path()); }

private:
  std::filesystem::path path_ = std::filesystem::path(testing::TempDir()) /
                                (std::string("rmemcheck-case-") +
                                 testing::UnitTest::GetInstance()->current_test_info()->name()) /
                                "sample.toml";
};

TEST_F(ReadCase, TitleAloneIsAnEmptyNode) {
  const Case read_back = read("title = 'nothing'\n");
  EXPECT_EQ(read_back.name, "sample");
  EXPECT_EQ(read_back.title, "nothing");
  EXPECT_TRUE(read_back.tree.node);
  EXPECT_FALSE(read_back.tree.mixed_order);
  EXPECT_TRUE(read_back.tree.blocks.empty() && read_back.tree.regions.empty());
  EXPECT_TRUE(read_back.baseline_fails.empty());
  EXPECT_EQ(read_back.append, "");
}

TEST_F(ReadCase, EveryKey) {
  const Case read_back = read(R"(title = "all"
baseline-fails = ["recorded", "known-errors"]
needs = ["CONFIG_SWIOTLB=y"]
append = "cma=8M"
node = true
mixed-order = true
memreserve = [["0x8000000", "64K"], [0, 4096]]
[[block]]
name = "static"
count = 200
offset = "64M"
region-size = "128K"
gap = 0
no-map = "alternate"
boot-placed = false
alignment = "0"
[[block]]
count = 40
boot-placed = true
alignment = "1M"
no-map = "all"
[[region]]
name = "linux,cma"
size = "16M"
alignment = "4M"
alloc-ranges = [["0x0", "256M"]]
no-map = false
reusable = true
enabled = false
compatible = ["shared-dma-pool"]
flags = ["linux,cma-default"]
[[region]]
name = "two"
reg = [["128M", "16M"], ["1G", 1]]
no-map = true
)");
  EXPECT_THAT(read_back.baseline_fails, ElementsAre("recorded", "known-errors"));
  EXPECT_THAT(read_back.needs, ElementsAre("CONFIG_SWIOTLB=y"));
  EXPECT_EQ(read_back.append, "cma=8M");
  EXPECT_TRUE(read_back.tree.mixed_order);
  EXPECT_THAT(read_back.tree.memreserve, ElementsAre(Pair(0x8000000, 0x10000), Pair(0, 4096)));
  ASSERT_EQ(read_back.tree.blocks.size(), 2U);
  const RegionBlock &block = read_back.tree.blocks[0];
  EXPECT_EQ(block.name, "static");
  EXPECT_EQ(block.count, 200U);
  EXPECT_EQ(block.offset, 64 * mebibyte);
  EXPECT_EQ(block.region_size, 0x20000U);
  EXPECT_EQ(block.gap, 0U);
  EXPECT_EQ(block.no_map, NoMapShare::alternate);
  EXPECT_EQ(read_back.tree.blocks[1].name, "region");
  EXPECT_TRUE(read_back.tree.blocks[1].boot_placed);
  EXPECT_EQ(read_back.tree.blocks[1].alignment, mebibyte);
  EXPECT_EQ(read_back.tree.blocks[1].no_map, NoMapShare::all);
  ASSERT_EQ(read_back.tree.regions.size(), 2U);
  const RegionRequest &pool = read_back.tree.regions[0];
  EXPECT_EQ(pool.size, 16 * mebibyte);
  EXPECT_EQ(pool.alignment, 4 * mebibyte);
  EXPECT_THAT(pool.alloc_ranges, ElementsAre(Pair(0, 256 * mebibyte)));
  EXPECT_TRUE(pool.reusable && !pool.enabled && !pool.no_map);
  EXPECT_THAT(pool.compatible, ElementsAre("shared-dma-pool"));
  EXPECT_THAT(pool.flags, ElementsAre("linux,cma-default"));
  EXPECT_THAT(read_back.tree.regions[1].reg,
              ElementsAre(Pair(128 * mebibyte, 16 * mebibyte), Pair(1024 * mebibyte, 1)));
}

TEST_F(ReadCase, RefusesWithFileAndLine) {
  const std::string block = "title = 'x'\n[[block]]\ncount = 1\noffset = '64M'\n";
  const std::string region = "title = 'x'\n[[region]]\nname = 'a'\n";
  const std::pair<std::string, const char *> bad[] = {
      {"node = true\n", "sample.toml:1: title: expected one line"},
      {"title = 7\n", "sample.toml:1: title: expected a string"},
      {"title = 'x'\ntilte = 'y'\n", "sample.toml:2: tilte: expected one of append, "},
      {"title = 'x'\nnode = 'no'\n", "sample.toml:2: node: expected true or false"},
      {"title = 'x'\n\nmemreserve = [['0', 'big']]\n",
       "sample.toml:3: memreserve: expected a list"},
      {"title = 'x'\nmemreserve = [['0', '0']]\n", "sample.toml:2: memreserve: expected a size"},
      {"title = 'x'\nbaseline-fails = [1]\n", "sample.toml:2: baseline-fails: expected a list"},
      {"title = 'x'\nblock = 3\n", "sample.toml:2: block: expected tables, [[block]]"},
      {"title = 'x'\nnode = false\n[[block]]\ncount = 1\noffset = 0\n", ": block: expected none"},
      {"title = \n", "sample.toml:1: expected TOML: "},
      {"title = 'x'\n[[block]]\noffset = 0\n", "sample.toml:2: count: expected a number"},
      {"title = 'x'\n[[block]]\ncount = 1\n", "sample.toml:2: offset: expected the offset"},
      {block + "region-size = '64X'\n", "sample.toml:5: region-size: expected a size such as"},
      {block + "region-size = 0\n", "sample.toml:5: region-size: expected a size that is not"},
      {block + "gap = -1\n", "sample.toml:5: gap: expected a size such as"},
      {block + "no-map = 'some'\n", "sample.toml:5: no-map: expected \"none\""},
      {block + "alignment = '1M'\n", "sample.toml:5: alignment: expected nothing or 0"},
      {block + "boot-placed = true\n", "sample.toml:4: offset: expected nothing"},
      {block + "size = 1\n", "sample.toml:5: size: expected one of alignment, "},
      {"title = 'x'\n[[region]]\nsize = 1\n", "sample.toml:2: name: expected a name"},
      {region, "sample.toml:2: reg: expected one of reg and size"},
      {region + "size = 1\nreg = [[0, 1]]\n", "sample.toml:4: size: expected one of reg and size"},
      {region + "reg = []\n", "sample.toml:4: reg: expected a list"},
      {region + "reg = [0, 1]\n", "sample.toml:4: reg: expected a list"},
      {region + "size = 0\n", "sample.toml:4: size: expected a size that is not zero"},
      {region + "size = 1\nalignment = 3\n", "sample.toml:5: alignment: expected 0 or a power"},
      {region + "reg = [[0, 1]]\nalignment = 2\n", "sample.toml:5: alignment: expected nothing"},
      {region + "size = 1\nflags = ['a', true]\n", "sample.toml:5: flags: expected a list"},
  };
  for (const auto &[text, wanted] : bad)
    EXPECT_THAT(refusal(text), HasSubstr(wanted)) << text;
}

TEST_F(ReadCase, MissingFileIsNamed) {
  EXPECT_THAT(message_of([] { read_case("/nonexistent/x.toml"); }),
              HasSubstr("/nonexistent/x.toml"));
}

TEST_F(ReadCase, KeysOfHazards) {
  const Case read_back = read(R"(title = "hazards"
hazards = [1, 26]
left-out = 44
elfcorehdr = [["256M", "64K"]]
usable-memory = [["0", "512M"], ["768M", "1M"]]
node-raw = { "#size-cells" = "0000 0003" }
node-without = ["ranges"]
[[baseline-fails-before]]
version = "6.5"
rules = ["nothing-extra"]
[[block]]
boot-placed = true
count = 2
alloc-ranges = [["0", "1M"]]
[[region]]
name = "garbage"
raw = { reg = "00ff", status = "" }
[[device]]
name = "camera"
regions = ["garbage"]
[[device]]
name = "sound"
)");
  EXPECT_THAT(read_back.hazards, ElementsAre(1, 26));
  EXPECT_EQ(read_back.left_out, 44u);
  ASSERT_EQ(read_back.baseline_fails_where.size(), 1u);
  EXPECT_EQ(read_back.baseline_fails_where[0].before, "6.5");
  EXPECT_THAT(read_back.baseline_fails_where[0].rules, ElementsAre("nothing-extra"));
  const TreeRequest &tree = read_back.tree;
  EXPECT_THAT(tree.elfcorehdr, ElementsAre(Pair(256 * mebibyte, 0x10000)));
  EXPECT_EQ(tree.usable_memory.size(), 2u);
  EXPECT_THAT(tree.node_raw, ElementsAre(Pair("#size-cells", std::string("\0\0\0\3", 4))));
  EXPECT_THAT(tree.node_without, ElementsAre("ranges"));
  EXPECT_THAT(tree.blocks[0].alloc_ranges, ElementsAre(Pair(0, mebibyte)));
  EXPECT_THAT(tree.regions[0].raw,
              ElementsAre(Pair("reg", std::string("\0\xff", 2)), Pair("status", "")));
  ASSERT_EQ(tree.devices.size(), 2u);
  EXPECT_THAT(tree.devices[0].regions, ElementsAre("garbage"));
  EXPECT_TRUE(tree.devices[1].regions.empty());
}

TEST_F(ReadCase, RefusesWrongKeysOfHazards) {
  const std::string title = "title = 'x'\n";
  EXPECT_EQ(refusal(title + "hazards = [0]\n"),
            "sample.toml:2: hazards: expected a list of numbers from 1 to 26");
  EXPECT_THAT(refusal(title + "hazards = [27]\n"), HasSubstr("from 1 to 26"));
  EXPECT_THAT(refusal(title + "hazards = 3\n"), HasSubstr(":2: hazards"));
  EXPECT_THAT(refusal(title + "elfcorehdr = [[0, 1], [2, 1]]\n"),
              HasSubstr(":2: elfcorehdr: expected one [offset, size]"));
  EXPECT_THAT(refusal(title + "[[region]]\nname = 'a'\nraw = { reg = '0' }\n"),
              HasSubstr(":4: raw: expected reg = \"two hexadecimal digits a byte\""));
  EXPECT_THAT(refusal(title + "[[region]]\nname = 'a'\nraw = { reg = 'xy' }\n"),
              HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(refusal(title + "[[region]]\nname = 'a'\nraw = '00'\n"),
              HasSubstr(":4: raw: expected a table of names and bytes"));
  EXPECT_THAT(refusal(title + "[[region]]\nname = 'a'\nsize = 1\nraw = { size = '' }\n"),
              HasSubstr(":5: raw: expected no reg and no size"));
  EXPECT_THAT(refusal(title + "[[device]]\nregions = ['a']\n"), HasSubstr("name: expected"));
  EXPECT_THAT(refusal(title + "[[baseline-fails-before]]\nversion = '6'\nrules = ['recorded']\n"),
              HasSubstr(":3: version: expected a kernel version"));
  EXPECT_THAT(refusal(title + "[[baseline-fails-before]]\nversion = '6.5'\n"),
              HasSubstr("rules: expected names of rules"));
  EXPECT_THAT(refusal(title + "node = false\nnode-without = ['ranges']\n"),
              HasSubstr(":3: node-without: expected none where node is false"));
  EXPECT_THAT(refusal(title + "[[block]]\ncount = 1\noffset = 0\nalloc-ranges = [[0, 1]]\n"),
              HasSubstr(":5: alloc-ranges: expected nothing where boot-placed is false"));
}

TEST_F(ReadCase, TreesThatNoCompilerWrites) {
  const Case read_back = read(R"(title = 'x'
needs-cells = 2
node-name = 'reserved-memory@50000000'
nodes = ['soc/buf']
[[baseline-fails-on]]
machines = ['arm']
rules = ['boots']
[[region]]
name = 'buf'
raw-name = 'buf'
unchecked-reg = [[0, 0]]
size = '1M'
alignment = '12K'
odd-alignment = true
)");
  EXPECT_EQ(read_back.needs_cells, 2u);
  EXPECT_EQ(read_back.tree.node_name, "reserved-memory@50000000");
  EXPECT_THAT(read_back.tree.nodes, ElementsAre("soc/buf"));
  ASSERT_EQ(read_back.baseline_fails_where.size(), 1u);
  EXPECT_THAT(read_back.baseline_fails_where[0].machines, ElementsAre("arm"));
  const RegionRequest &region = read_back.tree.regions[0];
  EXPECT_EQ(region.raw_name, "buf");
  EXPECT_TRUE(region.unchecked_reg);
  EXPECT_THAT(region.reg, ElementsAre(Pair(0, 0)));
  EXPECT_EQ(region.size, mebibyte);
  EXPECT_EQ(region.alignment, 0x3000u);
}

TEST_F(ReadCase, RefusesWhatIsOddWithoutSayingSo) {
  const std::string start = "title = 'x'\n[[region]]\nname = 'a'\n";
  EXPECT_THAT(refusal(start + "size = 1\nalignment = 3\n"), HasSubstr("a power of two"));
  EXPECT_THAT(refusal(start + "size = 1\nalignment = 4\nodd-alignment = true\n"),
              HasSubstr("no power of two"));
  EXPECT_THAT(refusal(start + "reg = [[0, 0]]\n"), HasSubstr("not zero"));
  EXPECT_THAT(refusal(start + "reg = [[0, 1]]\nunchecked-reg = [[0, 1]]\n"),
              HasSubstr("no other reg"));
  EXPECT_THAT(refusal("title = 'x'\n[[baseline-fails-on]]\nrules = ['recorded']\n"),
              HasSubstr("names of machines"));
}

} // namespace
} // namespace rmemcheck
