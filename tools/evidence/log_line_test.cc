// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/log_line.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(LogLineTest, TakesOffWhatKlogctlShows) {
  const LogLine line = parse_log_line("<3>[    0.000000] OF: reserved mem: x");
  EXPECT_EQ(line.level, 3u);
  EXPECT_TRUE(line.from_kernel);
  EXPECT_EQ(line.text, "OF: reserved mem: x");
}

TEST(LogLineTest, AConsoleShowsNoLevel) {
  const LogLine line = parse_log_line("[12345.678901] text");
  EXPECT_FALSE(line.level);
  EXPECT_TRUE(line.from_kernel);
  EXPECT_EQ(line.text, "text");
}

TEST(LogLineTest, EachPrefixMayBeMissing) {
  EXPECT_EQ(parse_log_line("<6>text").text, "text");
  EXPECT_EQ(parse_log_line("text").text, "text");
  EXPECT_EQ(parse_log_line("").text, "");
  EXPECT_EQ(parse_log_line("<6>[    0.000000][    T0] text").text, "text");
  EXPECT_EQ(parse_log_line("[    1.000000][   C12] text").text, "text");
}

TEST(LogLineTest, KeepsTextThatOnlyLooksLikeAPrefix) {
  EXPECT_EQ(parse_log_line("<tag> text").text, "<tag> text");
  EXPECT_EQ(parse_log_line("[mem 0x0] text").text, "[mem 0x0] text");
  EXPECT_EQ(parse_log_line("<6>[    0.000000]   indented").text, "  indented");
  EXPECT_EQ(parse_log_line("<6>[    0.000000] [0.5] x").text, "[0.5] x");
}

TEST(LogLineTest, TakesOffWhatPeoplePaste) {
  for (const char *prefix :
       {"[Sat Nov 28 08:00:00 2026] ", "[Sat Nov 28 08:00:00 2026 <    0.000001>] ",
        "[Sat Nov  8 08:00:00 2026] ", "Nov 28 08:00:00 host kernel: [    0.000000] ",
        "Nov  8 08:00:00 host kernel: ",
        "2026-11-28T08:00:00.123456+00:00 host kernel: [    0.000000] ",
        "<6>[    0.000000][5 T1     d.] ", "[    0.000000] [5 T1     d.] ",
        "[    0.000000][    C0] "}) {
    const std::string text = std::string(prefix) + "OF: reserved mem: x";
    const LogLine line = parse_log_line(text);
    EXPECT_EQ(line.text, "OF: reserved mem: x") << prefix;
    EXPECT_TRUE(line.has_time) << prefix;
  }
  EXPECT_EQ(parse_log_line("[   12.500000] x").seconds, 12.5);
  EXPECT_EQ(parse_log_line("[    0.000001] x").seconds, 0.000001);
  EXPECT_FALSE(parse_log_line("<6>x").has_time);
}

TEST(LogLineTest, TakesOffThatLinesWereDropped) {
  for (const char *line :
       {"** 12 printk messages dropped ** [    0.500000] x", "<4>** 1 printk messages dropped ** x",
        "[    0.500000] ** 12 printk messages dropped ** [    0.500000] x"}) {
    EXPECT_EQ(parse_log_line(line).text, "x") << line;
    EXPECT_TRUE(parse_log_line(line).follows_loss) << line;
  }
  const LogLine line = parse_log_line("** 12 printk messages dropped ** <3>[    0.500000] x");
  EXPECT_EQ(line.level, 3u);
  EXPECT_EQ(line.seconds, 0.5);
  // Alone it is the text of the line.
  const LogLine alone = parse_log_line("[    0.500000] ** 12 printk messages dropped **");
  EXPECT_EQ(alone.text, "** 12 printk messages dropped **");
  EXPECT_FALSE(alone.follows_loss);
  EXPECT_FALSE(parse_log_line("** x printk messages dropped ** y").follows_loss);
}

TEST(LogLineTest, SeesWhatAProgramWrote) {
  const LogLine line = parse_log_line("<11>[    1.000000] BUG: mine");
  EXPECT_EQ(line.level, 3u);
  EXPECT_FALSE(line.from_kernel);
}

} // namespace
} // namespace rmemcheck
