// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/make.h"

#include "base/error.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/test_tree.h"

#include <gmock/gmock.h>
#include <set>

namespace rmemcheck {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

ReservedMemory made(const TreeRequest &request) {
  return read_reserved_memory(make_tree(board(), request, memory_base), "made");
}

RegionBlock block(std::string name, std::uint64_t count, bool boot_placed) {
  RegionBlock result;
  result.name = std::move(name);
  result.count = count;
  result.boot_placed = boot_placed;
  result.offset = boot_placed ? 0 : 64 * mebibyte;
  return result;
}

std::vector<std::string> names(const ReservedMemory &tree) {
  std::vector<std::string> result;
  for (const ReservedRegion &region : tree.regions)
    result.push_back(region.name);
  return result;
}

std::string refusal(const TreeRequest &request, std::uint64_t base = memory_base) {
  try {
    make_tree(board(), request, base);
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    return error.what();
  }
  return "nothing thrown";
}

TEST(MakeTree, EmptyNodeAndNoNode) {
  TreeRequest request;
  EXPECT_TRUE(made(request).has_node);
  EXPECT_EQ(made(request).unsupported, "");
  EXPECT_TRUE(made(request).regions.empty());
  request.node = false;
  EXPECT_FALSE(made(request).has_node);
}

TEST(MakeTree, StaticBlockLiesWhereItWasAskedFor) {
  RegionBlock wanted = block("region", 200, false);
  wanted.region_size = 0x3000;
  wanted.gap = 0x5000;
  wanted.no_map = NoMapShare::alternate;
  TreeRequest request;
  request.blocks = {wanted};
  const ReservedMemory tree = made(request);
  ASSERT_EQ(tree.regions.size(), wanted.count);
  for (std::size_t index = 0; index < tree.regions.size(); ++index) {
    const std::uint64_t begin = memory_base + wanted.offset + index * 0x8000;
    EXPECT_THAT(tree.regions[index].reg, ElementsAre(PhysicalRange{begin, begin + 0x3000}));
    EXPECT_EQ(tree.regions[index].no_map, index % 2 == 1);
  }
  EXPECT_EQ(tree.regions[0].name, "region@44000000");
  EXPECT_EQ(tree.regions[1].name, "region@44008000");
}

TEST(MakeTree, EveryChildHasAPhandleOfItsOwnAboveTheBoards) {
  TreeRequest request;
  request.blocks = {block("s", 100, false), block("b", 30, true)};
  std::set<std::uint32_t> phandles;
  for (const ReservedRegion &region : made(request).regions) {
    EXPECT_GT(region.phandle, base_phandle);
    phandles.insert(region.phandle);
  }
  EXPECT_EQ(phandles.size(), 130U);
}

TEST(MakeTree, MixedOrderSpreadsBootPlacedOnes) {
  TreeRequest request;
  request.blocks = {block("s", 4, false), block("b", 2, true)};
  EXPECT_THAT(names(made(request)),
              ElementsAre("s@44000000", "s@44020000", "s@44040000", "s@44060000", "b-0", "b-1"));
  request.mixed_order = true;
  EXPECT_THAT(names(made(request)),
              ElementsAre("s@44000000", "b-0", "s@44020000", "b-1", "s@44040000", "s@44060000"));
}

TEST(MakeTree, EveryPropertyOfARegionComesBack) {
  RegionRequest pool = static_region("linux,cma", 128 * mebibyte, 16 * mebibyte);
  pool.reg.emplace_back(256 * mebibyte, mebibyte);
  pool.reusable = true;
  pool.compatible = {"vendor,pool", "shared-dma-pool"};
  pool.flags = {"linux,cma-default"};
  RegionRequest placed = boot_placed_region("placed", mebibyte);
  placed.alignment = 4 * mebibyte;
  placed.alloc_ranges = {{0, 256 * mebibyte}, {512 * mebibyte, mebibyte}};
  placed.no_map = true;
  placed.enabled = false;
  TreeRequest request;
  request.regions = {pool, placed};
  const ReservedMemory tree = made(request);
  ASSERT_THAT(names(tree), ElementsAre("linux,cma@48000000", "placed"));
  EXPECT_THAT(tree.regions[0].reg, ElementsAre(PhysicalRange{0x48000000, 0x49000000},
                                               PhysicalRange{0x50000000, 0x50100000}));
  EXPECT_TRUE(tree.regions[0].reusable && tree.regions[0].cma_default);
  EXPECT_EQ(tree.regions[0].compatible, pool.compatible);
  EXPECT_TRUE(tree.regions[0].enabled);
  EXPECT_EQ(tree.regions[1].size, mebibyte);
  EXPECT_EQ(tree.regions[1].alignment, 4 * mebibyte);
  EXPECT_THAT(tree.regions[1].alloc_ranges, ElementsAre(PhysicalRange{0x40000000, 0x50000000},
                                                        PhysicalRange{0x60000000, 0x60100000}));
  EXPECT_TRUE(tree.regions[1].no_map);
  EXPECT_FALSE(tree.regions[1].enabled);
}

TEST(MakeTree, MemreserveEntriesAreKeptInOrder) {
  TreeRequest request;
  request.node = false;
  request.memreserve = {{128 * mebibyte, 0x10000}, {0, 0x1000}};
  EXPECT_THAT(made(request).memreserve, ElementsAre(PhysicalRange{0x48000000, 0x48010000},
                                                    PhysicalRange{0x40000000, 0x40001000}));
}

TEST(MakeTree, ReplacesANodeThatIsThere) {
  TreeRequest first;
  first.blocks = {block("old", 10, false)};
  TreeRequest second;
  second.blocks = {block("new", 1, false)};
  const std::string once = make_tree(board(), first, memory_base);
  const ReservedMemory tree = read_reserved_memory(make_tree(once, second, memory_base), "twice");
  EXPECT_THAT(names(tree), ElementsAre("new@44000000"));
}

TEST(MakeTree, IsDeterministic) {
  TreeRequest request;
  request.blocks = {block("s", 50, false), block("b", 20, true)};
  request.mixed_order = true;
  EXPECT_EQ(make_tree(board(), request, memory_base), make_tree(board(), request, memory_base));
}

TEST(MakeTree, RegionsOutsideRamAreAllowed) {
  TreeRequest request;
  request.regions = {static_region("far", 4096 * mebibyte, 0x1000)};
  EXPECT_THAT(made(request).regions[0].reg, ElementsAre(PhysicalRange{0x140000000, 0x140001000}));
}

TEST(MakeTree, RefusesWhatCannotBe) {
  const auto with = [](RegionRequest region) {
    TreeRequest request;
    request.regions = {std::move(region)};
    return request;
  };
  EXPECT_THAT(refusal(with(static_region("a", 0, 0))), HasSubstr("zero size"));
  EXPECT_THAT(refusal(with(static_region("a", UINT64_MAX - 0x40000fff, 0x2000))),
              HasSubstr("within 64 bits"));
  EXPECT_THAT(refusal(with(static_region("a", UINT64_MAX, 0x1000))), HasSubstr("within 64 bits"));
  EXPECT_THAT(refusal(with(static_region("a/b", 0, 0x1000))), HasSubstr("expected a name"));
  EXPECT_THAT(refusal(with(boot_placed_region("a", 0))), HasSubstr("either reg or a size"));
  RegionRequest misaligned = boot_placed_region("a", 0x1000);
  misaligned.alignment = 0x3000;
  EXPECT_THAT(refusal(with(misaligned)), HasSubstr("power of two"));
  TreeRequest twins = with(static_region("a", 0, 0x1000));
  twins.regions.push_back(twins.regions.front());
  EXPECT_THAT(refusal(twins), HasSubstr("a@40000000: expected a name of its own"));
}

TEST(MakeTree, RefusesImpossibleBlocks) {
  const auto with = [](const std::function<void(RegionBlock &)> &change) {
    TreeRequest request;
    request.blocks = {block("b", 3, false)};
    change(request.blocks.front());
    return refusal(request);
  };
  EXPECT_THAT(with([](RegionBlock &b) { b.region_size = 0; }), HasSubstr("not zero"));
  EXPECT_THAT(with([](RegionBlock &b) { b.gap = UINT64_MAX; }), HasSubstr("within 64 bits"));
  EXPECT_THAT(with([](RegionBlock &b) { b.gap = UINT64_MAX / 2; }), HasSubstr("within 64 bits"));
  EXPECT_THAT(with([](RegionBlock &b) { b.count = UINT64_MAX; }), HasSubstr("at most"));
  EXPECT_THAT(with([](RegionBlock &b) { b.alignment = 0x1000; }), HasSubstr("boot-placed"));
  EXPECT_THAT(with([](RegionBlock &b) { b.boot_placed = true; }), HasSubstr("no offset"));
  TreeRequest no_node;
  no_node.node = false;
  no_node.blocks = {block("b", 1, false)};
  EXPECT_THAT(refusal(no_node), HasSubstr("expected no blocks"));
}

TEST(MakeTree, RefusesAddressesTooLargeForTheBoardsCells) {
  TreeRequest request;
  request.regions = {static_region("far", 4096 * mebibyte, 0x1000)};
  EXPECT_THAT(message_of([&] { make_tree(board(1, 1), request, memory_base); }),
              HasSubstr("0x140000000: expected a number of one cell"));
}

TEST(MakeTree, WritesRawPropertiesByteByByte) {
  TreeRequest request;
  RegionRequest region;
  region.name = "garbage";
  region.raw = {{"reg", std::string("\0\1\2", 3)}, {"vendor,key", "x"}};
  request.regions = {region, boot_placed_region("b", 0x1000)};
  request.regions[1].raw = {{"size", cells(0, 1)}};
  const ReservedMemory tree = made(request);
  EXPECT_EQ(tree.regions[0].malformed, "reg: length 3 is no multiple of 16");
  EXPECT_EQ(tree.regions[1].malformed, "size: length 4 is not 8");
}

TEST(MakeTree, NodeWithOtherProperties) {
  TreeRequest request;
  request.node_raw = {{"#size-cells", cells(3, 1)}};
  EXPECT_EQ(made(request).unsupported, "#size-cells is 3, the root has 2");
  request.node_raw.clear();
  request.node_without = {"ranges"};
  EXPECT_EQ(made(request).unsupported, "no ranges");
  request.node_without = {"range"};
  EXPECT_THAT(refusal(request), HasSubstr("\"range\": expected a property that"));
}

TEST(MakeTree, DevicesHaveThePhandlesOfTheirRegions) {
  TreeRequest request;
  request.regions = {static_region("a", mebibyte, 0x1000), boot_placed_region("b", 0x1000)};
  request.devices = {{"camera", {"b", "a"}}, {"display", {"a"}}, {"sound", {}}};
  const ReservedMemory tree = made(request);
  ASSERT_EQ(tree.consumers.size(), 3u);
  EXPECT_EQ(tree.consumers[2].name, "camera");
  EXPECT_EQ(tree.consumers[2].phandle, tree.regions[1].phandle);
  EXPECT_EQ(tree.consumers[1].phandle, tree.regions[0].phandle);
  EXPECT_EQ(tree.consumers[0].phandle, 0u);
  request.devices = {{"camera", {"c"}}};
  EXPECT_THAT(refusal(request), HasSubstr("expected the name of a region, not \"c\""));
}

TEST(MakeTree, WhatACrashedKernelLeaves) {
  TreeRequest request;
  request.elfcorehdr = {{64 * mebibyte, 0x10000}};
  request.usable_memory = {{0, 512 * mebibyte}};
  const ReservedMemory tree = made(request);
  EXPECT_EQ(tree.elfcorehdr, (PhysicalRange{0x44000000, 0x44010000}));
  EXPECT_THAT(tree.memory, ElementsAre(PhysicalRange{memory_base, 0x60000000}));
}

/// Whether the tree has the second one or not
TEST(MakeTree, UsableMemoryIsOfTwoRanges) {
  TreeRequest request;
  request.usable_memory = {{0, mebibyte}, {8192 * mebibyte, mebibyte}, {4 * mebibyte, mebibyte}};
  EXPECT_THAT(made(request).memory, ElementsAre(PhysicalRange{memory_base, memory_base + mebibyte},
                                                PhysicalRange{0x240000000, 0x240100000}));
}

TEST(MakeTree, BlocksOfBootPlacedRegionsWithinAllocRanges) {
  RegionBlock wanted = block("b", 2, true);
  wanted.alloc_ranges = {{mebibyte, mebibyte}};
  TreeRequest request;
  request.blocks = {wanted};
  for (const ReservedRegion &region : made(request).regions)
    EXPECT_THAT(region.alloc_ranges, ElementsAre(PhysicalRange{0x40100000, 0x40200000}));
}

TEST(MakeTree, TwoNodesMayShareANameThatIsGivenWhole) {
  TreeRequest request;
  for (const std::uint64_t offset : {mebibyte, 2 * mebibyte}) {
    request.regions.push_back(static_region("buf", offset, 0x1000));
    request.regions.back().raw_name = "buf@1";
  }
  request.devices = {{"camera", {"buf"}}, {"display", {"buf#2"}}};
  const ReservedMemory tree = made(request);
  EXPECT_THAT(names(tree), ElementsAre("buf@1", "buf@1"));
  EXPECT_EQ(tree.regions[0].reg.front().begin, memory_base + mebibyte);
  EXPECT_EQ(tree.regions[1].reg.front().begin, memory_base + 2 * mebibyte);
  EXPECT_EQ(tree.consumers[1].phandle, tree.regions[0].phandle);
  EXPECT_EQ(tree.consumers[0].phandle, tree.regions[1].phandle);
  request.devices = {{"camera", {"buf#3"}}};
  EXPECT_THAT(refusal(request), HasSubstr("not \"buf#3\""));
}

TEST(MakeTree, NodeWithAUnitAddressAndNodesElsewhere) {
  TreeRequest request;
  request.node_name = "reserved-memory@50000000";
  request.regions = {static_region("a", mebibyte, 0x1000)};
  request.nodes = {"soc/a@40100000", "reserved-memory/a/b"};
  const std::string dtb = make_tree(board(), request, memory_base);
  EXPECT_THAT(names(read_reserved_memory(dtb, "made")), ElementsAre("a@40100000"));
  for (const char *path :
       {"/reserved-memory@50000000/a@40100000/b", "/soc/a@40100000", "/reserved-memory"})
    EXPECT_GE(fdt_path_offset(dtb.data(), path), 0) << path;
}

TEST(MakeTree, WritesARegThatIsNotChecked) {
  TreeRequest request;
  request.regions = {static_region("a", 0, UINT64_MAX), static_region("b", 0, 0)};
  request.regions[1].size = 0x1000;
  EXPECT_THAT(refusal(request), HasSubstr("expected"));
  for (RegionRequest &region : request.regions)
    region.unchecked_reg = true;
  const ReservedMemory tree = made(request);
  EXPECT_THAT(tree.regions[0].malformed, HasSubstr("beyond 64 bits"));
  EXPECT_EQ(tree.regions[1].size, 0x1000u);
}

TEST(WithoutSeeds, LeavesTheRestOfChosen) {
  const auto with = [](const std::string &seed) {
    return edited(board(), [&](void *fdt) {
      must(fdt_add_subnode(fdt, 0, "chosen"));
      set(fdt, "/chosen", "rng-seed", seed);
      set(fdt, "/chosen", "stdout-path", "/uart");
      set(fdt, "/chosen", "kaslr-seed", seed);
    });
  };
  EXPECT_EQ(without_seeds(with("12345678")), without_seeds(with("abcdefgh")));
  const std::string dtb = without_seeds(with("12345678"));
  const int chosen = must(fdt_path_offset(dtb.data(), "/chosen"));
  EXPECT_NE(fdt_getprop(dtb.data(), chosen, "stdout-path", nullptr), nullptr);
  EXPECT_EQ(fdt_getprop(dtb.data(), chosen, "rng-seed", nullptr), nullptr);
  EXPECT_EQ(without_seeds(board()), board());
}

TEST(WithoutSiblings, LeavesTheOneAndWhatHasAnotherName) {
  const std::string dtb = edited(board(), [](void *fdt) {
    for (const char *name : {"bus@1000", "bus@2000", "bus@3000", "busy@1000"})
      must(fdt_add_subnode(fdt, 0, name));
    must(fdt_add_subnode(fdt, must(fdt_path_offset(fdt, "/busy@1000")), "bus@4000"));
  });
  const std::string left = without_siblings(dtb, "bus@2000", "arm");
  const auto has = [&](const char *path) { return fdt_path_offset(left.data(), path) >= 0; };
  EXPECT_TRUE(has("/bus@2000"));
  EXPECT_TRUE(has("/busy@1000/bus@4000"));
  EXPECT_FALSE(has("/bus@1000"));
  EXPECT_FALSE(has("/bus@3000"));
}

TEST(WithoutSiblings, NamesTheNodeThatIsNotThere) {
  try {
    without_siblings(board(), "bus@2000", "arm: key");
    FAIL() << "nothing thrown";
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_STREQ(error.what(), "arm: key: expected a node of the board's tree, found \"bus@2000\"");
  }
}

} // namespace
} // namespace rmemcheck
