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

TEST(Surroundings, LeaveOutWhatIsBelowDisabledNodes) {
  TreeRequest request;
  request.nodes = {"soc/dsp/mba", "soc/uart"};
  const Surroundings found =
      read_surroundings(edited(make_tree(board(), request, memory_base),
                               [](void *fdt) {
                                 set(fdt, "/soc/dsp", "status", text("disabled"));
                                 set(fdt, "/soc/dsp/mba", "memory-region", cells(0x7777, 1));
                                 set(fdt, "/soc/uart", "memory-region", cells(0x7777, 1));
                               }),
                        "tree");
  ASSERT_EQ(found.references.size(), 1U);
  EXPECT_EQ(found.references.front().path, "/soc/uart");
}

TEST(Surroundings, NameMemoryOfNoWholeTuple) {
  const Surroundings found = read_surroundings(
      edited(board(),
             [](void *fdt) { set(fdt, "/memory@40000000", "reg", std::string(12, '\0')); }),
      "tree");
  EXPECT_THAT(found.broken_memory,
              testing::ElementsAre("/memory@40000000: reg: length 12 is no multiple of 16"));
}

TEST(Surroundings, NameUsableMemoryOfNoWholeTuple) {
  const auto with = [](std::size_t bytes) {
    return read_surroundings(edited(board(),
                                    [&](void *fdt) {
                                      must(fdt_add_subnode(fdt, 0, "chosen"));
                                      set(fdt, "/chosen", "linux,usable-memory-range",
                                          std::string(bytes, '\0'));
                                    }),
                             "tree")
        .broken_usable_memory;
  };
  EXPECT_EQ(with(32), "");
  EXPECT_EQ(with(20), "linux,usable-memory-range: length 20 is no multiple of 16");
}

TEST(Surroundings, NameMemoryOfNoType) {
  EXPECT_TRUE(read_surroundings(board(), "tree").untyped_memory.empty());
  const std::string untyped = edited(board(), [](void *fdt) {
    must(fdt_delprop(fdt, fdt_path_offset(fdt, "/memory@40000000"), "device_type"));
  });
  EXPECT_THAT(read_surroundings(untyped, "tree").untyped_memory,
              testing::ElementsAre("/memory@40000000"));
}

TEST(Surroundings, TellTheArchitectureByItsCpus) {
  const auto arch_of = [](const std::string &compatible) {
    const std::string tree = edited(board(), [&](void *fdt) {
      const int cpus = must(fdt_add_subnode(fdt, 0, "cpus"));
      must(fdt_add_subnode(fdt, cpus, "cpu@0"));
      set(fdt, "/cpus/cpu@0", "compatible", compatible);
    });
    return read_surroundings(tree, "tree").arch;
  };
  EXPECT_EQ(arch_of(text("arm,cortex-a9")), "arm");
  EXPECT_EQ(arch_of(text("arm,cortex-a53")), ""); // runs kernels of either kind
  EXPECT_EQ(arch_of(text("sifive,u54") + text("riscv")), "riscv");
  EXPECT_EQ(read_surroundings(board(), "tree").arch, "");
}

/// A board with /reserved-memory, changed.
Surroundings of_regions(const std::function<void(void *)> &change) {
  TreeRequest request;
  request.regions = {static_region("region", 0x10000000, mebibyte)};
  return read_surroundings(edited(make_tree(board(), request, memory_base), change), "tree");
}

TEST(Surroundings, TellWhatRangesTranslate) {
  const auto with = [](const std::string &ranges) {
    return of_regions([&](void *fdt) { set(fdt, "/reserved-memory", "ranges", ranges); });
  };
  EXPECT_FALSE(with("").translation);
  const std::string same = cells(0x50000000, 2) + cells(0x50000000, 2) + cells(mebibyte, 2);
  EXPECT_FALSE(with(same).translation);
  const auto found =
      with(same + cells(0x50000000, 2) + cells(0x60000000, 2) + cells(mebibyte, 2)).translation;
  ASSERT_TRUE(found);
  EXPECT_EQ(found->from, 0x50000000U);
  EXPECT_EQ(found->to, 0x60000000U);
}

TEST(Surroundings, FindNodesBelowRegions) {
  const auto nested = [](const char *compatible, const char *property) {
    return of_regions([&](void *fdt) {
             const std::string region = "/reserved-memory/region@50000000";
             if (*compatible != '\0')
               set(fdt, region, "compatible", text(compatible));
             must(fdt_add_subnode(fdt, must(fdt_path_offset(fdt, region.c_str())), "inner"));
             set(fdt, region + "/inner", property, cells(0, 2));
           })
        .nested;
  };
  EXPECT_THAT(nested("", "reg"), testing::ElementsAre("/reserved-memory/region@50000000/inner"));
  EXPECT_THAT(nested("", "size"), testing::SizeIs(1));
  EXPECT_THAT(nested("", "label"), testing::IsEmpty());
  EXPECT_THAT(nested("nvmem-rmem", "reg"), testing::IsEmpty()); // its cells
}

TEST(Surroundings, NameEveryOtherReservedMemory) {
  const auto others = [](const char *name) {
    return of_regions([&](void *fdt) { must(fdt_add_subnode(fdt, 0, name)); }).other_parents;
  };
  EXPECT_THAT(others("uart"), testing::IsEmpty());
  // libfdt adds a node in front of all that are there, and takes the first of the two.
  EXPECT_THAT(others("reserved-memory@0"), testing::ElementsAre("/reserved-memory"));
}

} // namespace
} // namespace rmemcheck
