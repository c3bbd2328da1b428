// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/expectation.h"

#include "expectation/test_region.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::fixed;
using test::placed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr PhysicalRange ram{0x40000000, 0x80000000};

PhysicalRange at(std::uint64_t begin, std::uint64_t size) { return {begin, begin + size}; }

ReservedRegion placed_within(std::string name, std::uint64_t size,
                             std::vector<PhysicalRange> alloc_ranges) {
  ReservedRegion region = placed(std::move(name), size);
  region.alloc_ranges = std::move(alloc_ranges);
  return region;
}

ReservedMemory tree(std::vector<ReservedRegion> regions) {
  ReservedMemory result;
  result.has_node = true;
  result.memory = {ram};
  result.regions = std::move(regions);
  return result;
}

std::vector<Fate> fates(const ReservedMemory &memory) {
  std::vector<Fate> result;
  for (const ExpectedRegion &region : expect(memory).regions)
    result.push_back(region.fate);
  return result;
}

ExpectedRegion only(ReservedRegion region) {
  return expect(tree({std::move(region)})).regions.front();
}

TEST(Expect, EveryGoodRegionIsRecorded) {
  std::vector<ReservedRegion> regions;
  for (std::uint64_t index = 0; index < 100; ++index)
    regions.push_back(
        fixed("r" + std::to_string(index), ram.begin + index * 0x20000, 0x10000, index % 2 == 1));
  const Expectation expectation = expect(tree(regions));
  ASSERT_EQ(expectation.regions.size(), regions.size());
  for (std::size_t index = 0; index < regions.size(); ++index) {
    const ExpectedRegion &region = expectation.regions[index];
    EXPECT_EQ(region.fate, Fate::recorded);
    EXPECT_EQ(region.range, regions[index].reg.front());
    EXPECT_EQ(region.size, 0x10000U);
    EXPECT_EQ(region.no_map, regions[index].no_map);
  }
  EXPECT_THAT(expectation.overlaps, IsEmpty());
}

TEST(Expect, DisabledAndUnreadRegionsAreIgnored) {
  ReservedRegion disabled = fixed("d", ram.begin, 0x1000, true);
  disabled.enabled = false;
  ReservedMemory memory = tree({disabled, fixed("e", ram.begin, 0x1000)});
  EXPECT_THAT(fates(memory), ElementsAre(Fate::ignored, Fate::recorded));
  EXPECT_FALSE(expect(memory).regions[0].no_map);
  EXPECT_THAT(expect(memory).overlaps, IsEmpty());
  memory.unsupported = "no ranges";
  EXPECT_THAT(fates(memory), ElementsAre(Fate::ignored, Fate::ignored));
  EXPECT_THAT(expect(memory).regions[1].reason, HasSubstr("no ranges"));
}

TEST(Expect, MalformedIsRefusedUnlessTheKernelSaysNothing) {
  ReservedRegion loud;
  loud.malformed = "reg: length 12 is no multiple of 16";
  EXPECT_EQ(only(loud).fate, Fate::refused);
  EXPECT_THAT(only(loud).reason, HasSubstr(loud.malformed));
  ReservedRegion silent;
  silent.malformed = "reg: empty";
  silent.skipped_silently = true;
  EXPECT_EQ(only(silent).fate, Fate::ignored);
}

TEST(Expect, ZeroSizedStaticIsRefused) {
  EXPECT_EQ(only(fixed("z", ram.begin, 0)).fate, Fate::refused);
}

TEST(Expect, RamThatTheKernelIgnoresIsNone) {
  BootFacts facts;
  facts.ignored_memory = {at(ram.begin, 2 * mebibyte)};
  const Expectation expectation = expect(tree({fixed("low", ram.begin, 0x1000)}), facts);
  EXPECT_THAT(expectation.memory, ElementsAre(PhysicalRange{ram.begin + 2 * mebibyte, ram.end}));
  EXPECT_THAT(expectation.regions[0].reason, HasSubstr("outside RAM"));
}

TEST(Expect, RamIsWholePages) {
  ReservedMemory memory = tree({});
  memory.memory = {at(ram.begin + 0x800, 0x1000), at(ram.begin + mebibyte - 1, 0x2001)};
  EXPECT_THAT(expect(memory).memory, ElementsAre(at(ram.begin + mebibyte, 0x2000)));
  BootFacts facts;
  facts.page_size = 0x10000;
  EXPECT_THAT(expect(memory, facts).memory, IsEmpty());
}

TEST(Expect, TheCommandLineMayAskForAnAreaThatCannotBe) {
  ReservedMemory memory = tree({fixed("a", 0x58000000, 0x1000)});
  const auto is_without_room = [&](const char *words) {
    memory.bootargs = words;
    return expect(memory).is_cmdline_cma_without_room;
  };
  EXPECT_FALSE(is_without_room(""));
  EXPECT_FALSE(is_without_room("cma=0"));
  EXPECT_FALSE(is_without_room("cma=16M"));
  EXPECT_FALSE(is_without_room("cma=16M@0x60000000"));
  EXPECT_TRUE(is_without_room("cma=16M@0x57800000"));
  EXPECT_TRUE(is_without_room("cma=16M@0x10000000"));
  EXPECT_TRUE(is_without_room("cma=1T"));
  EXPECT_TRUE(is_without_room("cma=16M@0xffffffffffffffff"));
}

TEST(Expect, Arm64TakesTheInitrdBack) {
  ReservedMemory memory = tree({});
  memory.bootargs = "mem=64M";
  memory.initrd = at(ram.begin + 128 * mebibyte, 0x1234);
  BootFacts facts;
  EXPECT_THAT(expect(memory, facts).memory, ElementsAre(at(ram.begin, 64 * mebibyte)));
  facts.arch = "arm64";
  EXPECT_THAT(expect(memory, facts).memory,
              ElementsAre(at(ram.begin, 64 * mebibyte), at(ram.begin + 128 * mebibyte, 0x2000)));
}

TEST(Expect, NoMapOverEarlierMappedIsRefused) {
  const ReservedMemory memory =
      tree({fixed("mapped", ram.begin, 0x2000), fixed("hidden", ram.begin + 0x1000, 0x2000, true)});
  EXPECT_THAT(fates(memory), ElementsAre(Fate::recorded, Fate::refused));
  const ExpectedRegion hidden = expect(memory).regions[1];
  EXPECT_FALSE(hidden.no_map);
  EXPECT_THAT(hidden.refused_tuples, ElementsAre(at(ram.begin + 0x1000, 0x2000)));
}

TEST(Expect, NoMapWinsOverLaterMapped) {
  const ReservedMemory memory =
      tree({fixed("hidden", ram.begin, 0x2000, true), fixed("mapped", ram.begin + 0x1000, 0x2000)});
  EXPECT_THAT(fates(memory), ElementsAre(Fate::recorded, Fate::recorded));
  EXPECT_TRUE(expect(memory).regions[0].no_map);
}

TEST(Expect, NoMapOverNoMapAndMappedOverMappedAreAccepted) {
  for (const bool no_map : {false, true})
    EXPECT_THAT(fates(tree({fixed("a", ram.begin, 0x2000, no_map),
                            fixed("b", ram.begin + 0x1000, 0x2000, no_map)})),
                ElementsAre(Fate::recorded, Fate::recorded));
}

TEST(Expect, OutsideRamNothingCanCollide) {
  const ReservedMemory memory =
      tree({fixed("a", ram.end, 0x2000), fixed("b", ram.end, 0x1000, true)});
  EXPECT_THAT(fates(memory), ElementsAre(Fate::recorded, Fate::recorded));
  EXPECT_THAT(expect(memory).regions[0].reason, HasSubstr("outside RAM"));
}

TEST(Expect, NoMapWinsOverMemreserve) {
  ReservedMemory memory = tree({fixed("hidden", ram.begin, 0x1000, true)});
  memory.memreserve = {at(ram.begin, 0x10000)};
  EXPECT_THAT(fates(memory), ElementsAre(Fate::recorded));
}

TEST(Expect, FirstTupleDecidesOverTheRecord) {
  ReservedRegion two = fixed("two", ram.begin + mebibyte, 0x1000, true);
  two.reg.push_back(at(ram.begin, 0x1000));
  const ReservedRegion mapped = fixed("mapped", ram.begin, 0x1000);
  const ExpectedRegion second_refused = expect(tree({mapped, two})).regions[1];
  EXPECT_EQ(second_refused.fate, Fate::recorded);
  EXPECT_EQ(second_refused.range, two.reg.front());
  EXPECT_THAT(second_refused.refused_tuples, ElementsAre(two.reg.back()));
  std::swap(two.reg[0], two.reg[1]);
  EXPECT_EQ(expect(tree({mapped, two})).regions[1].fate, Fate::refused);
}

TEST(Expect, SharedPools) {
  ReservedRegion pool = fixed("pool", ram.begin, 16 * mebibyte);
  pool.compatible = {"shared-dma-pool"};
  EXPECT_FALSE(only(pool).cma);
  pool.reusable = true;
  EXPECT_TRUE(only(pool).cma);
  EXPECT_EQ(only(pool).fate, Fate::recorded);
  pool.no_map = true;
  EXPECT_EQ(only(pool).fate, Fate::refused);
  EXPECT_FALSE(only(pool).cma);
  EXPECT_FALSE(only(pool).no_map);
  pool.reusable = false;
  EXPECT_EQ(only(pool).fate, Fate::recorded);
}

TEST(Expect, CmaThatIsNoWholePageIsRefused) {
  for (const auto &[base, size, fate] :
       {std::tuple{0U, 16 * mebibyte, Fate::recorded}, std::tuple{0x800U, mebibyte, Fate::refused},
        std::tuple{0U, mebibyte + 1, Fate::refused}}) {
    ReservedRegion pool = fixed("pool", ram.begin + base, size);
    pool.reusable = true;
    pool.compatible = {"shared-dma-pool"};
    EXPECT_EQ(only(pool).fate, fate);
  }
}

TEST(Expect, AConfigurationMayDemandMoreOfCma) {
  ReservedMemory tree;
  tree.memory = {ram};
  BootFacts facts;
  EXPECT_EQ(expect(tree, facts).most_cma_alignment, 4 * mebibyte);
  facts.most_pages = 0x800;
  EXPECT_EQ(expect(tree, facts).most_cma_alignment, 8 * mebibyte);
}

TEST(Expect, RestrictedPools) {
  ReservedRegion pool = fixed("pool", ram.begin, mebibyte);
  pool.compatible = {"restricted-dma-pool"};
  EXPECT_EQ(only(pool).fate, Fate::recorded);
  for (bool ReservedRegion::*flag : {&ReservedRegion::no_map, &ReservedRegion::reusable,
                                     &ReservedRegion::cma_default, &ReservedRegion::dma_default}) {
    ReservedRegion flagged = pool;
    flagged.*flag = true;
    EXPECT_EQ(only(flagged).fate, Fate::refused);
  }
}

TEST(Expect, BootPlacedKeepsItsAlignmentAndHasNoRange) {
  ReservedRegion region = placed("b", mebibyte);
  region.alignment = 4 * mebibyte;
  const ExpectedRegion expected = only(region);
  EXPECT_EQ(expected.fate, Fate::recorded);
  EXPECT_EQ(expected.range, std::nullopt);
  EXPECT_EQ(expected.size, mebibyte);
  EXPECT_EQ(expected.alignment, 4 * mebibyte);
}

TEST(Expect, BootPlacedWithoutRoomIsRefused) {
  EXPECT_EQ(only(placed("b", ram.size())).fate, Fate::recorded);
  EXPECT_EQ(only(placed("b", ram.size() + 1)).fate, Fate::refused);
  EXPECT_EQ(only(placed_within("b", 0x2000, {at(ram.begin, 0x1000)})).fate, Fate::refused);
  EXPECT_EQ(only(placed_within("b", 0x1000, {at(ram.end, mebibyte)})).fate, Fate::refused);
  EXPECT_EQ(only(placed_within("b", 0x1000, {at(ram.end, mebibyte), at(ram.begin, mebibyte)})).fate,
            Fate::recorded);
}

TEST(Expect, BootPlacedAlignmentCanLeaveNoRoom) {
  ReservedRegion region = placed_within("b", 0x1000, {at(ram.begin + 0x1000, mebibyte)});
  EXPECT_EQ(only(region).fate, Fate::recorded);
  region.alignment = 4 * mebibyte;
  EXPECT_EQ(only(region).fate, Fate::refused);
}

TEST(Expect, BootPlacedKeepsClearOfStaticsAndMemreserve) {
  const PhysicalRange window = at(ram.begin, mebibyte);
  const ReservedRegion boot_placed = placed_within("b", 0x1000, {window});
  for (const bool no_map : {false, true})
    EXPECT_THAT(fates(tree({boot_placed, fixed("s", window.begin, window.size(), no_map)})),
                ElementsAre(Fate::refused, Fate::recorded));
  ReservedMemory memory = tree({boot_placed});
  memory.memreserve = {window};
  EXPECT_THAT(fates(memory), ElementsAre(Fate::refused));
  memory.memreserve = {at(window.begin, window.size() - 0x1000)};
  EXPECT_THAT(fates(memory), ElementsAre(Fate::recorded));
}

TEST(Expect, WhatIsTakenBeforeTheScanRefusesNoMap) {
  const ReservedMemory memory =
      tree({fixed("hidden", ram.begin, 0x1000, true), fixed("mapped", ram.begin, 0x1000)});
  const Expectation expectation = expect(memory, {{}, {{at(ram.begin, mebibyte)}}, false});
  EXPECT_EQ(expectation.regions[0].fate, Fate::refused);
  EXPECT_EQ(expectation.regions[1].fate, Fate::recorded);
}

TEST(Expect, KernelsThatReadMemreserveFirstRefuseNoMapThere) {
  ReservedMemory memory = tree({fixed("hidden", ram.begin, 0x1000, true)});
  memory.memreserve = {at(ram.begin, 0x10000)};
  EXPECT_EQ(expect(memory, {{}, {}, true}).regions[0].fate, Fate::refused);
  EXPECT_EQ(expect(memory, {{}, {}, false}).regions[0].fate, Fate::recorded);
}

TEST(Expect, BootPlacedKeepsClearOfTheElfcorehdr) {
  const PhysicalRange window = at(ram.begin, mebibyte);
  ReservedMemory memory = tree({placed_within("b", 0x1000, {window})});
  memory.elfcorehdr = window;
  EXPECT_EQ(expect(memory).regions[0].fate, Fate::refused);
  EXPECT_EQ(expect(memory).elfcorehdr, window);
}

TEST(Expect, CmaOfTheCommandLineRefusesTheDefaultPool) {
  ReservedRegion pool = fixed("pool", ram.begin, 16 * mebibyte);
  pool.compatible = {"shared-dma-pool"};
  pool.reusable = pool.cma_default = true;
  ReservedRegion other = fixed("other", ram.begin + 16 * mebibyte, 16 * mebibyte);
  other.compatible = pool.compatible;
  other.reusable = true;
  ReservedMemory memory = tree({pool, other});
  EXPECT_EQ(expect(memory).cmdline_cma, std::nullopt);
  memory.bootargs = "console=ttyAMA0 cma=8M@0x50000000";
  const Expectation expectation = expect(memory);
  EXPECT_EQ(expectation.cmdline_cma, 8 * mebibyte);
  EXPECT_EQ(expectation.regions[0].fate, Fate::refused);
  EXPECT_TRUE(expectation.regions[0].given_back);
  EXPECT_TRUE(expectation.regions[0].bypassed);
  EXPECT_EQ(expectation.regions[1].fate, Fate::recorded);
}

TEST(Expect, APoolOfCmaIsAllRam) {
  ReservedRegion pool = fixed("pool", ram.end - 16 * mebibyte, 16 * mebibyte);
  pool.compatible = {"shared-dma-pool"};
  pool.reusable = true;
  EXPECT_EQ(only(pool).fate, Fate::recorded);

  ReservedRegion across = pool;
  across.reg = {at(ram.end - 8 * mebibyte, 16 * mebibyte)};
  const ExpectedRegion refused = only(across);
  EXPECT_EQ(refused.fate, Fate::refused);
  EXPECT_TRUE(refused.given_back);
  EXPECT_TRUE(refused.is_no_ram_for_cma);
  across.reusable = false;
  EXPECT_EQ(only(across).fate, Fate::recorded);

  ReservedMemory less = tree({pool});
  less.bootargs = "mem=64M";
  EXPECT_TRUE(expect(less).regions.front().is_no_ram_for_cma);

  ReservedMemory parts = tree({pool});
  parts.memory = {{ram.begin, ram.end - 8 * mebibyte}, {ram.end - 8 * mebibyte, ram.end}};
  EXPECT_EQ(expect(parts).regions.front().fate, Fate::recorded);

  ReservedMemory unknown = tree({pool});
  unknown.memory.clear();
  BootFacts facts;
  facts.is_memory_unknown = true;
  EXPECT_EQ(expect(unknown, facts).regions.front().fate, Fate::recorded);
}

TEST(Expect, ConsumersFindTheirRegionByPhandle) {
  ReservedRegion pool = fixed("pool", ram.begin, mebibyte);
  pool.phandle = 7;
  ReservedMemory memory = tree({pool});
  memory.consumers = {{"camera", 7}, {"lost", 8}, {"none", 0}};
  const Expectation expectation = expect(memory);
  ASSERT_EQ(expectation.consumers.size(), 3u);
  EXPECT_EQ(expectation.consumers[0].region, "pool");
  EXPECT_EQ(expectation.consumers[1].region, "");
  EXPECT_EQ(expectation.consumers[2].region, "");
}

BootFacts with_32_bits() {
  BootFacts facts;
  facts.address_bits = 32;
  return facts;
}

Fate fate_with_32_bits(ReservedRegion region) {
  return expect(tree({std::move(region)}), with_32_bits()).regions.front().fate;
}

TEST(Expect, WhatHasNoAddressIsRefused) {
  EXPECT_EQ(only(fixed("high", 0x150000000, 0x1000)).fate, Fate::recorded);
  EXPECT_EQ(fate_with_32_bits(fixed("high", 0x150000000, 0x1000)), Fate::refused);
  EXPECT_EQ(fate_with_32_bits(fixed("end", 0xfffff000, 0x1001)), Fate::refused);
  EXPECT_EQ(fate_with_32_bits(fixed("last", 0xfffff000, 0x1000)), Fate::recorded);
}

TEST(Expect, ATupleWithoutAnAddressIsRefusedAlone) {
  ReservedRegion region = fixed("two", ram.begin, 0x1000);
  region.reg.push_back(at(0x150000000, 0x1000));
  const ExpectedRegion expected = expect(tree({region}), with_32_bits()).regions.front();
  EXPECT_EQ(expected.fate, Fate::recorded);
  EXPECT_THAT(expected.refused_tuples, ElementsAre(at(0x150000000, 0x1000)));
}

TEST(Expect, ASizeOrAnAlignmentThatNoAddressHoldsIsRefused) {
  EXPECT_EQ(fate_with_32_bits(placed("large", 0x100100000)), Fate::refused);
  ReservedRegion aligned = placed("aligned", 0x1000);
  aligned.alignment = 0x100000000;
  EXPECT_EQ(fate_with_32_bits(aligned), Fate::refused);
  aligned.alignment = 0x80000001; // the next power of two
  EXPECT_EQ(fate_with_32_bits(aligned), Fate::refused);
  aligned.alignment = 0x8000000000000001;
  EXPECT_EQ(only(aligned).fate, Fate::refused);
}

TEST(Expect, AnAlignmentThatIsNoPowerOfTwoIsRounded) {
  ReservedRegion odd = placed("odd", 0x1000);
  odd.alignment = 0x3000;
  EXPECT_EQ(only(odd).alignment, 0x4000u);
  EXPECT_TRUE(only(odd).is_alignment_rounded);
  odd.alignment = 0x4000;
  EXPECT_FALSE(only(odd).is_alignment_rounded);
}

TEST(Expect, AllocRangesWithoutAddressesArePassedOver) {
  const PhysicalRange high = at(0x150000000, mebibyte);
  const PhysicalRange low = at(ram.begin, mebibyte);
  const ReservedRegion region = placed_within("second", 0x1000, {high, {0x1000, 0x1000}, low});
  EXPECT_THAT(expect(tree({region}), with_32_bits()).regions[0].windows, ElementsAre(low));
  EXPECT_THAT(only(region).windows, ElementsAre(high, low));
  EXPECT_EQ(fate_with_32_bits(placed_within("none", 0x1000, {high})), Fate::refused);
  EXPECT_EQ(fate_with_32_bits(placed_within("anywhere", 0x1000, {high, {0, 0}})), Fate::recorded);
}

TEST(Expect, MemoryWithoutAddressesIsNone) {
  ReservedMemory memory = tree({});
  memory.memory = {{0xf0000000, 0x180000000}};
  memory.memreserve = {at(0x150000000, 0x1000)};
  EXPECT_THAT(expect(memory, with_32_bits()).memory,
              ElementsAre(PhysicalRange{0xf0000000, 0x100000000}));
  EXPECT_THAT(expect(memory, with_32_bits()).memreserve, IsEmpty());
}

TEST(Expect, APlaceholderIsPlacedAndNamed) {
  ReservedRegion region = placed("fill", 0x1000);
  region.placeholder_reg = {{0, 0}, at(ram.begin, 0x1000)};
  const Expectation expectation =
      expect(tree({region, placed_within("beside", 0x1000, {at(ram.begin, 0x1000)})}));
  EXPECT_EQ(expectation.regions[0].fate, Fate::recorded);
  EXPECT_EQ(expectation.regions[0].range, std::nullopt);
  EXPECT_THAT(expectation.regions[0].refused_tuples, ElementsAre(PhysicalRange{0, 0}));
  EXPECT_EQ(expectation.regions[1].fate, Fate::refused); // the second tuple is taken
}

TEST(Expect, PoolsThatAreMappedAreRefusedOn32BitArm) {
  ReservedRegion pool = fixed("pool", ram.begin, mebibyte);
  pool.compatible = {"shared-dma-pool"};
  EXPECT_EQ(only(pool).fate, Fate::recorded);
  BootFacts facts;
  facts.refuses_mapped_pools = true;
  EXPECT_EQ(expect(tree({pool}), facts).regions[0].fate, Fate::refused);
  EXPECT_TRUE(expect(tree({pool}), facts).regions[0].given_back);
}

TEST(Expect, WhatIsLeftWithTheWholeNodeIsNamed) {
  ReservedRegion disabled = fixed("d", ram.begin, 0x1000);
  disabled.enabled = false;
  ReservedMemory memory = tree({fixed("e", ram.begin, 0x1000), disabled});
  memory.unsupported = "no ranges";
  EXPECT_TRUE(expect(memory).regions[0].must_be_named);
  EXPECT_FALSE(expect(memory).regions[1].must_be_named);
}

TEST(Expect, ConsumersOfNamesakesAreToldApart) {
  ReservedMemory memory = tree({fixed("buf", ram.begin, 0x1000), fixed("buf", ram.begin, 0x1000)});
  memory.regions[0].phandle = 1;
  memory.regions[1].phandle = 2;
  memory.consumers = {{"camera", 2}};
  EXPECT_EQ(expect(memory).consumers[0].index, 1u);
}

TEST(Expect, ARegionOfNoBytesIsNotPlaced) {
  ReservedRegion empty = placed("z", 0);
  EXPECT_EQ(only(empty).fate, Fate::refused);
}

TEST(Expect, TheCommandLineMayLeaveLessMemory) {
  ReservedMemory memory = tree({fixed("a", ram.begin + 512 * mebibyte, 0x1000)});
  memory.memory = {at(ram.begin, 256 * mebibyte), at(ram.begin + 512 * mebibyte, 256 * mebibyte)};
  memory.bootargs = "console=x mem=0x18000000 quiet";
  EXPECT_THAT(expect(memory).memory, ElementsAre(at(ram.begin, 256 * mebibyte),
                                                 at(ram.begin + 512 * mebibyte, 128 * mebibyte)));
  memory.bootargs = "mem=64M";
  EXPECT_THAT(expect(memory).memory, ElementsAre(at(ram.begin, 64 * mebibyte)));
  EXPECT_THAT(expect(memory).regions[0].reason, HasSubstr("outside RAM"));
  for (const char *none : {"mem=4G", "mem=banana", "mem="}) {
    memory.bootargs = none;
    EXPECT_THAT(expect(memory).memory.size(), 2u) << none;
  }
}

TEST(Expect, SizesOfTheCommandLineGoUpToExbibytes) {
  ReservedMemory memory = tree({});
  for (const char *more : {"mem=1T", "mem=1p", "mem=1E"}) {
    memory.bootargs = more;
    EXPECT_THAT(expect(memory).memory, ElementsAre(ram)) << more;
  }
}

TEST(Expect, OnArmTheCommandLineGivesMemory) {
  ReservedMemory memory = tree({});
  BootFacts facts;
  facts.arch = "arm";
  memory.bootargs = "mem=64M mem=16M@0x90000000";
  EXPECT_THAT(expect(memory, facts).memory,
              ElementsAre(at(ram.begin, 64 * mebibyte), at(0x90000000, 16 * mebibyte)));
  EXPECT_THAT(expect(memory).memory, ElementsAre(at(ram.begin, 16 * mebibyte)));
  memory.bootargs = "mem=banana";
  EXPECT_THAT(expect(memory, facts).memory, ElementsAre(ram));
  memory.memory.clear();
  memory.bootargs = "mem=64M mem=16M@0x90000000";
  EXPECT_THAT(expect(memory, facts).memory, ElementsAre(at(0x90000000, 16 * mebibyte)));
}

TEST(Expect, AKernelMayTakeTheFirstTupleAlone) {
  ReservedRegion several = fixed("a", ram.begin, 0x1000);
  several.reg.push_back(at(ram.begin + mebibyte, 0x1000));
  const ReservedMemory memory = tree({several, fixed("b", ram.begin + 2 * mebibyte, 0x1000)});
  EXPECT_EQ(expect(memory).regions[0].node.reg.size(), 2u);
  EXPECT_FALSE(expect(memory).regions[0].is_cut_to_first_tuple);
  BootFacts facts;
  facts.takes_first_tuple_only = true;
  const Expectation expectation = expect(memory, facts);
  EXPECT_THAT(expectation.regions[0].node.reg, ElementsAre(at(ram.begin, 0x1000)));
  EXPECT_TRUE(expectation.regions[0].is_cut_to_first_tuple);
  EXPECT_FALSE(expectation.regions[1].is_cut_to_first_tuple);
}

TEST(Expect, AKernelMayTakeTheFirstTupleOfAPlaceholderAlone) {
  ReservedRegion fill = placed("a", mebibyte);
  fill.placeholder_reg = {{0, 0}, at(ram.begin, 0x1000)};
  BootFacts facts;
  EXPECT_EQ(expect(tree({fill}), facts).regions[0].node.placeholder_reg.size(), 2u);
  facts.takes_first_tuple_only = true;
  EXPECT_THAT(expect(tree({fill}), facts).regions[0].node.placeholder_reg,
              ElementsAre(PhysicalRange{0, 0}));
}

TEST(Expect, AKernelMayPassOverAPoolBothNoMapAndReusable) {
  ReservedRegion pool = fixed("pool", ram.begin, 16 * mebibyte);
  pool.compatible = {"shared-dma-pool"};
  pool.no_map = pool.reusable = true;
  EXPECT_EQ(only(pool).fate, Fate::refused);
  BootFacts facts;
  facts.passes_over_hidden_pools = true;
  const ExpectedRegion region = expect(tree({pool}), facts).regions[0];
  EXPECT_EQ(region.fate, Fate::recorded);
  EXPECT_TRUE(region.no_map);
  EXPECT_FALSE(region.cma);
}

TEST(Expect, AKernelMayLookForOverlapsOfWhatItRecordsAlone) {
  ReservedRegion pool = fixed("pool", ram.begin, 16 * mebibyte);
  pool.compatible = {"restricted-dma-pool"};
  pool.no_map = true;
  const ReservedMemory memory = tree({pool, fixed("inner", ram.begin + mebibyte, 0x1000)});
  BootFacts facts;
  EXPECT_EQ(expect(memory, facts).overlaps.size(), 1u);
  facts.checks_overlaps_last = true;
  for (const ExpectedOverlap &overlap : expect(memory, facts).overlaps)
    EXPECT_FALSE(overlap.required);
}

TEST(Expect, AKernelThatRecordsNothingKeepsWhatItWouldRecord) {
  ReservedRegion disabled = fixed("d", ram.begin + mebibyte, 0x1000);
  disabled.enabled = false;
  const ReservedMemory memory = tree({fixed("a", ram.begin, 0x1000, true), disabled});
  EXPECT_FALSE(records_nothing(expect(memory)));
  BootFacts facts;
  for (const auto &[recording, is_named] :
       {std::pair(Recording::no_tree, false), std::pair(Recording::no_array, true)}) {
    facts.recording = recording;
    const Expectation expectation = expect(memory, facts);
    EXPECT_TRUE(records_nothing(expectation));
    EXPECT_EQ(expectation.regions[0].fate, Fate::kept);
    EXPECT_TRUE(expectation.regions[0].no_map);
    EXPECT_EQ(expectation.regions[0].must_be_named, is_named);
    EXPECT_EQ(expectation.regions[1].fate, Fate::ignored);
  }
}

TEST(Expect, TakesTheRestFromTheFacts) {
  BootFacts facts;
  facts.from_firmware = {"b"};
  facts.may_leave_out = 3;
  facts.has_user_space = false;
  facts.must_run_suite = true;
  facts.must_log = {"KASAN"};
  const Expectation expectation =
      expect(tree({fixed("a", ram.begin, 0x1000), fixed("b", ram.end - 0x1000, 0x1000)}), facts);
  EXPECT_FALSE(expectation.regions[0].from_firmware);
  EXPECT_TRUE(expectation.regions[1].from_firmware);
  EXPECT_EQ(expectation.may_leave_out, 3u);
  EXPECT_FALSE(expectation.has_user_space);
  EXPECT_TRUE(expectation.must_run_suite);
  EXPECT_THAT(expectation.must_log, ElementsAre("KASAN"));
}

/// A board whose firmware fills /memory in.
Expectation of_a_board(std::vector<ReservedRegion> regions, std::vector<PhysicalRange> taken = {}) {
  ReservedMemory board = tree(std::move(regions));
  board.memory.clear();
  BootFacts facts;
  facts.is_memory_unknown = true;
  facts.taken = std::move(taken);
  return expect(board, facts);
}

TEST(ExpectWithoutMemory, TakesEveryPlaceForRam) {
  const Expectation expectation =
      of_a_board({fixed("firmware", 0x880000000, mebibyte, true), placed("pool", 64 * mebibyte),
                  placed_within("low", mebibyte, {at(0x80000000, 16 * mebibyte)})});
  EXPECT_TRUE(expectation.is_memory_unknown);
  EXPECT_THAT(expectation.memory, IsEmpty());
  for (const ExpectedRegion &region : expectation.regions) {
    EXPECT_EQ(region.fate, Fate::recorded);
    EXPECT_THAT(region.reason, testing::Not(HasSubstr("outside RAM")));
  }
}

TEST(ExpectWithoutMemory, JudgesWhatDoesNotDependOnIt) {
  const Expectation expectation =
      of_a_board({fixed("over", 0x80000000, mebibyte, true),
                  placed_within("large", 2 * mebibyte, {at(0x90000000, mebibyte)}),
                  fixed("outer", 0xa0000000, 2 * mebibyte), fixed("inner", 0xa0100000, mebibyte)},
                 {at(0x80080000, mebibyte)});
  EXPECT_EQ(expectation.regions[0].fate, Fate::refused);
  EXPECT_EQ(expectation.regions[1].fate, Fate::refused);
  EXPECT_EQ(expectation.overlaps.size(), 1U);
}

TEST(ExpectWithoutMemory, GoesByRamThatThereIs) {
  ReservedMemory known = tree({fixed("far", 0x880000000, mebibyte)});
  BootFacts facts;
  facts.is_memory_unknown = true;
  EXPECT_FALSE(expect(known, facts).is_memory_unknown);
  EXPECT_THAT(expect(known, facts).regions.front().reason, HasSubstr("outside RAM"));
}

} // namespace
} // namespace rmemcheck
