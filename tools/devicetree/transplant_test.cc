// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/transplant.h"

#include "devicetree/test_tree.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;
using testing::Contains;
using testing::HasSubstr;

const Bed bed{{memory_base, memory_base + 1024 * mebibyte}, memory_base, {2, 2}};

/// A board's tree; its RAM is where the tests have theirs, and nobody asks for it.
std::string board_with(const std::vector<RegionRequest> &regions) {
  TreeRequest request;
  request.regions = regions;
  return make_tree(board(), request, memory_base);
}

/// What the machine's tree has afterwards.
ReservedMemory planted(const std::string &dtb, const Bed &into = bed) {
  const std::string base = board(into.cells.address, into.cells.size);
  return read_reserved_memory(
      make_tree(base, transplant(dtb, "board", into).request, into.memory_base), "planted");
}

TEST(Transplant, LeavesTheEndsOfRamAlone) {
  const ReservedMemory tree = planted(board_with(
      {static_region("low", 0, mebibyte), static_region("high", 0x800000000, mebibyte)}));
  ASSERT_EQ(tree.regions.size(), 2U);
  for (const ReservedRegion &region : tree.regions) {
    EXPECT_GE(region.reg.front().begin, memory_base + 256 * mebibyte);
    EXPECT_LE(region.reg.front().end, memory_base + 768 * mebibyte);
  }
}

TEST(Transplant, KeepsNamesFlagsAndOrder) {
  RegionRequest pool = static_region("pool", 0x20000000, 8 * mebibyte);
  pool.reusable = true;
  pool.compatible = {"shared-dma-pool"};
  pool.flags = {"linux,cma-default"};
  RegionRequest hidden = static_region("hidden", 0x10000000, mebibyte);
  hidden.no_map = true;
  RegionRequest off = static_region("off", 0x10000000, mebibyte / 2);
  off.enabled = false;
  const std::string dtb = board_with({pool, hidden, off});
  const ReservedMemory before = read_reserved_memory(dtb, "before");
  const ReservedMemory after = planted(dtb);
  ASSERT_EQ(after.regions.size(), 3U);
  for (std::size_t index = 0; index < 3; ++index) {
    ReservedRegion moved = before.regions[index];
    moved.reg = after.regions[index].reg;
    moved.phandle = after.regions[index].phandle;
    EXPECT_EQ(after.regions[index], moved);
  }
}

TEST(Transplant, SaysWhatItMovesAndShrinks) {
  const Transplant done =
      transplant(board_with({static_region("vast", 0, 4096 * mebibyte)}), "board", bed);
  EXPECT_THAT(done.changes,
              Contains(HasSubstr("vast@40000000: moved from 0x0000000040000000..0x000000013fffffff "
                                 "to 0x0000000050000000..")));
  EXPECT_THAT(done.changes, Contains(HasSubstr("shrunk from 4194304 KiB to ")));
}

TEST(Transplant, LeavesOutWhatADriverWouldLookFor) {
  RegionRequest region = static_region("log", 0, mebibyte);
  region.compatible = {"ramoops"};
  const Transplant done = transplant(board_with({region}), "board", bed);
  EXPECT_TRUE(done.request.regions.front().compatible.empty());
  EXPECT_THAT(done.changes, Contains(HasSubstr("without compatible ramoops")));
}

TEST(Transplant, PlacesBootPlacedOnesBehindTheStaticOnes) {
  RegionRequest placed = boot_placed_region("cma", 1024 * mebibyte);
  placed.alloc_ranges = {{0, 2048 * mebibyte}};
  placed.alignment = 1024 * mebibyte;
  const ReservedMemory tree = planted(board_with({placed, boot_placed_region("small", 0x5000)}));
  const ReservedRegion &cma = tree.regions.front();
  EXPECT_LE(cma.size, 128 * mebibyte);
  EXPECT_EQ(cma.alignment, 32 * mebibyte);
  ASSERT_EQ(cma.alloc_ranges.size(), 1U);
  EXPECT_EQ(cma.alloc_ranges.front(),
            (PhysicalRange{memory_base + 768 * mebibyte, memory_base + 1024 * mebibyte}));
  EXPECT_EQ(tree.regions.back().size, 0x5000U);
}

TEST(Transplant, KeepsPlaceholders) {
  RegionRequest empty = static_region("empty", 0x10000000, 0);
  empty.unchecked_reg = true;
  RegionRequest late = boot_placed_region("late", 0x10000);
  late.reg = {{0, 0}};
  late.unchecked_reg = true;
  RegionRequest sizeless;
  sizeless.name = "sizeless";
  sizeless.raw["size"] = cells(0, 2);
  const ReservedMemory tree = planted(board_with({empty, late, sizeless}));
  EXPECT_TRUE(tree.regions[0].is_placeholder);
  EXPECT_FALSE(tree.regions[1].placeholder_reg.empty());
  EXPECT_EQ(tree.regions[1].size, 0x10000U);
  EXPECT_TRUE(tree.regions[2].is_placeholder);
}

TEST(Transplant, KeepsWhatIsMalformedUnderOtherCells) {
  RegionRequest short_reg;
  short_reg.name = "short";
  short_reg.raw["reg"] = cells(0x50000000, 2) + cells(0x1000, 1) + cells(0, 1) + cells(0, 2);
  RegionRequest nothing;
  nothing.name = "nothing";
  nothing.unchecked_reg = true;
  const std::string dtb =
      board_with({short_reg, nothing}); // 24 bytes: three tuples of one cell each
  const Bed small{bed.memory, memory_base, {1, 1}};
  for (const Bed &into : {bed, small}) {
    const ReservedMemory tree = planted(dtb, into);
    EXPECT_THAT(tree.regions[0].malformed, HasSubstr("reg: length "));
    EXPECT_TRUE(tree.regions[1].skipped_silently);
  }
}

TEST(Transplant, KeepsWhyTheNodeIsNotRead) {
  const std::string dtb = board_with({static_region("one", 0, mebibyte)});
  const std::string without = edited(dtb, [](void *fdt) {
    must(fdt_delprop(fdt, must(fdt_path_offset(fdt, "/reserved-memory")), "ranges"));
  });
  EXPECT_EQ(planted(without).unsupported, "no ranges");
  const std::string wrong =
      edited(dtb, [](void *fdt) { set(fdt, "/reserved-memory", "#size-cells", cells(1, 1)); });
  EXPECT_THAT(planted(wrong).unsupported, HasSubstr("#size-cells is "));
}

TEST(Transplant, TakesMemreserveAlong) {
  TreeRequest request;
  request.memreserve = {{0x100000, 0x1000}};
  request.regions = {static_region("behind", 0x101000, 0x1000)};
  const ReservedMemory tree = planted(make_tree(board(), request, memory_base));
  ASSERT_EQ(tree.memreserve.size(), 1U);
  EXPECT_EQ(tree.memreserve.front().end, tree.regions.front().reg.front().begin);
}

TEST(Transplant, RefusesWhatDoesNotFit) {
  std::vector<RegionRequest> many;
  for (std::uint64_t index = 0; index < 100; ++index)
    many.push_back(static_region("region", index * 0x10000, 0x1000));
  const Bed tiny{{memory_base, memory_base + 0x10000}, memory_base, {2, 2}};
  EXPECT_THAT(message_of([&] { (void)transplant(board_with(many), "board", tiny); }),
              HasSubstr("board: 100 regions do not fit into "));
}

TEST(BedOf, IsTheLargestRangeOfRam) {
  const Bed found = bed_of(board(), "machine", memory_base);
  EXPECT_EQ(found.memory, bed.memory);
  EXPECT_EQ(found.cells.address, 2);
  const std::string without = edited(board(), [](void *fdt) {
    must(fdt_del_node(fdt, must(fdt_path_offset(fdt, "/memory@40000000"))));
  });
  EXPECT_THAT(message_of([&] { (void)bed_of(without, "machine", 0); }),
              HasSubstr("machine: expected a /memory"));
}

} // namespace
} // namespace rmemcheck
