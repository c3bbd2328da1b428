// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/random_case.h"

#include "catalogue/case_text.h"
#include "catalogue/prepared_case.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/test_tree.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <set>

namespace rmemcheck {
namespace {

using namespace test;

constexpr std::uint64_t gibibyte = 0x40000000;

RandomRoom room_for(int address_cells = 2, int size_cells = 2) {
  return {memory_base, gibibyte, {address_cells, size_cells}, true, true};
}

ReservedMemory tree_of(std::uint64_t seed, std::uint64_t index) {
  const auto prepared = prepare_trees({random_case(seed, index, room_for())}, board(), memory_base);
  EXPECT_EQ(prepared.front().trouble, "") << index;
  return read_reserved_memory(prepared.front().dtb, prepared.front().what.name);
}

TEST(RandomCase, SeedAndIndexMakeTheSameTree) {
  for (std::uint64_t index = 0; index < 20; ++index)
    EXPECT_EQ(case_text(random_case(7, index, room_for())),
              case_text(random_case(7, index, room_for())));
  EXPECT_NE(case_text(random_case(7, 1, room_for())), case_text(random_case(7, 2, room_for())));
  EXPECT_NE(case_text(random_case(7, 1, room_for())), case_text(random_case(8, 1, room_for())));
}

TEST(RandomCase, NamesSayWhichItIs) {
  EXPECT_EQ(random_case(7, 12, room_for()).name, "random-7-12");
}

/// A board with other cells, and less RAM, has trees of its own, which can be made as well.
TEST(RandomCase, EveryTreeCanBeMade) {
  for (const auto &[address_cells, size_cells] : {std::pair(2, 2), std::pair(1, 1)})
    for (std::uint64_t index = 0; index < 1000; ++index) {
      const auto prepared =
          prepare_trees({random_case(3, index, room_for(address_cells, size_cells))},
                        board(address_cells, size_cells), memory_base);
      EXPECT_EQ(prepared.front().trouble, "") << index;
    }
}

TEST(RandomCase, WhatIsKeptIsTheSameCase) {
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / "rmemcheck-random-case.toml";
  for (std::uint64_t index = 0; index < 300; ++index) {
    const Case what = random_case(5, index, room_for());
    std::ofstream(file) << case_text(what);
    Case again = read_case(file);
    again.name = what.name;
    EXPECT_EQ(case_text(again), case_text(what)) << index;
    EXPECT_EQ(make_tree(board(), again.tree, memory_base),
              make_tree(board(), what.tree, memory_base))
        << index;
  }
  std::filesystem::remove(file);
}

TEST(RandomCase, HasNoPoolThatTheKernelsDoNotKnow) {
  RandomRoom room = room_for();
  room.has_restricted_pools = false;
  for (std::uint64_t index = 0; index < 200; ++index)
    EXPECT_THAT(case_text(random_case(1, index, room)),
                testing::Not(testing::HasSubstr("restricted-dma-pool")));
  room.has_dma_pools = false;
  for (std::uint64_t index = 0; index < 200; ++index)
    EXPECT_THAT(case_text(random_case(1, index, room)),
                testing::Not(testing::HasSubstr("dma-pool\"")));
}

/// What a tree has, by name.
std::set<std::string> features_of(const Case &what, const ReservedMemory &memory) {
  std::set<std::string> features;
  const auto add = [&](const char *name, bool has) {
    if (has)
      features.insert(name);
  };
  const std::size_t count = memory.regions.size();
  for (const std::size_t edge : {63u, 64u, 65u, 127u, 128u, 129u, 255u, 256u, 257u})
    if (count == edge)
      features.insert("count " + std::to_string(edge));
  add("no node", !memory.has_node);
  add("empty node", memory.has_node && count == 0);
  add("unsupported", !memory.unsupported.empty());
  add("node with a unit address", what.tree.node_name != "reserved-memory");
  add("/memreserve/", !memory.memreserve.empty());
  add("cma=", !what.append.empty());
  add("devices", !memory.consumers.empty());
  if (what.tree.root_cells)
    features.insert("cells " + std::to_string(what.tree.root_cells->address) + " and " +
                    std::to_string(what.tree.root_cells->size));
  std::set<std::string> names;
  const ReservedRegion *last = nullptr;
  for (const ReservedRegion &region : memory.regions) {
    add("equal names", !names.insert(region.name).second);
    add("static", region.is_static() && region.malformed.empty());
    add("boot-placed", !region.is_static());
    add("several tuples", region.reg.size() > 1);
    add("disabled", !region.enabled);
    add("malformed", !region.malformed.empty());
    add("nothing at all", region.skipped_silently);
    add("reg with size", !region.placeholder_reg.empty());
    add("odd size", region.size % 0x1000 != 0);
    add("alignment", region.alignment > 1 && std::has_single_bit(region.alignment));
    add("odd alignment", region.alignment > 1 && !std::has_single_bit(region.alignment));
    add("alloc-ranges", !region.alloc_ranges.empty());
    add("several alloc-ranges", region.alloc_ranges.size() > 1);
    add("no-map", region.no_map);
    add("linux,cma-default", region.cma_default);
    add("linux,dma-default", region.dma_default);
    for (const char *pool : {"shared-dma-pool", "restricted-dma-pool", "vendor,pool"})
      if (region.has_compatible(pool))
        features.insert(std::string(pool) + (region.no_map ? " no-map" : "") +
                        (region.reusable ? " reusable" : ""));
    for (const PhysicalRange &range : region.reg) {
      add("zero size", range.empty());
      add("over 4 GiB", range.begin >= 0x100000000);
      add("outside RAM", range.begin >= memory_base + gibibyte && range.begin < 0x100000000);
      add("over the end of RAM",
          range.begin < memory_base + gibibyte && range.end > memory_base + gibibyte);
      for (const PhysicalRange &other : last == nullptr ? std::vector<PhysicalRange>() : last->reg)
        add("adjacent", range.begin == other.end);
      for (const ReservedRegion &each : memory.regions)
        for (const PhysicalRange &other : each.reg)
          if (&each != &region) {
            add("overlapping", range.overlaps(other));
            add("nested", range.contains(other) && range != other);
          }
    }
    last = &region;
  }
  return features;
}

TEST(RandomCase, TheWholeGrammarOccurs) {
  std::map<std::string, int> seen;
  for (std::uint64_t index = 0; index < 1000; ++index)
    for (const std::string &feature :
         features_of(random_case(1, index, room_for()), tree_of(1, index)))
      ++seen[feature];
  for (const char *feature : {"count 63",
                              "count 64",
                              "count 65",
                              "count 127",
                              "count 128",
                              "count 129",
                              "count 255",
                              "count 256",
                              "count 257",
                              "no node",
                              "empty node",
                              "unsupported",
                              "node with a unit address",
                              "/memreserve/",
                              "cma=",
                              "devices",
                              "cells 1 and 1",
                              "cells 1 and 2",
                              "cells 2 and 1",
                              "cells 2 and 2",
                              "equal names",
                              "static",
                              "boot-placed",
                              "several tuples",
                              "disabled",
                              "malformed",
                              "nothing at all",
                              "reg with size",
                              "odd size",
                              "alignment",
                              "odd alignment",
                              "alloc-ranges",
                              "several alloc-ranges",
                              "no-map",
                              "linux,cma-default",
                              "linux,dma-default",
                              "shared-dma-pool",
                              "shared-dma-pool no-map",
                              "shared-dma-pool reusable",
                              "shared-dma-pool no-map reusable",
                              "restricted-dma-pool",
                              "restricted-dma-pool no-map",
                              "vendor,pool",
                              "zero size",
                              "over 4 GiB",
                              "outside RAM",
                              "over the end of RAM",
                              "adjacent",
                              "overlapping",
                              "nested"})
    EXPECT_GE(seen[feature], 3) << feature;
}

} // namespace
} // namespace rmemcheck
