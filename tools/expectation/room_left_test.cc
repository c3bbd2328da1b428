// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/room_left.h"

#include "expectation/test_faults.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::expectation_of;
using test::fixed;
using test::placed;
using testing::ElementsAre;
using testing::IsEmpty;

ReservedRegion within(const char *name, std::uint64_t size, std::vector<PhysicalRange> windows) {
  ReservedRegion region = placed(name, size);
  region.alloc_ranges = std::move(windows);
  return region;
}

/// Names of the regions that are refused.
std::vector<std::string> without_room(std::vector<ReservedRegion> regions) {
  Expectation expectation = expectation_of(std::move(regions));
  refuse_without_room_left(expectation);
  std::vector<std::string> names;
  for (const ExpectedRegion &region : expectation.regions)
    if (region.fate == Fate::refused)
      names.push_back(region.node.name);
  return names;
}

constexpr PhysicalRange page{0x60000000, 0x60001000};

/// As v6.1 says "failed to allocate memory for node 'e'".
TEST(RoomLeft, IsOfWhatRegionsInFrontTake) {
  EXPECT_THAT(without_room({within("c", 0x1000, {page}), within("e", 0x1000, {page})}),
              ElementsAre("e"));
  EXPECT_THAT(without_room({within("c", 0x800, {page}), within("e", 0x800, {page}),
                            within("g", 1, {page}), placed("i", 0x1000)}),
              ElementsAre("g"));
  // Of what lies nowhere else by all means
  EXPECT_THAT(without_room({placed("c", 0x1000), within("e", 0x1000, {page})}), IsEmpty());
  EXPECT_THAT(without_room({within("c", 0x1000, {page, {0x70000000, 0x70001000}}),
                            within("e", 0x1000, {page})}),
              IsEmpty());
  EXPECT_THAT(without_room({within("c", 0x1000, {page}),
                            within("e", 0x1000, {page, {0x70000000, 0x70001000}}),
                            within("g", 0x1000, {page, {0x70000000, 0x70001000}})}),
              ElementsAre("g"));
}

TEST(RoomLeft, IsNotWhatLiesInAFixedPlace) {
  const std::vector<PhysicalRange> pages = {{0x60000000, 0x60002000}};
  EXPECT_THAT(without_room({within("c", 0x1000, pages), within("e", 0x1000, pages),
                            fixed("f", 0x60001000, 0x1000)}),
              ElementsAre("e"));
}

TEST(RoomLeft, IsAllOfRam) {
  EXPECT_THAT(without_room({placed("a", 600 * mebibyte), placed("b", 600 * mebibyte),
                            placed("c", 400 * mebibyte)}),
              ElementsAre("b"));
}

} // namespace
} // namespace rmemcheck
