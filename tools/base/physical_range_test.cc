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

TEST(ParseRange, TakesWhatPeopleAndKernelsWrite) {
  const PhysicalRange gibibyte{0x80000000, 0xc0000000};
  for (const char *text : {"0x80000000+1G", "0x80000000+0x40000000", "2G+1G", "2G-3G",
                           "0x80000000..0xbfffffff", "0x80000000-0xbfffffff",
                           "0x0000000080000000..0x00000000bfffffff", "0x80000000..0xc0000000"})
    EXPECT_EQ(parse_range(text), gibibyte) << text;
  EXPECT_EQ(parse_range("0x100+0x100"), (PhysicalRange{0x100, 0x200}));
  EXPECT_EQ(parse_range("0x100..0x1ff"), (PhysicalRange{0x100, 0x200}));
  EXPECT_EQ(parse_range("0..0xffffffffffffffff"), (PhysicalRange{0, UINT64_MAX}));
}

TEST(ParseRange, RefusesTheRest) {
  for (const char *text :
       {"", "0x80000000", "1G", "+1G", "1G+", "1G+0", "2G..1G", "2G..2G", "80000000-bfffffff",
        "0x80000000 + 1G", "0xffffffffffffffff+2", "-1+1G", "1G+1G+1G", "1G...2G"})
    EXPECT_EQ(parse_range(text), std::nullopt) << text;
}

TEST(PhysicalRange, CutsAUnitThatItBeginsOrEndsWithin) {
  EXPECT_FALSE((PhysicalRange{0x1000, 0x3000}.cuts(0x1000)));
  EXPECT_TRUE((PhysicalRange{0x1800, 0x3000}.cuts(0x1000)));
  EXPECT_TRUE((PhysicalRange{0x1000, 0x3001}.cuts(0x1000)));
}

} // namespace
} // namespace rmemcheck
