// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/pasted_log.h"

#include "evidence/dmesg.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

constexpr const char *plain = "[    0.000000] OF: reserved mem: x";

TEST(PastedLog, LosesWhatStandsBeforeATime) {
  for (const char *pasted :
       {"[    0.000000] OF: reserved mem: x", "> > [    0.000000] OF: reserved mem: x",
        "| [    0.000000] OF: reserved mem: x", "&gt; [    0.000000] OF: reserved mem: x",
        "    [    0.000000] OF: reserved mem: x", "[    0.000000] OF: reserved mem: x\r",
        "\x1b[32m[    0.000000] \x1b[0mOF: reserved mem: x",
        "^[[32m[    0.000000] ^[[0mOF: reserved mem: x",
        "\x1b]0;title\a[    0.000000] OF: reserved mem: x",
        "[2026-11-28 08:00:00.123] [    0.000000] OF: reserved mem: x",
        "Nov 28 08:00:00 host kernel: [    0.000000] OF: reserved mem: x",
        "[    0.000000] host kernel: OF: reserved mem: x",
        "[    0.000000] kernel: OF: reserved mem: x", "login: [    0.000000] OF: reserved mem: x",
        "\xEF\xBB\xBF[    0.000000] OF: reserved mem: x"})
    EXPECT_EQ(as_dmesg(std::string(pasted) + "\n"), std::string(plain) + "\n") << pasted;
}

TEST(PastedLog, LosesWhatStandsBehindALine) {
  for (const char *pasted :
       {"[    0.000000] OF: reserved mem: x ", "[    0.000000] OF: reserved mem: x \t",
        "[    0.000000] OF: reserved mem: x<br>", "[    0.000000] OF: reserved mem: x &lt;br/&gt;",
        "<span class=\"log\">[    0.000000] OF: reserved mem: x</span></div>",
        "[    0.000000] OF: reserved mem: x\\r\\n",
        "level=info msg=\"[    0.000000] OF: reserved mem: x\"",
        R"(- {"lvl": "target", "msg": "[    0.000000] OF: reserved mem: x"})"})
    EXPECT_EQ(as_dmesg(std::string(pasted) + "\n"), std::string(plain) + "\n") << pasted;
  EXPECT_EQ(as_dmesg("msg=\"[    0.000000] say \\\"x\\\" and \\\\y\" more"),
            "[    0.000000] say \"x\" and \\y");
  EXPECT_EQ(as_dmesg("msg=\"[    0.000000] no end"), "[    0.000000] no end");
}

TEST(PastedLog, KeepsTheLevel) {
  EXPECT_EQ(as_dmesg("> <3>[    0.000000] x\n"), "<3>[    0.000000] x\n");
  EXPECT_EQ(as_dmesg("kern  :err   : [    0.000000] x\n"), "<3>[    0.000000] x\n");
  EXPECT_EQ(as_dmesg("user  :info  : [    0.000000] x\n"), "<14>[    0.000000] x\n");
  EXPECT_EQ(as_dmesg("3,7,1500000,-;x\n"), "<3>[    1.500000] x\n");
}

TEST(PastedLog, LosesTimesThatAreNoneSinceBoot) {
  for (const char *pasted :
       {"[  +0.000012] Linux version 6.1", "[Nov28 08:00] Linux version 6.1",
        "[Dec 1 08:00] Linux version 6.1", "[M\xC3\xA4r 4 08:00] Linux version 6.1",
        "[    1.000000 <    0.000001>] Linux version 6.1", "[08:00:00.123] Linux version 6.1",
        "2026-11-28T08:00:00,123456+00:00 Linux version 6.1",
        "2026-11-28 08:00:00 Linux version 6.1",
        "Nov 28 08:00:00.123456 host kernel: Linux version 6.1",
        "1795852800.123456 host kernel: Linux version 6.1",
        "Sat 2026-11-28 08:00:00 UTC host kernel: Linux version 6.1"})
    EXPECT_EQ(as_dmesg(std::string(pasted) + "\n"), "Linux version 6.1\n") << pasted;
}

TEST(PastedLog, KeepsWhatOnlyLooksLikeAPrefix) {
  for (const char *text : {"[    0.000000] [mem 0x1000] x", "[    0.000000] a: kernel: x",
                           "[    0.000000]   node   0: x", "  Normal   empty", "a > b",
                           "[mem 0x1: 0x2] x", "[a 17 b:1] x"})
    EXPECT_EQ(as_dmesg(text), text);
}

TEST(PastedLog, MakesOneLineOfABrokenOne) {
  const std::string log = as_dmesg("> [    0.000000] Linux version 6.12.1\n"
                                   "> [    0.000000] OF: reserved mem: "
                                   "0x0000000050000000..0x000000005000ffff (64\n"
                                   "> KiB) nomap non-reusable\n"
                                   "> a@50000000\n"
                                   "> [    0.000000] x\n");
  EXPECT_EQ(std::ranges::count(log, '\n'), 5);
  const KernelLog read = parse_dmesg(log);
  ASSERT_EQ(read.regions.size(), 1u);
  EXPECT_EQ(read.regions[0].name, "a@50000000");
  EXPECT_EQ(read.regions[0].at.line, 2u);
}

TEST(PastedLog, LeavesWhatStandsBelowAWholeLine) {
  const std::string log = "[    0.000000] OF: reserved mem: 0x50000000..0x5000ffff (64 KiB) nomap "
                          "non-reusable a@50000000\nAny idea?\n";
  EXPECT_EQ(as_dmesg(log), log);
}

TEST(PastedLog, JoinsNoMarkOfMissingLines) {
  for (const char *mark : {"[...]", "<snip>", "** 1 printk messages dropped **"}) {
    const std::string log =
        "[    0.000000] OF: reserved mem: initialized node a, compatible id shared-dma-pool\n" +
        std::string(mark) + "\n";
    EXPECT_EQ(as_dmesg(log), log);
  }
}

TEST(PastedLog, KeepsThatLinesWereDroppedBeforeATime) {
  const std::string log = "** 12 printk messages dropped ** [    0.000000] x\n";
  EXPECT_EQ(as_dmesg(log), log);
  EXPECT_EQ(as_dmesg("> " + log), log);
}

TEST(PastedLog, LeavesTheTwoLinesOfAnOverlap) {
  const std::string log = as_dmesg("[    0.000000] OF: reserved mem: OVERLAP DETECTED!\n"
                                   "               a (0x1--0x2) overlaps with b (0x1--0x3)\n");
  ASSERT_EQ(parse_dmesg(log).troubles.size(), 1u);
  EXPECT_EQ(parse_dmesg(log).troubles[0].at.text,
            "OF: reserved mem: OVERLAP DETECTED! a (0x1--0x2) overlaps with b (0x1--0x3)");
}

TEST(PastedLog, MayHoldSeveralBoots) {
  const std::vector<std::string> boots =
      boots_of("U-Boot\nLinux version 6.1\nx\nU-Boot\nLinux version 6.2\ny\n");
  ASSERT_EQ(boots.size(), 2u);
  EXPECT_EQ(boots[0], "U-Boot\nLinux version 6.1\nx\nU-Boot\n");
  EXPECT_EQ(boots[1], "\n\n\n\nLinux version 6.2\ny\n");
  EXPECT_EQ(boots_of("x\ny"), std::vector<std::string>{"x\ny"});
}

TEST(PastedLog, MayBeUtf16) {
  const std::string text = "[    0.000000] x\r\n";
  for (const bool is_little : {true, false}) {
    std::string pasted = is_little ? "\xFF\xFE" : "\xFE\xFF";
    for (const char each : text)
      pasted += is_little ? std::string{each, '\0'} : std::string{'\0', each};
    EXPECT_TRUE(is_kernel_log(pasted));
    EXPECT_EQ(as_dmesg(pasted), "[    0.000000] x\n");
    EXPECT_EQ(as_dmesg(pasted + "\xAC\x20"), "[    0.000000] x\n?");
  }
}

TEST(PastedLog, MayHaveWhatASerialLineGivesWhenItIsSwitchedOn) {
  const std::string text("\0\0[    0.000000] x\n\0\0[    0.000000] y\n\0", 39);
  EXPECT_TRUE(is_kernel_log(text));
  EXPECT_EQ(as_dmesg(text), "[    0.000000] x\n[    0.000000] y\n");
}

TEST(PastedLog, MayBeJson) {
  EXPECT_TRUE(is_json("{\"MESSAGE\":1}"));
  EXPECT_TRUE(is_json(" {\n  \"dmesg\": ["));
  EXPECT_FALSE(is_json(""));
  EXPECT_FALSE(is_json("{7} x"));
  EXPECT_FALSE(is_json("[    0.000000] {\"a\"}"));
}

TEST(PastedLog, MayBeOfAVendorsKernelOrOfRfc5424) {
  for (const char *pasted :
       {"[    0.000000@0] OF: reserved mem: x", "[    0.000000@0]  OF: reserved mem: x",
        "[    0.000000]  [0:        swapper:    0] OF: reserved mem: x",
        "[    0.000000] (0)[0:swapper]OF: reserved mem: x", "[    0.000000] c0 OF: reserved mem: x",
        "[    0.000000 <    0.000001 >] host kernel: OF: reserved mem: x"})
    EXPECT_EQ(as_dmesg(std::string(pasted) + "\n"), std::string(plain) + "\n") << pasted;
  for (const char *pasted : {"<3>[    0.000000] c0 x",
                             "<3>1 2026-11-28T08:00:00.000Z host kernel - - - [    0.000000] x"})
    EXPECT_EQ(as_dmesg(pasted), "<3>[    0.000000] x") << pasted;
  EXPECT_EQ(as_dmesg("<3>1 2026-11-28T08:00:00.000Z host kernel - - - x"), "<3>x");
  EXPECT_EQ(as_dmesg("<3>[    0.000000]<0>.(0)[0:swapper]x"), "<3>[    0.000000]x");
  EXPECT_EQ(as_dmesg("<30>1 2026-11-28T08:00:00.000Z host cron 7 - - x"), "<30>host cron 7 - - x");
}

TEST(PastedLog, IsToldFromOtherText) {
  EXPECT_TRUE(is_kernel_log("hello\n> [    0.000000] x\n"));
  EXPECT_TRUE(is_kernel_log("Linux version 6.1\n"));
  EXPECT_TRUE(is_kernel_log("Kernel panic - not syncing: x\n"));
  EXPECT_FALSE(is_kernel_log(""));
  EXPECT_FALSE(is_kernel_log("hello\n"));
  EXPECT_FALSE(is_kernel_log("[    0.000000] x\n\1\2\3"));
}

} // namespace
} // namespace rmemcheck
