// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/plural.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(Plural, IsOfAllButOne) {
  EXPECT_EQ(plural(0, "boot"), "0 boots");
  EXPECT_EQ(plural(1, "boot"), "1 boot");
  EXPECT_EQ(plural(2, "boot"), "2 boots");
  EXPECT_EQ(plural(1, "patch"), "1 patch");
  EXPECT_EQ(plural(2, "patch"), "2 patches");
}

} // namespace
} // namespace rmemcheck
