// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/surroundings.h"

#include "devicetree/test_tree.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;

/// A board with a region and a node of that name and properties below /soc.
Surroundings around(const std::string &name,
                    const std::vector<std::pair<const char *, std::string>> &properties) {
  TreeRequest request;
  RegionRequest region = static_region("region", 0x10000000, mebibyte);
  region.compatible = {"ramoops"};
  region.no_map = true;
  request.regions = {region};
  request.nodes = {"soc/" + name};
  return read_surroundings(edited(make_tree(board(), request, memory_base),
                                  [&](void *fdt) {
                                    for (const auto &[property, value] : properties)
                                      set(fdt, "/soc/" + name, property, value);
                                  }),
                           "tree");
}

std::string text(const char *words) { return std::string(words) + '\0'; }

TEST(Surroundings, OfARightTreeHaveNothing) {
  const Surroundings found = around("uart", {{"compatible", text("arm,pl011")}});
  EXPECT_TRUE(found.strays.empty());
  EXPECT_TRUE(found.references.empty());
  EXPECT_TRUE(found.broken_memory.empty());
}

TEST(Surroundings, FindReservedMemoryElsewhere) {
  const std::pair<const char *, std::string> signs[] = {
      {"compatible", text("ramoops")},
      {"compatible", text("x,y") + text("shared-dma-pool")},
      {"no-map", ""},
      {"linux,cma-default", ""}};
  for (const auto &sign : signs) {
    const Surroundings found = around("log", {sign});
    ASSERT_EQ(found.strays.size(), 1U) << sign.first;
    EXPECT_EQ(found.strays.front().path, "/soc/log");
  }
  EXPECT_EQ(around("reserved-memory", {}).strays.front().sign, "its name");
  EXPECT_TRUE(around("log", {{"no-map", ""}, {"status", text("disabled")}}).strays.empty());
  EXPECT_TRUE(around("log", {{"compatible", text("ramoops-like")}}).strays.empty());
}

TEST(Surroundings, FollowReferences) {
  const std::uint32_t of_region = base_phandle + 1;
  const Surroundings found =
      around("dsp", {{"memory-region", cells(of_region, 1) + cells(0x7777, 1)}});
  EXPECT_TRUE(found.strays.empty());
  ASSERT_EQ(found.references.size(), 2U);
  EXPECT_EQ(found.references[0].path, "/soc/dsp");
  EXPECT_EQ(found.references[0].target, "/reserved-memory/region@50000000");
  EXPECT_EQ(found.references[1].target, "");
}

TEST(Surroundings, NameMemoryOfNoWholeTuple) {
  const Surroundings found = read_surroundings(
      edited(board(),
             [](void *fdt) { set(fdt, "/memory@40000000", "reg", std::string(12, '\0')); }),
      "tree");
  EXPECT_THAT(found.broken_memory,
              testing::ElementsAre("/memory@40000000: reg: length 12 is no multiple of 16"));
}

} // namespace
} // namespace rmemcheck
