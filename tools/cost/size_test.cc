// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/size.h"

#include "base/error.h"
#include "base/test_folder.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/test_tree.h"

#include <algorithm>
#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CostSize, IsReadAndWritten) {
  EXPECT_THAT(parse_cost_sizes("60+4,0+1"), ElementsAre(CostSize{60, 4}, CostSize{0, 1}));
  EXPECT_EQ(to_string(CostSize{1024, 256}), "1024+256");
  EXPECT_EQ(parse_cost_sizes(default_cost_sizes).size(), 5U);
}

TEST(CostSize, IsRefusedWhereItIsNone) {
  for (const char *text : {"", "60", "60+", "+4", "60+4,", "60 + 4", "-1+4", "0+0", "9999+0",
                           "1+99999", "99999999999999999999+1"}) {
    const Error error = test::error_of([&] { (void)parse_cost_sizes(text); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("expected STATIC+PLACED")) << text;
  }
}

ReservedMemory tree_of(const CostSize &size) {
  return read_reserved_memory(make_tree(test::board(), cost_tree(size), 0x40000000), "tree");
}

TEST(CostTree, HasWhatTheSizeSays) {
  for (const CostSize &size : parse_cost_sizes("60+4,0+1,600+64")) {
    const ReservedMemory tree = tree_of(size);
    EXPECT_EQ(tree.regions.size(), size.regions());
    EXPECT_EQ(
        static_cast<std::uint64_t>(std::ranges::count(
            tree.regions, true, [](const ReservedRegion &region) { return region.reg.empty(); })),
        size.boot_placed);
  }
}

TEST(CostTree, HasNoMoreNoMapRegionsThanMemblockHasSlotsFor) {
  const ReservedMemory tree = tree_of({600, 8});
  EXPECT_EQ(std::ranges::count(tree.regions, true, &ReservedRegion::no_map), 256);
  EXPECT_FALSE(tree.regions.front().no_map);
}

} // namespace
} // namespace rmemcheck
