// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/test_folder.h"
#include "cli/size_option.h"
#include "cli/tree_options.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/test_tree.h"

#include <algorithm>
#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

ReservedMemory tree_of(const TreeOptions &options) {
  return read_reserved_memory(make_tree(board(), tree_request(options), memory_base), "test");
}

TEST(TreeRequest, HasWhatTheOptionsSay) {
  TreeOptions options;
  options.statics = 4;
  options.boot_placed = 2;
  options.no_map = NoMapShare::alternate;
  options.gap = 0;
  options.alignment = 0x20000;
  const ReservedMemory tree = tree_of(options);
  ASSERT_EQ(tree.regions.size(), 6u);
  const std::uint64_t first = memory_base + options.offset;
  EXPECT_EQ(tree.regions[1].reg.front(), (PhysicalRange{first + 0x10000, first + 0x20000}));
  EXPECT_EQ(tree.regions[4].alignment, 0x20000u);
  EXPECT_EQ(std::ranges::count_if(tree.regions, &ReservedRegion::no_map), 3);
}

TEST(TreeRequest, OfNoRegionsIsAnEmptyNode) {
  const ReservedMemory tree = tree_of({});
  EXPECT_TRUE(tree.has_node);
  EXPECT_TRUE(tree.regions.empty());
}

TEST(TreeRequest, MakesReusablePools) {
  TreeOptions options;
  options.statics = 2;
  options.boot_placed = 1;
  options.reusable = true;
  options.region_size = 4 * mebibyte;
  const ReservedMemory tree = tree_of(options);
  ASSERT_EQ(tree.regions.size(), 3u);
  for (const ReservedRegion &region : tree.regions) {
    EXPECT_TRUE(region.reusable);
    EXPECT_TRUE(region.has_compatible("shared-dma-pool"));
  }
  EXPECT_FALSE(tree.regions[1].reg.front().overlaps(tree.regions[0].reg.front()));
  EXPECT_EQ(tree.regions[2].size, 4 * mebibyte);
}

TEST(TreeRequest, RefusesWhatCannotStandTogether) {
  TreeOptions pools;
  pools.statics = 1;
  pools.reusable = true;
  pools.no_map = NoMapShare::all;
  EXPECT_EQ(error_of([&] { tree_request(pools); }).status(), ExitStatus::bad_input);
  TreeOptions aligned;
  aligned.statics = 1;
  aligned.alignment = 0x1000;
  EXPECT_THAT(error_of([&] { tree_request(aligned); }).what(), HasSubstr("--boot-placed"));
  TreeOptions many;
  many.statics = UINT64_MAX;
  EXPECT_EQ(error_of([&] { tree_request(many); }).status(), ExitStatus::bad_input);
}

std::uint64_t parsed(const std::string &text) {
  CLI::App app;
  std::uint64_t value = 0;
  add_size_option(app, "--size", value, "Bytes");
  app.parse("--size " + text);
  return value;
}

TEST(SizeOption, TakesWhatAPersonWrites) {
  EXPECT_EQ(parsed("65536"), 65536u);
  EXPECT_EQ(parsed("0x10000"), 0x10000u);
  EXPECT_EQ(parsed("64K"), 0x10000u);
  EXPECT_EQ(parsed("2G"), 0x80000000u);
}

TEST(SizeOption, RefusesAnythingElse) {
  for (const char *text : {"many", "64KB", "1.5M"})
    EXPECT_THROW(parsed(text), CLI::ValidationError) << text;
}

} // namespace
} // namespace rmemcheck::test
