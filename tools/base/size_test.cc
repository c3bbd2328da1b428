// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/size.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(ParseSize, TakesWhatAPersonWrites) {
  const std::pair<const char *, std::uint64_t> good[] = {
      {"0", 0},
      {"65536", 65536},
      {"64K", 65536},
      {"64k", 65536},
      {"16M", 16 << 20},
      {"1G", 1 << 30},
      {"0x10", 16},
      {"0x10K", 16384},
      {"0XfF", 255},
      {"17179869183G", 17179869183ULL << 30},
      {"0xffffffffffffffff", UINT64_MAX},
  };
  for (const auto &[text, bytes] : good)
    EXPECT_EQ(parse_size(text), bytes) << text;
}

TEST(ParseSize, RefusesEverythingElse) {
  for (const char *text : {"", "K", "0x", "64X", "64KB", " 64", "64 K", "-1", "+1", "1.5M", "0x0x1",
                           "17179869184G", "18446744073709551616", "0x10000000000000000"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

} // namespace
} // namespace rmemcheck
