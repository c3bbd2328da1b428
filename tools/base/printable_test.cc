// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/printable.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[31mred\x7f\n"), "a\\x1b[31mred\\x7f\\x0a");
}

TEST(Printable, LeavesTextAlone) { EXPECT_EQ(printable("r\xc3\xa9gion@0"), "r\xc3\xa9gion@0"); }

} // namespace
} // namespace rmemcheck
