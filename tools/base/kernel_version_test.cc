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

TEST(IsOlder, KnowsNothingOfOtherText) {
  EXPECT_FALSE(is_older("", "6.5"));
  EXPECT_FALSE(is_older("next", "6.5"));
}

} // namespace
} // namespace rmemcheck
