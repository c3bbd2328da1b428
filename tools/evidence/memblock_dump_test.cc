// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/memblock_dump.h"

#include "evidence/dmesg.h"
#include "evidence/test_errors.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

// Linux 6.1.192 for riscv64 on QEMU's "virt" board, as its serial console shows it.
const std::string log_with_dump =
    "[    0.000000] Linux version 6.1.192 (rmemcheck@rmemcheck)\r\n"
    "[    0.000000] MEMBLOCK configuration:\r\n"
    "[    0.000000]  memory size = 0x000000003fe00000 reserved size = 0x00000000027f798a\r\n"
    "[    0.000000]  memory.cnt  = 0x3\r\n"
    "[    0.000000]  memory[0x0]\t[0x0000000080200000-0x000000009001ffff], "
    "0x000000000fe20000 bytes flags: 0x0\r\n"
    "[    0.000000]  memory[0x1]\t[0x0000000090020000-0x000000009002ffff], "
    "0x0000000000010000 bytes flags: 0x4\r\n"
    "[    0.000000]  memory[0x2]\t[0x0000000090030000-0x000000009005ffff], "
    "0x0000000000030000 bytes flags: 0x0\r\n"
    "[    0.000000]  reserved.cnt  = 0x2\r\n"
    "[    0.000000]  reserved[0x0]\t[0x0000000080000000-0x000000008007ffff], "
    "0x0000000000080000 bytes flags: 0x0\r\n"
    "[    0.000000]  reserved[0x1]\t[0x0000000090000000-0x000000009000ffff], "
    "0x0000000000010000 bytes flags: 0x0\r\n"
    "[    0.000000] memblock_alloc_try_nid: 960 bytes align=0x40 nid=-1\r\n";

std::optional<MemblockDump> dump_of(const std::string &text) {
  return parse_memblock_dump(parse_dmesg(text));
}

/// The dump with one text in the place of another.
std::string with(const std::string &there, const std::string &instead) {
  std::string text = log_with_dump;
  return text.replace(text.find(there), there.size(), instead);
}

TEST(MemblockDumpTest, ReadsRangesFlagsAndLines) {
  const auto seen = dump_of(log_with_dump);
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->memory.size(), 3u);
  EXPECT_EQ(seen->memory[1].range, (PhysicalRange{0x90020000, 0x90030000}));
  EXPECT_EQ(seen->memory[1].flag, "NOMAP");
  EXPECT_EQ(seen->memory[1].at.file, "dmesg");
  EXPECT_EQ(seen->memory[1].at.line, 6u);
  EXPECT_EQ(seen->memory[2].flag, "NONE");
  ASSERT_EQ(seen->reserved.size(), 2u);
  EXPECT_EQ(seen->reserved[1].range, (PhysicalRange{0x90000000, 0x90010000}));
  EXPECT_EQ(seen->reserved[1].at.line, 10u);
}

TEST(MemblockDumpTest, ALogWithoutOneHasNone) {
  EXPECT_FALSE(dump_of("[    0.000000] Linux version 6.1.192\n"));
  EXPECT_FALSE(dump_of(""));
}

TEST(MemblockDumpTest, ReadsANodeAnd32BitAddresses) {
  const auto seen =
      dump_of("MEMBLOCK configuration:\n"
              " memory size = 0x00010000 reserved size = 0x00000000\n"
              " memory.cnt  = 0x1\n"
              " memory[0x0]\t[0xffff0000-0xffffffff], 0x00010000 bytes on node 0 "
              "flags: 0x0\n"
              " reserved.cnt  = 0x1\n"
              " reserved[0x0]\t[0x00000000-0xffffffff], 0x00000000 bytes flags: 0x0\n");
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->memory.size(), 1u);
  EXPECT_EQ(seen->memory[0].range, (PhysicalRange{0xffff0000, 0x100000000}));
  EXPECT_TRUE(seen->reserved.empty()) << "an array without entries has one of no size";
}

TEST(MemblockDumpTest, NoFlagHidesNoMap) {
  EXPECT_EQ(dump_of(with("flags: 0x4", "flags: 0x5"))->memory[1].flag, "NOMAP");
  EXPECT_EQ(dump_of(with("flags: 0x4", "flags: 0x9"))->memory[1].flag, "0x9");
}

TEST(MemblockDumpTest, TakesTheLastOfSeveral) {
  const auto seen = dump_of(with("flags: 0x4", "flags: 0x0") + log_with_dump);
  EXPECT_EQ(seen->memory[1].flag, "NOMAP");
  EXPECT_EQ(seen->memory[1].at.line, 17u);
}

TEST(MemblockDumpTest, DamageIsNoAnswer) {
  const std::pair<const char *, const char *> damages[] = {
      {" memory size = 0x0", "something"},
      {"memory.cnt  = 0x3", "memory.cnt  = 0x4"},
      {"memory.cnt  = 0x3", "memory.cnt  = 3"},
      {"memory[0x1]", "memory[0x2]"},
      {"0x0000000000010000 bytes", "some bytes"},
      {"flags: 0x4", "flags: 0x4 and more"},
      {"reserved.cnt", "physmem.cnt"},
  };
  for (const auto &[there, instead] : damages) {
    const std::string damaged = with(there, instead);
    EXPECT_THAT(message_of([&] { dump_of(damaged); }), HasSubstr("dmesg:")) << instead;
  }
  EXPECT_THAT(message_of([] {
                dump_of(
                    log_with_dump.substr(0, log_with_dump.find("[    0.000000]  reserved[0x1]")));
              }),
              HasSubstr("the log ends before"));
}

} // namespace
} // namespace rmemcheck
