// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/root_cells.h"

#include "base/error.h"
#include "devicetree/make.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/test_tree.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;
using testing::HasSubstr;

/// A bus whose children have addresses of its own, one whose have the root's, and a device beyond
/// what one cell says.
std::string board_with_buses() {
  return edited(board(), [](void *fdt) {
    for (const char *name : {"soc", "bus", "far"})
      must(fdt_add_subnode(fdt, 0, name));
    set(fdt, "/far", "reg", cells(0x4000000000, 2) + cells(0x1000, 2));
    set(fdt, "/bus", "#address-cells", cells(1, 1));
    set(fdt, "/bus", "#size-cells", cells(1, 1));
    set(fdt, "/bus", "ranges", cells(0, 1) + cells(0xc000000, 2) + cells(0x2000000, 1));
    set(fdt, "/soc", "#address-cells", cells(2, 1));
    set(fdt, "/soc", "#size-cells", cells(2, 1));
    set(fdt, "/soc", "ranges", "");
    must(fdt_add_subnode(fdt, must(fdt_path_offset(fdt, "/soc")), "uart"));
    set(fdt, "/soc/uart", "reg", cells(0x9000000, 2) + cells(0x1000, 2));
  });
}

std::string value_of(const std::string &dtb, const std::string &path, const char *name) {
  int size = 0;
  const void *value =
      fdt_getprop(dtb.data(), must(fdt_path_offset(dtb.data(), path.c_str())), name, &size);
  return value == nullptr
             ? "none"
             : std::string(static_cast<const char *>(value), static_cast<std::size_t>(size));
}

TEST(RootCells, AddressesBelowTheRootGetAsWide) {
  const std::string dtb = with_root_cells(board_with_buses(), {1, 1});
  const Dtb tree(dtb, "tree");
  EXPECT_EQ(tree.root_cells().address, 1);
  EXPECT_EQ(tree.root_cells().size, 1);
  EXPECT_EQ(value_of(dtb, "/memory@40000000", "reg"),
            cells(memory_base, 1) + cells(1024 * mebibyte, 1));
  EXPECT_EQ(value_of(dtb, "/bus", "ranges"),
            cells(0, 1) + cells(0xc000000, 1) + cells(0x2000000, 1));
  EXPECT_EQ(value_of(dtb, "/bus", "#address-cells"), cells(1, 1));
  EXPECT_EQ(value_of(dtb, "/soc", "#address-cells"), cells(1, 1));
  EXPECT_EQ(value_of(dtb, "/soc/uart", "reg"), cells(0x9000000, 1) + cells(0x1000, 1));
}

TEST(RootCells, WhatDoesNotFitIsLeftOut) {
  const std::string dtb = with_root_cells(board_with_buses(), {1, 2});
  EXPECT_LT(fdt_path_offset(dtb.data(), "/far"), 0);
  EXPECT_GE(fdt_path_offset(dtb.data(), "/intc"), 0);
}

TEST(RootCells, ThereAndBackIsTheSame) {
  const std::string wide = with_root_cells(with_root_cells(board(), {1, 1}), {2, 2});
  EXPECT_EQ(read_reserved_memory(wide, "tree").memory,
            read_reserved_memory(board(), "tree").memory);
  EXPECT_EQ(value_of(wide, "/memory@40000000", "reg"),
            value_of(board(), "/memory@40000000", "reg"));
}

TEST(RootCells, RamThatDoesNotFitIsRefused) {
  const std::string high = edited(board(), [](void *fdt) {
    set(fdt, "/memory@40000000", "reg", cells(0x880000000, 2) + cells(0x1000000, 2));
  });
  EXPECT_THAT(message_of([&] {
                (void)with_root_cells(high, {1, 1});
              }),
              HasSubstr("root-cells: expected as many as RAM at memory@40000000 takes"));
}

TEST(RootCells, MoreThanTwoAreRefused) {
  EXPECT_THAT(message_of([&] {
                (void)with_root_cells(board(), {3, 1});
              }),
              HasSubstr("expected 1 or 2 of each, not 3"));
}

TEST(RootCells, AreAPartOfARequest) {
  TreeRequest request;
  request.root_cells = Cells{1, 1};
  request.regions = {static_region("region", mebibyte, 0x1000)};
  const ReservedMemory tree =
      read_reserved_memory(make_tree(board(), request, memory_base), "tree");
  EXPECT_EQ(tree.unsupported, "");
  ASSERT_EQ(tree.regions.size(), 1u);
  EXPECT_EQ(tree.regions[0].reg.front(),
            (PhysicalRange{memory_base + mebibyte, memory_base + mebibyte + 0x1000}));
}

} // namespace
} // namespace rmemcheck
