// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/vendor_forms.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(VendorForms, HaveMoreThanATimeInBrackets) {
  for (const char *line :
       {"[    0.000000@0] x", "[    0.000000@12]  x", "[    0.000000 <    0.000001 >] x"})
    EXPECT_EQ(with_plain_time(line, 10), "[    0.000000] x") << line;
  EXPECT_EQ(with_plain_time("<6>[    0.000000@0] x", 10), "<6>[    0.000000] x");
  for (const char *line : {"", "[    0.000000] x", "[    0.000000@] x", "[mem@0] x",
                           "0123456789[    0.000000@0] x", "[    0.000000@0 x"})
    EXPECT_EQ(with_plain_time(line, 10), line);
}

TEST(VendorForms, AreThoseOfLogcat) {
  const std::string head = "11-29 08:00:00.000     0     0 ";
  EXPECT_EQ(from_logcat(head + "I         : Linux version 6.1"), "<6>Linux version 6.1");
  EXPECT_EQ(from_logcat(head + "E OF      : reserved mem: x"), "<3>OF: reserved mem: x");
  EXPECT_EQ(from_logcat("2026-11-29 08:00:00.000     0     0 W         : Reserved memory: x"),
            "<4>Reserved memory: x");
  EXPECT_EQ(from_logcat(head + "V a:b"), "<7>a: b");
  EXPECT_EQ(from_logcat(head + "F         :"), "<2>");
  for (const std::string &line :
       {std::string(), std::string("x"), head, head + "I", head + "I no colon", head + "X a: b",
        std::string("11-29 08:00:00.000   412   412 I app     : OF: reserved mem: x")})
    EXPECT_EQ(from_logcat(line), std::nullopt) << line;
}

TEST(VendorForms, HaveSomethingBehindTheTime) {
  for (const char *text :
       {" [0:        swapper:    0] x", "[7:    kworker/7:1:   45] x", "I[0:    swapper/0:    1] x",
        "<0>.(0)[0:swapper]x", "<0>-(0)[0:swapper]x", "(0)[0:swapper/0]x", "-(1)[12:a]x",
        ".(1)[12:a]x", "c0 x", "c0      0 x"})
    EXPECT_EQ(without_vendors_prefix(text), "x") << text;
}

TEST(VendorForms, AreNotWhatOtherKernelsPrint) {
  for (const char *text : {"", "x", " x", "[mem 0x0-0x1] x", "[0: a] x", "(0)x", "cpu0 x", "c0",
                           "cx y", "CPU0: [0: 1] x", "OF: reserved mem: x", "  node   0: x"})
    EXPECT_EQ(without_vendors_prefix(text), text);
}

} // namespace
} // namespace rmemcheck
