// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/scanner.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(ScannerTest, TakesFromLeftToRight) {
  Scanner scanner("  12: 0xff word");
  EXPECT_EQ(scanner.spaces(), 2u);
  EXPECT_EQ(scanner.decimal(), 12u);
  EXPECT_TRUE(scanner.literal(": "));
  EXPECT_EQ(scanner.hex(), 0xffu);
  EXPECT_EQ(scanner.spaces(), 1u);
  EXPECT_EQ(scanner.word(), "word");
  EXPECT_TRUE(scanner.at_end());
}

TEST(ScannerTest, WhatIsNotThereLeavesItWhereItStands) {
  Scanner scanner("0xyz");
  EXPECT_FALSE(scanner.literal("1x"));
  EXPECT_FALSE(scanner.hex());
  EXPECT_FALSE(scanner.range());
  EXPECT_EQ(scanner.spaces(), 0u);
  EXPECT_EQ(scanner.rest(), "0xyz");
  EXPECT_FALSE(Scanner("").word());
  EXPECT_FALSE(Scanner("-1").decimal());
}

TEST(ScannerTest, ANumberThatDoesNotFitIsAbsent) {
  EXPECT_EQ(Scanner("0xffffffffffffffff").hex(), 0xffffffffffffffffu);
  EXPECT_FALSE(Scanner("0x10000000000000000").hex());
}

TEST(ScannerTest, ARangeBecomesHalfOpen) {
  EXPECT_EQ(Scanner("0x0000000044000000..0x000000004400ffff").range(),
            (PhysicalRange{0x44000000, 0x44010000}));
  EXPECT_EQ(Scanner("0xfff00000..0xffffffff").range(), (PhysicalRange{0xfff00000, 0x100000000}));
  EXPECT_EQ(Scanner("0x0000000044000000..0xffffffffffffffff").range(),
            (PhysicalRange{0x44000000, 0xffffffffffffffff}));
}

TEST(ScannerTest, TheKernelPrintsAnEmptyRangeWithItsEndBelowItsStart) {
  EXPECT_EQ(Scanner("0x0000000044000000..0x0000000043ffffff").range(),
            (PhysicalRange{0x44000000, 0x44000000}));
  EXPECT_EQ(Scanner("0x0000000000000000..0xffffffffffffffff").range(), (PhysicalRange{0, 0}));
  EXPECT_EQ(Scanner("0x00000000..0xffffffff").range(), (PhysicalRange{0, 0}));
  EXPECT_EQ(Scanner("0x0000000000000000..0x00000000ffffffff").range(),
            (PhysicalRange{0, 0x100000000}));
}

TEST(ScannerTest, ARangeThatCannotBeIsAbsent) {
  EXPECT_FALSE(Scanner("0x0000000044000000..0x0000000040000000").range());
  EXPECT_FALSE(Scanner("0x0000000044000000-0x000000004400ffff").range());
}

} // namespace
} // namespace rmemcheck
