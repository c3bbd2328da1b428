// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/shrink.h"

#include "devicetree/test_tree.h"

#include <algorithm>
#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;

/// An oracle by a condition, which counts what it is asked.
struct Oracle {
  std::function<bool(const TreeRequest &)> fails;
  std::size_t asked = 0;

  StillFails ask() {
    return [this](const std::vector<Case> &candidates) {
      std::vector<bool> answers;
      answers.reserve(candidates.size());
      for (const Case &each : candidates)
        answers.push_back(fails(each.tree));
      asked += candidates.size();
      return answers;
    };
  }
};

Case many(std::size_t count) {
  Case what;
  what.append = "cma=16M";
  what.tree.memreserve = {{0x1000, 0x1000}, {0x10000, 0x1000}};
  what.tree.root_cells = Cells{1, 1};
  what.tree.node_name = "reserved-memory@0";
  for (std::size_t index = 0; index < count; ++index) {
    RegionRequest region = static_region("r" + std::to_string(index), index * 0x100000, 0x12345);
    region.no_map = index % 2 == 0;
    region.compatible = {"vendor,pool", "shared-dma-pool"};
    region.reg.emplace_back(0x20000000 + index * 0x100000, 0x2000);
    what.tree.regions.push_back(region);
  }
  what.tree.devices = {{"device1", {"r1"}}};
  return what;
}

TEST(Shrink, FindsTheOneRegionThatMatters) {
  Oracle oracle{[](const TreeRequest &tree) {
    return std::ranges::any_of(tree.regions, [](const RegionRequest &region) {
      return region.name == "r77" && !region.no_map && !region.compatible.empty();
    });
  }};
  const Shrunk shrunk = shrink(many(128), oracle.ask(), {1, 1000});
  EXPECT_FALSE(shrunk.is_at_limit);
  EXPECT_EQ(shrunk.trees, oracle.asked);
  EXPECT_LT(shrunk.trees, 60u);
  const TreeRequest &tree = shrunk.smallest.tree;
  ASSERT_EQ(tree.regions.size(), 1u);
  EXPECT_EQ(tree.regions[0].name, "r77");
  EXPECT_EQ(tree.regions[0].compatible.size(), 1u);
  EXPECT_EQ(tree.regions[0].reg.size(), 1u);
  EXPECT_EQ(tree.regions[0].reg[0].second, 0x1000u);
  EXPECT_TRUE(tree.memreserve.empty() && tree.devices.empty() && !tree.root_cells);
  EXPECT_EQ(tree.node_name, "reserved-memory");
  EXPECT_EQ(shrunk.smallest.append, "");
}

TEST(Shrink, KeepsAsManyAsItTakes) {
  Oracle oracle{[](const TreeRequest &tree) { return tree.regions.size() > 64; }};
  const Shrunk shrunk = shrink(many(257), oracle.ask(), {2, 1000});
  EXPECT_EQ(shrunk.smallest.tree.regions.size(), 65u);
  EXPECT_TRUE(shrunk.smallest.tree.regions.front().compatible.empty());
}

TEST(Shrink, KeepsTwoThatBelongTogether) {
  Oracle oracle{[](const TreeRequest &tree) {
    const auto has = [&](const char *name) {
      return std::ranges::find(tree.regions, name, &RegionRequest::name) != tree.regions.end();
    };
    return has("r3") && has("r60") && tree.memreserve.size() == 1;
  }};
  Case failing = many(64);
  failing.tree.memreserve.resize(1);
  const Shrunk shrunk = shrink(failing, oracle.ask(), {2, 1000});
  ASSERT_EQ(shrunk.smallest.tree.regions.size(), 2u);
  EXPECT_EQ(shrunk.smallest.tree.regions[0].name, "r3");
  EXPECT_EQ(shrunk.smallest.tree.regions[1].name, "r60");
  EXPECT_EQ(shrunk.smallest.tree.memreserve.size(), 1u);
}

TEST(Shrink, SaysWhereTheLimitEndsIt) {
  Oracle oracle{[](const TreeRequest &tree) { return tree.regions.size() > 64; }};
  const Shrunk shrunk = shrink(many(257), oracle.ask(), {2, 10});
  EXPECT_TRUE(shrunk.is_at_limit);
  EXPECT_LE(oracle.asked, 10u);
  EXPECT_GT(shrunk.smallest.tree.regions.size(), 64u) << "it still fails";
}

TEST(Shrink, WhatCannotGetSmallerStaysAsItIs) {
  Oracle oracle{[](const TreeRequest &) { return false; }};
  const Case failing = many(3);
  const Shrunk shrunk = shrink(failing, oracle.ask(), {1, 1000});
  EXPECT_EQ(shrunk.smallest.tree.regions.size(), 3u);
  EXPECT_EQ(shrunk.smallest.append, failing.append);
}

/// What read_case() would refuse is never asked about.
TEST(Shrink, AsksOnlyAboutTreesThatThereAre) {
  Case failing = many(1);
  failing.tree.regions = {boot_placed_region("placed", 0x3000)};
  failing.tree.regions[0].alignment = 0x3000;
  failing.tree.regions[0].has_odd_alignment = true;
  Oracle oracle{[](const TreeRequest &tree) {
    for (const RegionRequest &region : tree.regions)
      EXPECT_NE(region.reg.empty(), region.size == 0);
    return !tree.regions.empty();
  }};
  const Shrunk shrunk = shrink(failing, oracle.ask(), {1, 1000});
  ASSERT_EQ(shrunk.smallest.tree.regions.size(), 1u);
  EXPECT_EQ(shrunk.smallest.tree.regions[0].alignment, 0u);
  EXPECT_EQ(shrunk.smallest.tree.regions[0].size, 0x1000u);
}

} // namespace
} // namespace rmemcheck
