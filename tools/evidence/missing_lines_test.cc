// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/missing_lines.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

TEST(MissingLines, AreToldByTheKernelAndByTheJournal) {
  for (const char *line :
       {"** 1 printk messages dropped **", "<4>** 12 printk messages dropped **",
        "[    0.000000] ** 12 printk messages dropped **",
        "** 12 printk messages dropped ** [    0.500000] x", "x ** 3 printk messages dropped **",
        "Nov 28 08:00:00 host systemd-journald[99]: Missed 10 kernel messages",
        "[    5.000000] systemd-journald[99]: /dev/kmsg buffer overrun, some messages lost."})
    EXPECT_TRUE(tells_of_loss(parse_log_line(line))) << line;
}

TEST(MissingLines, AreNotToldByWhatOnlyLooksLikeIt) {
  for (const char *line :
       {"", "x", "[    0.000000] printk: log buffer of 12 messages", "net: 3 callbacks suppressed",
        "<14>[    0.000000] ** 12 printk messages dropped **", // a program, into the ring
        "<46>[    5.000000] systemd-journald[99]: Missed 10 kernel messages"})
    EXPECT_FALSE(tells_of_loss(parse_log_line(line))) << line;
}

TEST(MissingLines, AreCutOutByAPersonWithAMark) {
  for (const char *line : {"[...]",
                           "...",
                           "[ ... ]",
                           "  ....",
                           "<...>",
                           "(...)",
                           "\xE2\x80\xA6",
                           "[\xE2\x80\xA6]",
                           "--- ... ---",
                           "# ...",
                           "<snip>",
                           "--- snip ---",
                           "[snip]",
                           "*SNIP*",
                           "[cut]",
                           "-----8<-----",
                           "--- >8 ---",
                           "[... 200 lines of PCI ...]",
                           "[200 lines omitted]",
                           "... some lines removed"})
    EXPECT_TRUE(is_cut_mark(line)) << line;
}

TEST(MissingLines, AreNotCutOutByWhatAKernelOrAPersonSays) {
  for (const char *line :
       {"", "x", "------------[ cut here ]------------", "---[ end trace 0000000000000000 ]---",
        ".... node  #0, CPUs:      #1", "Freeing initrd memory...", "---", "Any idea?", "..",
        "The log was cut by me", "Booting Linux on physical CPU 0x0", "8 lines"})
    EXPECT_FALSE(is_cut_mark(line)) << line;
}

} // namespace
} // namespace rmemcheck
