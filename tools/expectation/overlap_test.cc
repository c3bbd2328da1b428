// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/overlap.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ExpectedRegion region(std::string name, std::uint64_t begin, std::uint64_t end,
                      Fate fate = Fate::recorded) {
  ExpectedRegion result;
  result.node.name = std::move(name);
  result.range = PhysicalRange{begin, end};
  result.fate = fate;
  return result;
}

/// "first second", with a "?" behind pairs that need not be printed.
std::vector<std::string> pairs(const std::vector<ExpectedRegion> &regions) {
  std::vector<std::string> result;
  for (const ExpectedOverlap &overlap : find_overlaps(regions))
    result.push_back(overlap.first + " " + overlap.second + (overlap.required ? "" : "?"));
  return result;
}

TEST(FindOverlaps, TouchingRegionsDoNotOverlap) {
  EXPECT_THAT(pairs({region("a", 0, 10), region("b", 10, 20)}), IsEmpty());
}

TEST(FindOverlaps, SortsByBaseThenSizeThenTreeOrder) {
  EXPECT_THAT(pairs({region("late", 5, 10), region("early", 0, 6)}), ElementsAre("early late"));
  EXPECT_THAT(pairs({region("large", 0, 10), region("small", 0, 5)}), ElementsAre("small large"));
  EXPECT_THAT(pairs({region("one", 0, 5), region("two", 0, 5)}), ElementsAre("one two"));
}

TEST(FindOverlaps, OnlyNeighboursAreReported) {
  EXPECT_THAT(pairs({region("outer", 0, 100), region("x", 10, 20), region("y", 30, 40)}),
              ElementsAre("outer x"));
}

TEST(FindOverlaps, RefusedNodesMakeLinesOptional) {
  EXPECT_THAT(pairs({region("outer", 0, 100), region("x", 10, 20, Fate::refused),
                     region("y", 30, 40), region("z", 35, 50)}),
              ElementsAre("outer x?", "y z", "outer y?"));
}

TEST(FindOverlaps, AnEmptyNodeMayStandBetweenTwoOrNot) {
  EXPECT_THAT(pairs({region("outer", 0, 100, Fate::refused), region("empty", 20, 20, Fate::refused),
                     region("next", 50, 60)}),
              ElementsAre("outer empty?", "outer next?"));
}

TEST(FindOverlaps, IgnoredAndBootPlacedTakeNoPart) {
  ExpectedRegion boot_placed = region("b", 0, 0);
  boot_placed.range.reset();
  EXPECT_THAT(pairs({region("a", 0, 100), region("x", 10, 20, Fate::ignored), boot_placed}),
              IsEmpty());
}

} // namespace
} // namespace rmemcheck
