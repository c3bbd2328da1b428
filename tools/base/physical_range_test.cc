// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/physical_range.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(PhysicalRange, PrintsInclusiveEndInSixteenDigits) {
  EXPECT_EQ(to_string(PhysicalRange{0x40000000, 0x40010000}),
            "0x0000000040000000..0x000000004000ffff");
  EXPECT_EQ(to_string(PhysicalRange{0, 1}), "0x0000000000000000..0x0000000000000000");
  EXPECT_EQ(to_string(PhysicalRange{0, UINT64_MAX}), "0x0000000000000000..0xfffffffffffffffe");
}

TEST(PhysicalRange, SaysThatAnEmptyRangeIsEmpty) {
  EXPECT_EQ(to_string(PhysicalRange{0x1000, 0x1000}), "0x0000000000001000 (empty)");
}

TEST(PhysicalRange, NeighboursDoNotOverlap) {
  const PhysicalRange low{0x1000, 0x2000};
  const PhysicalRange high{0x2000, 0x3000};
  EXPECT_FALSE(low.overlaps(high));
  EXPECT_FALSE(high.overlaps(low));
  EXPECT_TRUE(low.overlaps(PhysicalRange{0x1fff, 0x2001}));
}

TEST(PhysicalRange, EmptyRangeNeitherContainsNorOverlaps) {
  const PhysicalRange whole{0x1000, 0x3000};
  const PhysicalRange empty{0x2000, 0x2000};
  EXPECT_FALSE(whole.overlaps(empty));
  EXPECT_FALSE(whole.contains(empty));
  EXPECT_TRUE(whole.contains(whole));
}

} // namespace
} // namespace rmemcheck
