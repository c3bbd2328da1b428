// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/place_faults.h"

#include "expectation/test_faults.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::expectation_of;
using test::fixed;
using test::nodes;
using test::tree_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(OverlapFaults, AreAllPairsWhateverLiesBetween) {
  const auto faults = overlap_faults(
      expectation_of({fixed("inner", 0x50100000, 0x1000), fixed("outer", 0x50000000, 4 * mebibyte),
                      fixed("last", 0x503ff000, 0x2000), fixed("touches", 0x50401000, 0x1000)}));
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].node, "inner"); // tree order
  EXPECT_THAT(faults[0].fault, HasSubstr("0x0000000050100000..0x0000000050100fff with outer"));
  EXPECT_EQ(faults[1].node, "outer");
  EXPECT_THAT(faults[1].fault, HasSubstr("0x00000000503ff000..0x00000000503fffff with last"));
}

TEST(OverlapFaults, SayWhatBecomesOfNoMap) {
  const auto refused = overlap_faults(expectation_of(
      {fixed("mapped", 0x50000000, mebibyte), fixed("hidden", 0x50000000, mebibyte, true)}));
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_THAT(refused.front().kernel, HasSubstr("since v5.12 it refuses hidden"));
  const auto both = overlap_faults(expectation_of(
      {fixed("hidden", 0x50000000, mebibyte, true), fixed("mapped", 0x50000000, mebibyte)}));
  EXPECT_THAT(both.front().kernel, HasSubstr("what they share is not mapped"));
}

TEST(OverlapFaults, OfLaterTuplesAreNotNamed) {
  ReservedRegion two = fixed("two", 0x50000000, mebibyte, true);
  two.reg.push_back({0x51000000, 0x51100000});
  const auto mapped = overlap_faults(expectation_of({two, fixed("mapped", 0x51000000, 0x1000)}));
  ASSERT_EQ(mapped.size(), 1U);
  EXPECT_EQ(mapped.front().kernel,
            "until v7.1 the kernel does not name the two, since it compares the first ranges of "
            "reg alone, and gives both the memory; what they share is not mapped; since v7.2 it "
            "does not take the later range");
  const auto refused = overlap_faults(expectation_of({fixed("mapped", 0x51000000, 0x1000), two}));
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_THAT(refused.front().kernel, HasSubstr("and since v5.12 it refuses two"));
}

TEST(OverlapFaults, NameFirmwaresOwnAndMemreserve) {
  ReservedMemory tree = tree_of({fixed("board@50000000", 0x50000000, mebibyte, true),
                                 fixed("mmode_resv0@50000000", 0x50000000, 0x1000, true)});
  tree.memreserve = {{0x50010000, 0x50011000}};
  const auto faults = overlap_faults(expect(tree));
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_THAT(faults[0].fault, HasSubstr("which firmware has added"));
  EXPECT_THAT(faults[1].fault, HasSubstr("lies over /memreserve/ at 0x0000000050010000.."));
  EXPECT_THAT(faults[1].kernel, HasSubstr("since v6.4"));
}

TEST(OverlapFaults, LeaveDisabledNodesOut) {
  ReservedRegion off = fixed("off", 0x50000000, mebibyte);
  off.enabled = false;
  EXPECT_THAT(overlap_faults(expectation_of({off, fixed("on", 0x50000000, mebibyte)})), IsEmpty());
}

TEST(LoadAddressFaults, NameWhatIsLoadedThere) {
  const PhysicalRange kernel{0x40200000, 0x42000000};
  const PhysicalRange initrd{0x48000000, 0x48100000};
  BootFacts facts;
  facts.taken = {kernel, initrd};
  const Expectation expectation =
      expectation_of({fixed("low", 0x41000000, 0x1000, true), fixed("high", 0x480ff000, mebibyte),
                      fixed("clear", 0x42000000, 0x1000)},
                     facts);
  const auto faults = load_address_faults(expectation, {kernel, initrd});
  ASSERT_THAT(nodes(faults), ElementsAre("low", "high"));
  EXPECT_THAT(faults[0].fault, HasSubstr("lies over the kernel"));
  EXPECT_THAT(faults[0].kernel, HasSubstr("refuses"));
  EXPECT_THAT(faults[1].fault, HasSubstr("lies over the initrd"));
  EXPECT_THAT(load_address_faults(expectation, {}), IsEmpty());
}

TEST(SharedPageFaults, AreEachPageThatIsNotAllNoMap) {
  const auto faults = shared_page_faults(expectation_of({fixed("odd", 0x50000800, 0x2000, true)}));
  ASSERT_THAT(nodes(faults), ElementsAre("odd", "odd"));
  EXPECT_THAT(faults[0].fault, HasSubstr("the page 0x0000000050000000..0x0000000050000fff"));
  EXPECT_THAT(faults[1].fault, HasSubstr("the page 0x0000000050002000..0x0000000050002fff"));
  EXPECT_THAT(faults[1].kernel, HasSubstr("arm64 with 7ace06a01efa"));
  EXPECT_THAT(nodes(shared_page_faults(expectation_of({fixed("tiny", 0x50000100, 0x100, true)}))),
              ElementsAre("tiny"));
}

TEST(SharedPageFaults, KnowWhatElseIsThere) {
  const auto faults = shared_page_faults(
      expectation_of({fixed("tiny", 0x50000000, 0x100, true), fixed("beside", 0x50000800, 0x800)}));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults.front().fault, HasSubstr("with beside"));
}

TEST(SharedPageFaults, AreNoneOfWholePages) {
  EXPECT_THAT(shared_page_faults(expectation_of({fixed("page", 0x50000000, 0x1000, true)})),
              IsEmpty());
  EXPECT_THAT(shared_page_faults(expectation_of({fixed("mapped", 0x50000000, 0x100)})), IsEmpty());
  EXPECT_THAT(shared_page_faults(expectation_of(
                  {fixed("one", 0x50000000, 0x800, true), fixed("two", 0x50000800, 0x800, true)})),
              IsEmpty());
  EXPECT_THAT(shared_page_faults(expectation_of({fixed("outside", 0x10000000, 0x100, true)})),
              IsEmpty());
}

TEST(PlaceholderFaults, NameThoseOfDisabledNodesToo) {
  ReservedRegion empty = fixed("empty", 0, 0);
  empty.is_placeholder = true;
  empty.malformed = "reg: zero size";
  ReservedRegion off = empty;
  off.name = "off";
  off.enabled = false;
  ReservedRegion late;
  late.name = "late";
  late.size = mebibyte;
  late.placeholder_reg = {{0, 0}};
  const auto faults =
      placeholder_faults(expectation_of({empty, off, late, fixed("right", 0x50000000, mebibyte)}));
  ASSERT_THAT(nodes(faults), ElementsAre("empty", "off", "late"));
  EXPECT_THAT(faults[0].kernel, HasSubstr("names it in an error"));
  EXPECT_THAT(faults[1].kernel, HasSubstr("passes over it"));
  EXPECT_THAT(faults[2].kernel, HasSubstr("finds a place"));
}

} // namespace
} // namespace rmemcheck
