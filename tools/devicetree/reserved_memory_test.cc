// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/reserved_memory.h"

#include "base/error.h"
#include "devicetree/test_tree.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// A tree with a static child /reserved-memory/a@44000000 and a boot-placed one, .../b.
std::string two_regions(int address_cells = 2, int size_cells = 2) {
  TreeRequest request;
  request.regions = {static_region("a", 64 * mebibyte, 0x10000), boot_placed_region("b", 0x20000)};
  return make_tree(board(address_cells, size_cells), request, memory_base);
}

constexpr const char *node_a = "/reserved-memory/a@44000000";
constexpr const char *node_b = "/reserved-memory/b";

ReservedMemory read(const std::string &dtb) { return read_reserved_memory(dtb, "x.dtb"); }

/// Reads two_regions() with one property replaced.
ReservedMemory read_with(const char *path, const char *name, const std::string &value) {
  return read(edited(two_regions(), [&](void *fdt) { set(fdt, path, name, value); }));
}

ReservedMemory read_without(const char *path, const char *name) {
  return read(edited(two_regions(), [&](void *fdt) {
    must(fdt_delprop(fdt, must(fdt_path_offset(fdt, path)), name));
  }));
}

TEST(ReadReservedMemory, BoardWithoutTheNode) {
  const ReservedMemory tree = read(board());
  EXPECT_FALSE(tree.has_node);
  EXPECT_THAT(tree.memory, ElementsAre(PhysicalRange{memory_base, memory_base + 1024 * mebibyte}));
  EXPECT_TRUE(tree.regions.empty());
}

TEST(ReadReservedMemory, RootCellsOfOneAndTwo) {
  for (const int address_cells : {1, 2})
    for (const int size_cells : {1, 2}) {
      const ReservedMemory tree = read(two_regions(address_cells, size_cells));
      EXPECT_EQ(tree.unsupported, "");
      ASSERT_EQ(tree.regions.size(), 2U);
      EXPECT_THAT(tree.regions[0].reg, ElementsAre(PhysicalRange{0x44000000, 0x44010000}));
      EXPECT_EQ(tree.regions[1].size, 0x20000U);
      EXPECT_EQ(tree.memory.front().size(), 1024 * mebibyte);
    }
}

TEST(ReadReservedMemory, RefusesRootCellsBeyondTwo) {
  const std::string dtb =
      edited(board(), [](void *fdt) { set(fdt, "/", "#address-cells", cells(5, 1)); });
  EXPECT_EQ(message_of([&] { read(dtb); }),
            "x.dtb: /: #address-cells: expected 1 to 4 in one cell, found 5");
}

TEST(ReadReservedMemory, NodeThatTheKernelDoesNotRead) {
  EXPECT_EQ(read_with("/reserved-memory", "#address-cells", cells(1, 1)).unsupported,
            "#address-cells is 1, the root has 2");
  EXPECT_EQ(read_without("/reserved-memory", "#size-cells").unsupported, "no #size-cells");
  EXPECT_EQ(read_without("/reserved-memory", "ranges").unsupported, "no ranges");
}

TEST(ReadReservedMemory, MalformedReg) {
  const auto region = [](const std::string &reg) {
    return read_with(node_a, "reg", reg).regions[0];
  };
  EXPECT_EQ(region(cells(1, 2) + cells(1, 1)).malformed, "reg: length 12 is no multiple of 16");
  EXPECT_TRUE(region(cells(1, 1)).reg.empty());
  EXPECT_EQ(region(cells(0x1000, 2) + cells(0, 2)).malformed, "reg: zero size");
  EXPECT_EQ(region(cells(UINT64_MAX, 2) + cells(2, 2)).malformed,
            "reg: 0xffffffffffffffff and 0x2 bytes end beyond 64 bits");
  EXPECT_FALSE(region(cells(1, 1)).skipped_silently);
  EXPECT_EQ(region("").malformed, "reg: empty");
  EXPECT_FALSE(region("").skipped_silently);
}

TEST(ReadReservedMemory, ARegThatEndsBeyond64BitsHasNoRange) {
  const ReservedRegion region =
      read_with(node_a, "reg",
                cells(0x1000, 2) + cells(UINT64_MAX, 2) + cells(0x44000000, 2) + cells(0x1000, 2))
          .regions[0];
  EXPECT_THAT(region.reg,
              ElementsAre(PhysicalRange{0x1000, 0x1000}, PhysicalRange{0x44000000, 0x44001000}));
}

TEST(ReadReservedMemory, ARegMayEndWithTheAddressSpace) {
  const ReservedRegion region =
      read_with(node_a, "reg", cells(UINT64_MAX - 0xfff, 2) + cells(0x1000, 2)).regions[0];
  EXPECT_EQ(region.malformed, "");
  EXPECT_THAT(region.reg, ElementsAre(PhysicalRange{UINT64_MAX - 0xfff, UINT64_MAX}));
}

TEST(ReadReservedMemory, MoreCellsThanANumberHolds) {
  const auto wide = [](std::uint64_t upper) {
    const std::string dtb = edited(board(3, 2), [&](void *fdt) {
      must(fdt_add_subnode(fdt, 0, "reserved-memory"));
      must(fdt_add_subnode(fdt, must(fdt_path_offset(fdt, "/reserved-memory")), "a"));
      set(fdt, "/reserved-memory", "#address-cells", cells(3, 1));
      set(fdt, "/reserved-memory", "#size-cells", cells(2, 1));
      set(fdt, "/reserved-memory", "ranges", "");
      set(fdt, "/reserved-memory/a", "reg",
          cells(upper, 1) + cells(0x44000000, 2) + cells(0x1000, 2));
    });
    return read(dtb).regions.at(0);
  };
  EXPECT_THAT(wide(0).reg, ElementsAre(PhysicalRange{0x44000000, 0x44001000}));
  EXPECT_TRUE(wide(1).reg.front().empty());
  EXPECT_THAT(wide(1).malformed, HasSubstr("beyond 64 bits"));
}

TEST(ReadReservedMemory, ARegWithoutSizeLeavesThePlaceToTheKernel) {
  const std::string two = cells(0x1000, 2) + cells(0, 2) + cells(0x44000000, 2) + cells(0x1000, 2);
  const ReservedRegion region = read_with(node_b, "reg", two).regions[1];
  EXPECT_FALSE(region.is_static());
  EXPECT_EQ(region.malformed, "");
  EXPECT_THAT(region.placeholder_reg,
              ElementsAre(PhysicalRange{0x1000, 0x1000}, PhysicalRange{0x44000000, 0x44001000}));
  EXPECT_EQ(read_with(node_a, "reg", two).regions[0].malformed, "reg: zero size");
}

TEST(ReadReservedMemory, MalformedBootPlaced) {
  const std::pair<std::pair<const char *, std::string>, const char *> bad[] = {
      {{"size", cells(1, 1)}, "size: length 4 is not 8"},
      {{"size", cells(0, 2)}, "size: zero"},
      {{"alignment", cells(0x1000, 1)}, "alignment: length 4 is not 8"},
      {{"alloc-ranges", cells(0, 2) + cells(0, 1)}, "alloc-ranges: length 12 is no multiple of 16"},
      {{"alloc-ranges", ""}, "alloc-ranges: empty"},
  };
  for (const auto &[property, wrong] : bad)
    EXPECT_EQ(read_with(node_b, property.first, property.second).regions[1].malformed, wrong);
  const ReservedRegion neither = read_without(node_b, "size").regions[1];
  EXPECT_EQ(neither.malformed, "neither reg nor size");
  EXPECT_TRUE(neither.skipped_silently);
}

TEST(ReadReservedMemory, WhatFirmwareFillsInIsAPlaceholder) {
  const auto region_of = [](const std::function<void(RegionRequest &)> &change) {
    RegionRequest request = static_region("region", 0x10000000, mebibyte);
    change(request);
    TreeRequest wanted;
    wanted.regions = {request};
    return read(make_tree(board(), wanted, memory_base)).regions.front();
  };
  const auto empty = [](RegionRequest &request) {
    request.reg = {{0, 0}};
    request.unchecked_reg = true;
  };
  EXPECT_TRUE(region_of(empty).is_placeholder);
  EXPECT_TRUE(region_of([&](RegionRequest &request) {
                empty(request);
                request.enabled = false;
              }).is_placeholder);
  EXPECT_TRUE(region_of([](RegionRequest &request) {
                request.reg.clear();
                request.raw["size"] = cells(0, 2);
              }).is_placeholder);
  EXPECT_FALSE(region_of([](RegionRequest &) {}).is_placeholder);
  EXPECT_FALSE(region_of([](RegionRequest &request) {
                 request.raw["reg"] = std::string(12, '\0');
               }).is_placeholder);
  EXPECT_FALSE(region_of([&](RegionRequest &request) { // it has its place found
                 empty(request);
                 request.size = mebibyte;
               })
                   .is_placeholder);
}

TEST(ReadReservedMemory, RegWinsOverSize) {
  const ReservedRegion region = read_with(node_a, "size", cells(0x30000, 2)).regions[0];
  EXPECT_TRUE(region.is_static());
  EXPECT_EQ(region.size, 0U);
  EXPECT_THAT(region.reg, ElementsAre(PhysicalRange{0x44000000, 0x44010000}));
}

TEST(ReadReservedMemory, EveryTupleOfReg) {
  const std::string reg =
      cells(0x44000000, 2) + cells(0x1000, 2) + cells(0x45000000, 2) + cells(0x2000, 2);
  EXPECT_THAT(
      read_with(node_a, "reg", reg).regions[0].reg,
      ElementsAre(PhysicalRange{0x44000000, 0x44001000}, PhysicalRange{0x45000000, 0x45002000}));
}

TEST(ReadReservedMemory, AllocRangeThatWrapsIsEmpty) {
  const auto window = [](std::uint64_t base, std::uint64_t size) {
    return read_with(node_b, "alloc-ranges", cells(base, 2) + cells(size, 2))
        .regions[1]
        .alloc_ranges;
  };
  EXPECT_THAT(window(0x1000, 0x1000), ElementsAre(PhysicalRange{0x1000, 0x2000}));
  EXPECT_THAT(window(0, 0), ElementsAre(PhysicalRange{0, 0}));
  EXPECT_THAT(window(UINT64_MAX - 1, 2), ElementsAre(PhysicalRange{UINT64_MAX - 1, UINT64_MAX}));
  EXPECT_THAT(window(UINT64_MAX, 1), ElementsAre(PhysicalRange{UINT64_MAX, UINT64_MAX}));
  EXPECT_TRUE(window(0x3000, UINT64_MAX - 0x1000).front().empty());
}

TEST(ReadReservedMemory, StatusAsTheKernelReadsIt) {
  const auto enabled = [](const std::string &status) {
    return read_with(node_a, "status", status + '\0').regions[0].enabled;
  };
  EXPECT_TRUE(enabled("okay"));
  EXPECT_TRUE(enabled("ok"));
  EXPECT_FALSE(enabled("disabled"));
  EXPECT_FALSE(enabled("reserved"));
  EXPECT_FALSE(enabled(""));
}

TEST(ReadReservedMemory, CompatibleIgnoresCase) {
  const ReservedRegion region =
      read_with(node_a, "compatible", std::string("vendor,x\0Shared-DMA-pool\0", 25)).regions[0];
  EXPECT_THAT(region.compatible, ElementsAre("vendor,x", "Shared-DMA-pool"));
  EXPECT_TRUE(region.has_compatible("shared-dma-pool"));
  EXPECT_FALSE(region.has_compatible("shared-dma"));
}

TEST(ReservedRegion, IsACmaPoolIfReusableAndMapped) {
  ReservedRegion region;
  region.compatible = {"vendor,pool", "Shared-DMA-pool"};
  EXPECT_FALSE(region.is_cma_pool());
  region.reusable = true;
  EXPECT_TRUE(region.is_cma_pool());
  region.no_map = true;
  EXPECT_FALSE(region.is_cma_pool());
  region.no_map = false;
  region.compatible = {"restricted-dma-pool"};
  EXPECT_FALSE(region.is_cma_pool());
}

TEST(ReadReservedMemory, MemoryNodesAreSortedAndMerged) {
  const std::string reg = cells(0x90000000, 2) + cells(0x1000, 2) + cells(0x41000000, 2) +
                          cells(0x1000, 2) + cells(0x40000000, 2) + cells(0x1000000, 2) +
                          cells(0x100, 2) + cells(0, 2);
  EXPECT_THAT(
      read_with("/memory@40000000", "reg", reg).memory,
      ElementsAre(PhysicalRange{0x40000000, 0x41001000}, PhysicalRange{0x90000000, 0x90001000}));
  const ReservedMemory disabled =
      read_with("/memory@40000000", "status", std::string("disabled") + '\0');
  EXPECT_TRUE(disabled.memory.empty());
  ASSERT_EQ(disabled.disabled_memory.size(), 1u);
  EXPECT_EQ(disabled.disabled_memory[0].node, "memory@40000000");
  EXPECT_EQ(disabled.disabled_memory[0].status, "disabled");
  EXPECT_FALSE(disabled.disabled_memory[0].ranges.empty());
}

TEST(ReadReservedMemory, EveryTruncationIsNoticed) {
  const std::string whole = two_regions();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string message = message_of([&] { read(whole.substr(0, length)); });
    EXPECT_THAT(message, StartsWith(length < 4 ? "x.dtb: not a DTB:" : "x.dtb: truncated DTB: "));
  }
}

TEST(ReadReservedMemory, NamesTheByteWhereTheStructureBreaks) {
  std::string dtb = two_regions();
  const std::size_t place = fdt_off_dt_struct(dtb.data()) + 8; // after the root's FDT_BEGIN_NODE
  dtb.replace(place, 4, cells(0x77, 1));
  const std::string message = message_of([&] { read(dtb); });
  EXPECT_THAT(message, StartsWith("x.dtb: broken DTB: "));
  EXPECT_THAT(message, HasSubstr("at byte " + std::to_string(place)));
}

TEST(ReadReservedMemory, TextIsNoDtb) {
  EXPECT_EQ(message_of([] { read("/dts-v1/; / { };"); }),
            "x.dtb: not a DTB: expected 0xd00dfeed in its first four bytes");
}

TEST(ReadReservedMemory, ChosenTellsInitrdAndCommandLine) {
  const std::string dtb = edited(two_regions(), [](void *fdt) {
    must(fdt_add_subnode(fdt, 0, "chosen"));
    set(fdt, "/chosen", "linux,initrd-start", cells(0x48000000, 1));
    set(fdt, "/chosen", "linux,initrd-end", cells(0x48001000, 2));
    set(fdt, "/chosen", "bootargs", std::string("a cma=8M") + '\0');
  });
  const ReservedMemory tree = read(dtb);
  EXPECT_EQ(tree.initrd, (PhysicalRange{0x48000000, 0x48001000}));
  EXPECT_EQ(tree.bootargs, "a cma=8M");
  EXPECT_EQ(read(two_regions()).initrd, std::nullopt);
  EXPECT_EQ(read(two_regions()).elfcorehdr, std::nullopt);
}

} // namespace
} // namespace rmemcheck
