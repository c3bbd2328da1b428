// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/address_map.h"

#include "base/size.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

constexpr PhysicalRange room{0x50000000, 0x70000000}; // 512 MiB

PhysicalRange at(std::uint64_t begin, std::uint64_t size) { return {begin, begin + size}; }

TEST(AddressMap, MovesWhatFitsAsItIs) {
  const auto map = AddressMap::make({at(0x80000000, mebibyte), at(0x80200000, mebibyte)}, room);
  ASSERT_TRUE(map);
  EXPECT_EQ((*map)(at(0x80000000, mebibyte)), at(0x50000000, mebibyte));
  EXPECT_EQ((*map)(at(0x80200000, mebibyte)), at(0x50200000, mebibyte));
  EXPECT_EQ(map->end(), 0x50300000U);
}

TEST(AddressMap, ShrinksGapsBeforeRanges) {
  const std::uint64_t far = 0x880000000;
  const auto map =
      AddressMap::make({at(0x80000000, 64 * mebibyte), at(far + 0x1000, 0x3000)}, room);
  ASSERT_TRUE(map);
  EXPECT_EQ((*map)(at(0x80000000, 64 * mebibyte)).size(), 64 * mebibyte);
  EXPECT_EQ((*map)(at(far + 0x1000, 0x3000)).size(), 0x3000U);
  EXPECT_EQ(((*map)(far + 0x1000) - (far + 0x1000)) % map->alignment(), 0U);
  EXPECT_GT((*map)(far + 0x1000), (*map)(0x84000000));
}

TEST(AddressMap, KeepsOrderContactAndNesting) {
  const std::vector<PhysicalRange> ranges = {
      at(0x100000000, 0x200000000), // larger than the room
      at(0x300000000, 0x1100),      // touches it
      at(0x180000000, 0x10000),     // lies in it
      at(0x2fffff000, 0x2000),      // reaches over its end
  };
  const auto map = AddressMap::make(ranges, room);
  ASSERT_TRUE(map);
  for (const PhysicalRange &one : ranges) {
    EXPECT_TRUE(room.contains((*map)(one)));
    EXPECT_EQ((one.begin - (*map)(one.begin)) % map->alignment(), 0U);
    EXPECT_EQ((one.end - (*map)(one.end)) % map->alignment(), 0U);
    for (const PhysicalRange &other : ranges) {
      EXPECT_EQ(one.begin < other.begin, (*map)(one.begin) < (*map)(other.begin));
      EXPECT_EQ(one.end < other.begin, (*map)(one.end) < (*map)(other.begin));
      EXPECT_EQ(one.overlaps(other), (*map)(one).overlaps((*map)(other)));
    }
  }
}

TEST(AddressMap, GivesUpAlignmentBeforeRegions) {
  std::vector<PhysicalRange> many; // each with a gap: 4 MiB modulo 4 MiB take more than there is
  for (std::uint64_t index = 0; index < 200; ++index)
    many.push_back(at(index * 64 * mebibyte, 3 * mebibyte));
  const auto map = AddressMap::make(many, room);
  ASSERT_TRUE(map);
  EXPECT_LT(map->alignment(), 4 * mebibyte);
  for (std::size_t index = 1; index < many.size(); ++index)
    EXPECT_LT((*map)(many[index - 1].end), (*map)(many[index].begin));
  EXPECT_LE(map->end(), room.end);
}

TEST(AddressMap, HasNoneWherePagesDoNotFit) {
  std::vector<PhysicalRange> many;
  for (std::uint64_t index = 0; index < 100; ++index)
    many.push_back(at(index * 0x10000, 0x1000));
  EXPECT_FALSE(AddressMap::make(many, {0x1000, 0x10000}));
}

TEST(AddressMap, OfNothingIsWhereTheRoomBegins) {
  const auto map = AddressMap::make({at(0x80000000, 0)}, room);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->alignment(), 0U);
  EXPECT_EQ(map->end(), room.begin);
  EXPECT_EQ((*map)(0x80000000), room.begin);
}

TEST(AddressMap, TakesOtherAddressesToTheNearest) {
  const auto map = AddressMap::make({at(0x80000000, mebibyte), at(0x90000000, mebibyte)}, room);
  ASSERT_TRUE(map);
  EXPECT_EQ((*map)(0x1000), 0x50000000U);
  EXPECT_EQ((*map)(0x80001000), 0x50001000U);
  EXPECT_EQ((*map)(0x8fffffff), (*map)(0x90000000)); // far behind the gap that was cut
  EXPECT_EQ((*map)(0xffffffff), map->end());
}

} // namespace
} // namespace rmemcheck
