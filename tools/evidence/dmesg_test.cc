// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/dmesg.h"

#include "evidence/test_errors.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

using Kind = LoggedTrouble::Kind;

// The log of a v6.1 kernel that has more regions than it can record.
constexpr std::string_view full_array =
    R"(<6>[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]
<5>[    0.000000] Linux version 6.1.192 (builder@host) (aarch64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP Tue Nov 24 00:29:41 UTC 2026
<6>[    0.000000] Machine model: linux,dummy-virt
<3>[    0.000000] OF: reserved mem: not enough space for all defined regions.
<6>[    0.000000] cma: Reserved 16 MiB at 0x000000007dc00000
<6>[    0.000000] rcu: 	RCU restricting CPUs from NR_CPUS=256 to nr_cpu_ids=1.
<4>[    0.316638] reserved_mem_probe: loading out-of-tree module taints kernel.
)";

TEST(DmesgTest, ReadsTheLogOfAKernel) {
  const KernelLog log = parse_dmesg(full_array);
  EXPECT_EQ(log.version, "6.1.192");
  ASSERT_EQ(log.lines.size(), 7u);
  EXPECT_EQ(log.lines[2].file, "dmesg");
  EXPECT_EQ(log.lines[2].line, 3u);
  EXPECT_EQ(log.lines[2].text, "Machine model: linux,dummy-virt");
  EXPECT_TRUE(log.regions.empty());
  ASSERT_EQ(log.troubles.size(), 1u);
  EXPECT_EQ(log.troubles[0].kind, Kind::reserved_memory_error);
  EXPECT_EQ(log.troubles[0].at.line, 4u);
  EXPECT_EQ(log.troubles[0].at.text, "OF: reserved mem: not enough space for all defined regions.");
}

std::string version_of(const std::string &version) {
  return parse_dmesg("[    0.000000] Linux version " + version + " (a@b) #1\n").version;
}

TEST(DmesgTest, KeepsDigitsAndDotsOfTheVersion) {
  EXPECT_EQ(version_of("6.12.107+deb13-arm64"), "6.12.107");
  EXPECT_EQ(version_of("6.9.0-rc1"), "6.9.0");
  EXPECT_EQ(version_of("6.1.0-49-arm64"), "6.1.0");
  EXPECT_EQ(parse_dmesg("[    0.000000] Machine model: x\n").version, "");
  EXPECT_EQ(parse_dmesg("").version, "");
  EXPECT_THAT(message_of([] { version_of("next"); }), HasSubstr("dmesg:1: "));
}

TEST(DmesgTest, ReadsRegionLinesOfASerialConsole) {
  const KernelLog log = parse_dmesg(
      "[    0.000000] Linux version 6.9.0 (a@b)\r\n"
      "[    0.000000] OF: reserved mem: initialized node pool, compatible id shared-dma-pool\r\n"
      "[    0.000000] OF: reserved mem: 0x000000007c000000..0x000000007cffffff (16384 KiB) map "
      "reusable pool\r\n"
      "[    0.000000] OF: reserved mem: 0x0000000044000000..0x0000000044000bff (3 KiB) nomap "
      "non-reusable region@44000000\r\n");
  ASSERT_EQ(log.regions.size(), 2u);
  EXPECT_EQ(log.regions[0].range, (PhysicalRange{0x7c000000, 0x7d000000}));
  EXPECT_FALSE(log.regions[0].no_map);
  EXPECT_TRUE(log.regions[0].reusable);
  EXPECT_EQ(log.regions[0].name, "pool");
  EXPECT_EQ(log.regions[1].range, (PhysicalRange{0x44000000, 0x44000c00}));
  EXPECT_TRUE(log.regions[1].no_map);
  EXPECT_FALSE(log.regions[1].reusable);
  EXPECT_EQ(log.regions[1].name, "region@44000000");
  EXPECT_EQ(log.regions[1].at.line, 4u);
  EXPECT_TRUE(log.troubles.empty());
}

TEST(DmesgTest, ReadsARegionLineOfA32BitKernel) {
  const KernelLog log = parse_dmesg(
      "<6>[    0.000000] OF: reserved mem: 0x1b000000..0x1effffff (65536 KiB) map non-reusable "
      "linux\n");
  ASSERT_EQ(log.regions.size(), 1u);
  EXPECT_EQ(log.regions[0].range, (PhysicalRange{0x1b000000, 0x1f000000}));
}

TEST(DmesgTest, ReadsARegionThatWasNotAllocated) {
  const KernelLog log =
      parse_dmesg("OF: reserved mem: 0x0000000000000000..0xffffffffffffffff (0 KiB) map "
                  "non-reusable unknown\n");
  ASSERT_EQ(log.regions.size(), 1u);
  EXPECT_TRUE(log.regions[0].range.empty());
}

TEST(DmesgTest, ADamagedRegionLineIsNeverPassedOver) {
  for (const std::string damaged :
       {"0x", "0x0000000044000000..0x000000004400ffff",
        "0x0000000044000000..0x000000004400ffff (63 KiB) map reusable a",
        "0x0000000044000000..0x0000000040000000 (64 KiB) map reusable a",
        "0x0000000044000000..0x000000004400ffff (64 KiB) mapped reusable a",
        "0x0000000044000000..0x000000004400ffff (64 KiB) map usable a",
        "0x0000000044000000..0x000000004400ffff (64 KiB) map reusable "}) {
    const std::string text = "first\n<6>[    0.000000] OF: reserved mem: " + damaged + "\n";
    const std::string message = message_of([&] { parse_dmesg(text); });
    EXPECT_THAT(message, HasSubstr("dmesg:2: ")) << damaged;
    EXPECT_THAT(message, HasSubstr(damaged)) << damaged;
  }
}

TEST(DmesgTest, JoinsTheTwoLinesOfAnOverlap) {
  constexpr std::string_view joined =
      "OF: reserved mem: OVERLAP DETECTED! a@44000000 (0x0000000044000000--0x0000000044020000) "
      "overlaps with b@44010000 (0x0000000044010000--0x0000000044030000)";
  for (const std::string second : {"<3>[    0.000000] ", "[    0.000000] ", "               "}) {
    const KernelLog log =
        parse_dmesg("<3>[    0.000000] OF: reserved mem: OVERLAP DETECTED!\n" + second +
                    "a@44000000 (0x0000000044000000--0x0000000044020000) overlaps with b@44010000 "
                    "(0x0000000044010000--0x0000000044030000)\n<6>[    0.000000] Zone ranges:\n");
    ASSERT_EQ(log.troubles.size(), 1u);
    EXPECT_EQ(log.troubles[0].kind, Kind::overlap);
    EXPECT_EQ(log.troubles[0].at.line, 1u);
    EXPECT_EQ(log.troubles[0].at.text, joined);
    EXPECT_EQ(log.lines.size(), 3u);
  }
}

TEST(DmesgTest, AnOverlapWithoutItsSecondLineIsTroubleStill) {
  for (const std::string_view after : {"", "[    0.000000] Zone ranges:\n"}) {
    const KernelLog log =
        parse_dmesg("[    0.000000] OF: reserved mem: OVERLAP DETECTED!\n" + std::string(after));
    ASSERT_EQ(log.troubles.size(), 1u);
    EXPECT_EQ(log.troubles[0].at.text, "OF: reserved mem: OVERLAP DETECTED!");
  }
}

TEST(DmesgTest, APanicIsOneTrouble) {
  const KernelLog log = parse_dmesg(
      "[    0.000000] Kernel panic - not syncing: memblock: cannot resize memory array\r\n"
      "[    0.000000] CPU: 0 PID: 0 Comm: swapper Not tainted 6.9.0 #1\r\n"
      "[    0.000000] ---[ end Kernel panic - not syncing: memblock: cannot resize memory array "
      "]---\r\n");
  ASSERT_EQ(log.troubles.size(), 1u);
  EXPECT_EQ(log.troubles[0].kind, Kind::panic);
  EXPECT_EQ(log.troubles[0].at.text,
            "Kernel panic - not syncing: memblock: cannot resize memory array");
}

TEST(DmesgTest, WhatAProgramWroteIsKeptButNotBelieved) {
  const KernelLog log = parse_dmesg("<14>[    1.000000] OF: reserved mem: 0xnonsense\n"
                                    "<14>[    1.000000] Linux version none\n");
  EXPECT_TRUE(log.regions.empty());
  EXPECT_EQ(log.version, "");
  EXPECT_EQ(log.lines.size(), 2u);
}

TEST(DmesgTest, TellsThePageSizeByTheSizeOfATable) {
  const auto page_size = [](const std::string &table) {
    return parse_dmesg("<6>[    0.000000] " + table + '\n').page_size;
  };
  EXPECT_EQ(page_size("Inode-cache hash table entries: 65536 (order: 3, 524288 bytes, linear)"),
            0x10000u);
  EXPECT_EQ(page_size("Inode-cache hash table entries: 65536 (order: 7, 524288 bytes, linear)"),
            0x1000u);
  // Damaged, or less than a page: nothing is told.
  EXPECT_EQ(page_size("Inode-cache hash table entries: 65536 (order: 3, 524289 bytes, linear)"),
            0x1000u);
  EXPECT_EQ(page_size("Inode-cache hash table entries: 2 (order: -4, 16 bytes, linear)"), 0x1000u);
  EXPECT_EQ(page_size("Inode-cache hash table entries: 2 (order: 64, 16 bytes, linear)"), 0x1000u);
  EXPECT_EQ(parse_dmesg("<14>[    1.0] Inode-cache hash table entries: 1 (order: 0, 65536 bytes, "
                        "linear)\n")
                .page_size,
            0x1000u);
}

TEST(DmesgTest, DoesNotReadAFormThatItDoesNotKnow) {
  for (const char *prefix :
       {"{7} [    0.000000] ", "kern.info: [    0.000000] ", "(0)[0:swapper] "})
    EXPECT_THROW((void)parse_dmesg(std::string(prefix) + "Linux version 6.1.0 (gcc)\n"), Error)
        << prefix;
  EXPECT_EQ(parse_dmesg("<14>[    1.000000] a: [    0.000000] b\n").lines.size(), 1u);
}

TEST(DmesgTest, SeesThatALogIsNotOneBoot) {
  const std::string start = "[    0.000000] Linux version 6.1.0 (gcc)\n";
  EXPECT_EQ(parse_dmesg(start + "[    2.000000] x\n[    1.500000] y\n").trouble, "");
  EXPECT_EQ(parse_dmesg(start + "[    2.000000] x\n" + start).trouble,
            "the kernel log holds more than one boot");
  EXPECT_EQ(parse_dmesg(start + "[    2.000000] x\n[    0.900000] y\n").trouble,
            "the kernel log runs back in time at line 3");
}

/// A log with that line between its beginning and its end, and before and after them.
std::string with_mark(const std::string &before, const std::string &inside,
                      const std::string &after) {
  return before + "[    0.000000] Linux version 6.12.0 (gcc)\n" + inside +
         "[    0.100000] Run /init as init process\n" + after;
}

TEST(DmesgTest, SeesThatTheKernelHasDroppedLines) {
  const std::string mark = "** 1 printk messages dropped **\n";
  const KernelLog log = parse_dmesg(with_mark("", mark, ""));
  EXPECT_EQ(log.trouble,
            "the kernel log lacks lines, as dmesg:2 says: ** 1 printk messages dropped **");
  EXPECT_EQ(parse_pasted_log(with_mark("", mark, ""), "x.log").trouble,
            "the kernel log lacks lines, as x.log:2 says: ** 1 printk messages dropped **");
  EXPECT_EQ(parse_dmesg(with_mark(mark, "", mark)).trouble, "");
  const KernelLog behind =
      parse_dmesg(with_mark("",
                            "** 1 printk messages dropped ** [    0.000000] OF: reserved mem: "
                            "0x44000000..0x4400ffff (64 KiB) map non-reusable a\n",
                            ""));
  EXPECT_THAT(behind.trouble, HasSubstr("dmesg:2"));
  EXPECT_EQ(behind.regions.size(), 1u);
}

TEST(DmesgTest, SeesThatAPersonHasCutLinesOutOfAPastedLog) {
  for (const std::string mark : {"[...]\n", "...\n", "<snip>\n"}) {
    EXPECT_THAT(parse_pasted_log(with_mark("", mark, ""), "x.log").trouble, HasSubstr("x.log:2"));
    EXPECT_EQ(parse_pasted_log(with_mark(mark, "", mark), "x.log").trouble, "");
    EXPECT_EQ(parse_dmesg(with_mark("", mark, "")).trouble, "") << "no person was there";
  }
  EXPECT_EQ(parse_pasted_log(with_mark("", "[    0.000000] ...\n", ""), "x.log").trouble, "");
}

TEST(DmesgTest, APastedLogOfASilentConsoleIsNoWholeOne) {
  const std::string asked = "[    0.000000] Kernel command line: console=ttyS0 ";
  const std::string zones = "[    0.000000] Zone ranges:\n";
  const auto trouble = [](const std::string &lines) {
    return parse_pasted_log(with_mark("", lines, ""), "x.log").trouble;
  };
  for (const std::string word : {"quiet\n", "loglevel=6\n", "loglevel=7 quiet\n"}) {
    const std::string silent = asked + word;
    EXPECT_THAT(trouble(silent), HasSubstr("shows no region, as x.log:2 asks for"));
    EXPECT_EQ(trouble(silent + zones), "") << "the ring's";
    EXPECT_EQ(parse_dmesg(with_mark("", silent, "")).trouble, "") << "the ring's";
  }
  for (const std::string word : {"\n", "quietly\n", "loglevel=7\n", "quiet loglevel=8\n"})
    EXPECT_EQ(trouble(asked + word), "") << word;
}

TEST(DmesgTest, APastedLogWithADamagedLineIsNoWholeOne) {
  const std::string whole =
      "[    0.000000] OF: reserved mem: 0x0000000044000000..0x000000004400ffff "
      "(64 KiB) map non-reusable a@44000000";
  EXPECT_EQ(parse_pasted_log(with_mark("", whole + '\n', ""), "x.log").trouble, "");
  for (const std::string &damaged :
       {whole.substr(0, 70), whole + " [ OK ] Started", whole + "</b>", whole + '"', whole + whole,
        whole + "OF: reserved mem: 0x46000000..0x4600ffff (64 KiB) map non-reusable b"}) {
    const KernelLog log = parse_pasted_log(
        with_mark("", damaged + "\n[    0.000000] OF: reserved mem: failed to x\n", ""), "x.log");
    EXPECT_THAT(log.trouble, HasSubstr("damaged: x.log:2: expected 'START..END")) << damaged;
    EXPECT_TRUE(log.regions.empty()) << damaged;
    EXPECT_EQ(log.troubles.size(), 1u) << damaged;
  }
  // What a guest sends has a name that the kernel gave it.
  EXPECT_EQ(parse_dmesg(whole + " b\n").regions.at(0).name, "a@44000000 b");
}

TEST(DmesgTest, APastedLogWithALineInAnotherIsNoWholeOne) {
  const std::string hidden = "[    0.000000] Memory is reserved for what the firmware has: OF: "
                             "reserved mem: 0x0000000044000000\n";
  EXPECT_THAT(parse_pasted_log(with_mark("", hidden, ""), "x.log").trouble,
              HasSubstr("damaged: x.log:2: expected a whole line, and no other in it, found"));
  EXPECT_EQ(parse_pasted_log(with_mark(hidden, "", hidden), "x.log").trouble, "");
  EXPECT_EQ(parse_dmesg(with_mark("", hidden, "")).trouble, "");
}

TEST(DmesgTest, NamesTheFileOfAPastedLog) {
  EXPECT_THAT(message_of([] { parse_pasted_log("[    0.000000] Linux version next\n", "x.log"); }),
              HasSubstr("x.log:1: expected"));
  EXPECT_EQ(parse_pasted_log("[    0.000000] x\n", "x.log").lines.at(0).file, "x.log");
}

TEST(DmesgTest, TellsATraceAloneFromThatOfAReport) {
  const KernelLog log = parse_dmesg("WARNING: CPU: 0 PID: 0 at mm/memblock.c:1 f+0x0/0x4\n"
                                    "CPU: 0 PID: 0 Comm: swapper\nCall trace:\n f+0x0/0x4\n");
  ASSERT_EQ(log.troubles.size(), 1u);
  EXPECT_EQ(log.troubles[0].family, "warning (kernel/panic.c)");
  const KernelLog alone = parse_dmesg("CPU: 0 PID: 0 Comm: swapper\nCall trace:\n f+0x0/0x4\n");
  ASSERT_EQ(alone.troubles.size(), 1u);
  EXPECT_EQ(alone.troubles[0].at.line, 2u);
}

/// Of an oops behind a trace that the log has.
TEST(ConsoleAfter, BeginsBehindTheLastOfTheLogAndNotBehindALineLikeOneOfIt) {
  const KernelLog log = parse_dmesg("<4>[    0.100000]  el0_svc+0x14\n<4>[    0.200000] taint\n");
  const KernelLog after = parse_console_after("[    0.100000]  el0_svc+0x14\n[    0.200000] taint\n"
                                              "[    0.300000] Oops\n[    0.300000]  el0_svc+0x14\n"
                                              "[    0.400000] panic\n",
                                              log);
  ASSERT_EQ(after.lines.size(), 3u);
  EXPECT_EQ(after.lines[0].text, "Oops");
}

TEST(ConsoleAfter, IsWhatComesAfterTheLog) {
  const KernelLog log = parse_dmesg("<6>[    0.100000] a\n<6>[    0.200000] b\n");
  const KernelLog after = parse_console_after("[    0.100000] a\r\n[    0.200000] b\r\n"
                                              "[    0.300000] WARNING: late\r\n"
                                              "[    0.400000] reboot: Power down\r\n",
                                              log);
  ASSERT_EQ(after.lines.size(), 2u);
  ASSERT_EQ(after.troubles.size(), 1u);
  EXPECT_EQ(after.troubles[0].at.file, "console.log");
  EXPECT_EQ(after.troubles[0].at.line, 3u);
}

TEST(Disagreement, IsALineThatOneOfThemLacks) {
  const std::string dmesg = "<6>[    0.100000] a\n<4>[    0.200000] b\n<14>[    0.3] mine\n";
  const std::string console = "firmware\r\n[    0.200000] b\r\n[    0.400000] reboot\r\n";
  EXPECT_EQ(disagreement(console, dmesg, 6), "");
  EXPECT_EQ(disagreement("firmware\n[    0.100000] a\n", dmesg, 6),
            "dmesg:2 is not on the console: b");
  EXPECT_EQ(disagreement("[    0.150000] lost\n" + console, dmesg, 6),
            "console.log:1 is not in dmesg: lost");
}

TEST(DmesgTest, ReadsARegionWhoseEndWraps) {
  for (const char *text :
       {"0x0000000050000000..0x000000004ffffffe (18014398509481983 KiB) map non-reusable a\n",
        "0x50000000..0x4fffefff (4194300 KiB) map non-reusable a\n"}) {
    const KernelLog log = parse_dmesg(std::string("OF: reserved mem: ") + text);
    ASSERT_EQ(log.regions.size(), 1u);
    EXPECT_TRUE(log.regions[0].wraps);
    EXPECT_EQ(log.regions[0].range.begin, 0x50000000u);
  }
}

TEST(DmesgTest, ReadsARegionThatEndsWithTheAddressSpace) {
  const KernelLog log = parse_dmesg("OF: reserved mem: 0xfffffffffffff000..0xffffffffffffffff "
                                    "(4 KiB) map non-reusable a\n");
  ASSERT_EQ(log.regions.size(), 1u);
  EXPECT_FALSE(log.regions[0].wraps);
  EXPECT_EQ(log.regions[0].range, (PhysicalRange{0xfffffffffffff000, 0xffffffffffffffff}));
}

TEST(Dmesg, IsNoWholeLogWhereItTellsOfAllMemoryTwice) {
  const std::string once = "<6>[    0.000000] Memory: 60K/64K available (4K reserved)\n";
  EXPECT_EQ(parse_dmesg(once).trouble, "");
  EXPECT_EQ(parse_dmesg(once + once).trouble,
            "the kernel log tells more than once how much memory there is");
}

} // namespace
} // namespace rmemcheck
