// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/kernel_version.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(IsOlder, ComparesNumbersAndNotText) {
  EXPECT_TRUE(is_older("6.1.192", "6.5"));
  EXPECT_TRUE(is_older("6.9.0-rc1", "6.10"));
  EXPECT_FALSE(is_older("6.12.107+deb13-arm64", "6.5"));
  EXPECT_FALSE(is_older("6.5.3", "6.5"));
  EXPECT_FALSE(is_older("10.0", "6.5"));
}

TEST(IsOlder, TakesAsManyNumbersAsTheOtherHas) {
  EXPECT_TRUE(is_older("6.12.102+deb13", "6.12.103"));
  EXPECT_FALSE(is_older("6.12.103", "6.12.103"));
  EXPECT_TRUE(is_older("6.11", "6.12.103"));
  EXPECT_FALSE(is_older("6.13", "6.12.103"));
  EXPECT_FALSE(is_older("6.12", "6.12.103")); // nobody knows what comes behind
}

TEST(IsSince, IsTheOtherSideOfIsOlder) {
  EXPECT_TRUE(is_since("6.5.3", "6.5"));
  EXPECT_TRUE(is_since("10.0", "6.5"));
  EXPECT_TRUE(is_since("6.12.103", "6.12.103"));
  EXPECT_FALSE(is_since("6.1.192", "6.5"));
}

TEST(KernelVersion, OfOtherTextNothingIsKnown) {
  for (const char *text : {"", "next", "6"}) {
    EXPECT_FALSE(is_older(text, "6.5")) << text;
    EXPECT_FALSE(is_since(text, "6.5")) << text;
  }
}

} // namespace
} // namespace rmemcheck
