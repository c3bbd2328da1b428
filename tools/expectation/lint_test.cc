// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/lint.h"

#include "expectation/test_region.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::fixed;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

ReservedRegion pool(std::string name, std::uint64_t begin, bool cma) {
  ReservedRegion result = fixed(std::move(name), begin, 4 * mebibyte, !cma);
  result.compatible = {"shared-dma-pool"};
  result.reusable = cma;
  result.cma_default = cma;
  result.dma_default = !cma;
  return result;
}

struct Sample {
  Sample() {
    tree.has_node = true;
    tree.memory = {{0x40000000, 0x80000000}};
  }
  explicit Sample(std::vector<ReservedRegion> regions) : Sample() {
    tree.regions = std::move(regions);
  }
  [[nodiscard]] std::vector<TreeFault> faults() const {
    BootFacts facts;
    facts.is_memory_unknown = true;
    return find_faults(tree, around, expect(tree, facts), {});
  }
  [[nodiscard]] std::vector<std::string> rules() const {
    std::vector<std::string> names;
    for (const TreeFault &fault : faults())
      names.push_back(fault.rule);
    return names;
  }
  ReservedMemory tree;
  Surroundings around;
};

TEST(Lint, FindsNothingInARightTree) {
  ReservedRegion off = fixed("off", 0, 0);
  off.enabled = false;
  off.is_placeholder = true;
  off.malformed = "reg: zero size";
  EXPECT_THAT(Sample({fixed("tz@50000000", 0x50000000, mebibyte, true),
                      fixed("mapped", 0x60000000, mebibyte), pool("cma", 0x70000000, true), off})
                  .rules(),
              IsEmpty());
}

TEST(Lint, EveryFindingSaysWhatTheKernelDoesAndSinceWhen) {
  Sample sample({fixed("opensbi", 0x50000000, mebibyte), fixed("far", 0x10000000, mebibyte, true),
                 pool("one", 0x60000000, true), pool("two", 0x68000000, true)});
  sample.tree.unsupported = "";
  sample.around.strays = {{"/log", "compatible ramoops"}};
  sample.around.broken_memory = {"/memory: reg: length 12 is no multiple of 16"};
  sample.around.references = {{"/dsp", 7, ""}};
  EXPECT_THAT(sample.rules(), ElementsAre("reg", "stray", "memory-region", "firmware-mapped",
                                          "outside-ram", "default-twice"));
  for (const TreeFault &fault : sample.faults())
    EXPECT_TRUE(fault.kernel.find("since v") != std::string::npos ||
                fault.kernel.find("every version") != std::string::npos)
        << fault.kernel;
}

TEST(Lint, NamesThePropertyThatIsMalformed) {
  ReservedRegion short_reg = fixed("short", 0, 0);
  short_reg.reg.clear();
  short_reg.malformed = "reg: length 12 is no multiple of 16";
  ReservedRegion nothing = short_reg;
  nothing.malformed = "neither reg nor size";
  nothing.skipped_silently = true;
  ReservedRegion odd = short_reg;
  odd.malformed = "alloc-ranges: empty";
  Sample sample({short_reg, nothing, odd});
  EXPECT_THAT(sample.rules(), ElementsAre("reg", "reg", "alloc-ranges", "name-twice"));
  sample.tree.regions.resize(1);
  sample.tree.regions.front().enabled = false;
  EXPECT_THAT(sample.rules(), IsEmpty());
}

TEST(Lint, NamesTheNodeThatIsNotRead) {
  Sample sample({fixed("one", 0x50000000, mebibyte)});
  sample.tree.unsupported = "no ranges";
  ASSERT_THAT(sample.rules(), ElementsAre("root"));
  EXPECT_EQ(sample.faults().front().node, "/reserved-memory");
}

TEST(Lint, NamesWhatIsNotReadAsItStands) {
  Sample sample({fixed("one", 0x50000000, mebibyte)});
  sample.around.other_parents = {"/reserved-memory@1"};
  sample.around.translation = {0x50000000, 0x60000000};
  sample.around.nested = {"/reserved-memory/one/inner"};
  ASSERT_THAT(sample.rules(), ElementsAre("root", "ranges", "nested"));
  EXPECT_EQ(sample.faults()[0].node, "/reserved-memory@1");
  EXPECT_EQ(sample.faults()[1].fault, "ranges translate 0x50000000 to 0x60000000");
  EXPECT_EQ(sample.faults()[2].node, "/reserved-memory/one/inner");
}

TEST(Lint, EnabledPlaceholdersAreFaults) {
  ReservedRegion empty = fixed("empty", 0, 0);
  empty.is_placeholder = true;
  empty.malformed = "reg: zero size";
  EXPECT_THAT(Sample({empty}).rules(), ElementsAre("placeholder"));
}

TEST(Lint, MemreserveHarmsNoMapAlone) {
  Sample sample({fixed("mapped", 0x50000000, mebibyte)});
  sample.tree.memreserve = {{0x50000000, 0x50001000}};
  EXPECT_THAT(sample.rules(), IsEmpty());
  sample.tree.regions.front().no_map = true;
  EXPECT_THAT(sample.rules(), ElementsAre("overlap"));
}

TEST(Lint, FirmwareIsKnownByTheWordsOfItsName) {
  for (const char *name : {"mmode_resv0@50000000", "optee@50000000", "tz-apps", "bl31_reserved"})
    EXPECT_THAT(Sample({fixed(name, 0x50000000, mebibyte)}).rules(), ElementsAre("firmware-mapped"))
        << name;
  for (const char *name : {"steel", "buffer@50000000", "hypnotic"})
    EXPECT_THAT(Sample({fixed(name, 0x50000000, mebibyte)}).rules(), IsEmpty()) << name;
}

TEST(Lint, OutsideRamTakesRamThatIsKnown) {
  Sample sample(
      {fixed("partly", 0x7ff00000, 2 * mebibyte, true), fixed("mapped", 0x10000000, mebibyte)});
  ASSERT_THAT(sample.rules(), ElementsAre("outside-ram"));
  EXPECT_THAT(sample.faults().front().fault, HasSubstr("reaches out of RAM"));
  sample.tree.memory.clear();
  EXPECT_THAT(sample.rules(), IsEmpty());
}

TEST(Lint, LeavesMemoryOfADeviceOutsideRam) {
  Sample sample({fixed("sram", 0x10000000, mebibyte, true)});
  EXPECT_THAT(sample.rules(), ElementsAre("outside-ram"));
  sample.around.references = {{"/m4", 7, "/reserved-memory/sram"}};
  EXPECT_THAT(sample.rules(), IsEmpty());
  sample.tree.regions.front().reg = {{0x7ff00000, 0x80100000}}; // partly RAM all the same
  EXPECT_THAT(sample.rules(), ElementsAre("outside-ram"));
}

TEST(Lint, NamesMemoryThatNobodySees) {
  Sample sample;
  sample.around.untyped_memory = {"/memory@0"};
  ASSERT_THAT(sample.rules(), ElementsAre("memory"));
  EXPECT_EQ(sample.faults().front().node, "/memory@0");
}

TEST(Lint, SaysNothingOfRegionsThatNobodyReads) {
  ReservedRegion broken = fixed("broken", 0, 0);
  broken.reg.clear();
  broken.malformed = "reg: length 8 is no multiple of 16";
  Sample sample({broken});
  sample.tree.unsupported = "#size-cells is 1, the root has 2";
  EXPECT_THAT(sample.rules(), ElementsAre("root"));
}

TEST(Lint, BootPlacedNoMapPoolIsLost) {
  ReservedRegion both = pool("both", 0, true);
  both.no_map = true;
  both.reg.clear();
  both.size = 4 * mebibyte;
  const Sample placed({both});
  ASSERT_THAT(placed.rules(), ElementsAre("pool"));
  EXPECT_THAT(placed.faults().front().kernel, HasSubstr("lost"));
  both.reg = {{0x50000000, 0x50400000}};
  both.size = 0;
  EXPECT_THAT(Sample({both}).faults().front().kernel, HasSubstr("gives the memory back"));
}

TEST(Lint, CmaPoolOutsideRamIsNoPoolThatIsGivenBack) {
  const Sample sample({pool("far", 0x7fe00000, true)});
  EXPECT_THAT(sample.rules(), ElementsAre("cma-outside-ram"));
}

TEST(Lint, OneDefaultOfEachKind) {
  EXPECT_THAT(Sample({pool("cma", 0x50000000, true), pool("dma", 0x60000000, false)}).rules(),
              IsEmpty());
  ReservedRegion hidden = pool("hidden", 0x70000000, true);
  hidden.no_map = true; // and so no area
  EXPECT_THAT(Sample({pool("cma", 0x50000000, true), hidden}).rules(), ElementsAre("pool"));
  Sample twice({pool("one", 0x50000000, false), pool("two", 0x60000000, false)});
  ASSERT_THAT(twice.rules(), ElementsAre("default-twice"));
  EXPECT_EQ(twice.faults().front().node, "two");
}

TEST(Lint, DefaultPoolsThatMakeWayAreNone) {
  Sample twice({pool("one", 0x50000000, true), pool("two", 0x60000000, true)});
  ASSERT_THAT(twice.rules(), ElementsAre("default-twice"));
  twice.tree.bootargs = "cma=16M";
  EXPECT_THAT(twice.rules(), testing::Not(testing::Contains("default-twice")));
}

TEST(Lint, NamesUsableMemoryThatTheKernelReadsOnBehind) {
  Sample sample({fixed("one", 0x50000000, mebibyte)});
  sample.around.broken_usable_memory = "linux,usable-memory-range: length 20 is no multiple of 16";
  ASSERT_THAT(sample.rules(), ElementsAre("usable-memory"));
  EXPECT_EQ(sample.faults().front().node, "/chosen");
}

TEST(Lint, NamesPoolsAndPlacesThatAreRefused) {
  ReservedRegion both = pool("both", 0x50000000, true);
  both.no_map = true;
  ReservedRegion large;
  large.name = "large";
  large.size = 4096 * mebibyte;
  const Sample sample({both, large});
  ASSERT_THAT(sample.rules(), ElementsAre("pool", "no-room"));
  EXPECT_THAT(sample.faults().front().kernel, HasSubstr("since v7.1"));
}

TEST(Lint, SaysWhatBecomesOfThePoolThatIsRefused) {
  ReservedRegion restricted = fixed("restricted", 0x50000000, mebibyte, true);
  restricted.compatible = {"restricted-dma-pool"};
  const Sample sample({restricted});
  ASSERT_THAT(sample.rules(), ElementsAre("pool"));
  EXPECT_THAT(sample.faults().front().kernel, EndsWith("gives the memory back"));
}

TEST(Lint, LooksAtSingleRegions) {
  ReservedRegion small = pool("small", 0x50000000, true);
  small.reg = {{0x50000000, 0x50100000}};
  ReservedRegion both = fixed("both@54000000", 0x55000000, mebibyte, true);
  both.reusable = true;
  ReservedRegion placed;
  placed.name = "placed";
  placed.size = 0x1800;
  placed.alignment = 0x3000;
  placed.no_map = true;
  EXPECT_THAT(Sample({small, both, placed}).rules(),
              ElementsAre("pool", "alignment", "reusable", "shared-page", "unit-address"));
}

TEST(Lint, CountsRegionsAndTuples) {
  std::vector<ReservedRegion> many;
  for (std::uint64_t index = 0; index < 65; ++index)
    many.push_back(fixed("r" + std::to_string(index), 0x50000000 + index * 0x10000, 0x1000));
  EXPECT_THAT(Sample(many).rules(), ElementsAre("count"));
  many.pop_back();
  many.front().reg.push_back({0x70000000, 0x70001000});
  EXPECT_THAT(Sample(many).rules(), ElementsAre("tuples"));
}

TEST(Lint, DevicesMustFindTheirRegion) {
  ReservedRegion off = fixed("off", 0x50000000, mebibyte);
  off.enabled = false;
  Sample sample({off, fixed("on", 0x60000000, mebibyte)});
  sample.around.references = {{"/one", 1, "/reserved-memory/off"},
                              {"/two", 2, "/reserved-memory/on"},
                              {"/three", 3, "/soc/sram"},
                              {"/four", 4, ""}};
  ASSERT_THAT(sample.rules(), ElementsAre("memory-region", "memory-region"));
  EXPECT_EQ(sample.faults()[0].node, "/one");
  EXPECT_THAT(sample.faults()[0].kernel, HasSubstr("succeeds without it"));
  EXPECT_EQ(sample.faults()[1].node, "/four");
  EXPECT_THAT(sample.faults()[1].kernel, HasSubstr("is told that it has no region"));
}

} // namespace
} // namespace rmemcheck
