// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/evidence.h"

#include "evidence/test_errors.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RawEvidence one_boot() {
  return {
      {"dmesg", "<5>[    0.000000] Linux version 6.1.192 (builder@host) #1\n"},
      {"version", "Linux version 6.1.192 (builder@host) #1\n"},
      {"fdt", std::string("\xd0\x0d\xfe\xed\0", 5)},
      {"memblock-memory", "   0: 0x0000000040000000..0x000000007fffffff\n"},
      {"memblock-reserved", "   0: 0x0000000040210000..0x0000000040ae6fff\n"},
      {"iomem", "40000000-7fffffff : System RAM\n"},
      {"probe", "reserved_mem_probe 1\nlinear virt=0xffffff8000000000 phys=0x40000000\n"
                "region name=off@4a000000 available=0 found=0\nend 1\n"},
      {"kernel_page_tables", "---[ Linear Mapping start ]---\n"
                             "0xffffff8000000000-0xffffff8000200000           2M PMD       RW NX "
                             "SHD AF        BLK UXN    "
                             "MEM/NORMAL-TAGGED\n---[ Linear Mapping end ]---\n"},
  };
}

TEST(EvidenceTest, ReadsEveryPiece) {
  const Evidence evidence = parse_evidence(one_boot());
  EXPECT_EQ(evidence.ending, Ending::powered_off);
  EXPECT_EQ(evidence.log.version, "6.1.192");
  ASSERT_TRUE(evidence.memblock_memory);
  EXPECT_EQ(evidence.memblock_memory->at(0).at.file, "memblock-memory");
  ASSERT_TRUE(evidence.memblock_reserved);
  EXPECT_EQ(evidence.memblock_reserved->at(0).at.file, "memblock-reserved");
  ASSERT_TRUE(evidence.iomem);
  EXPECT_EQ(evidence.iomem->size(), 1u);
  ASSERT_TRUE(evidence.probe);
  EXPECT_EQ(evidence.probe->at(0).name, "off@4a000000");
  ASSERT_TRUE(evidence.linear_mapping);
  EXPECT_EQ(evidence.linear_mapping->at(0).range, (PhysicalRange{0x40000000, 0x40200000}));
  EXPECT_TRUE(evidence.notes.empty());
}

TEST(EvidenceTest, WhatIsMissingIsAbsent) {
  const Evidence evidence = parse_evidence({});
  EXPECT_TRUE(evidence.log.lines.empty());
  EXPECT_FALSE(evidence.memblock_memory);
  EXPECT_FALSE(evidence.memblock_reserved);
  EXPECT_FALSE(evidence.iomem);
  EXPECT_FALSE(evidence.probe);
  EXPECT_FALSE(evidence.linear_mapping);
  EXPECT_TRUE(evidence.notes.empty());
}

TEST(EvidenceTest, TakesMemblockFromTheLogWhereDebugfsShowsNone) {
  RawEvidence raw = one_boot();
  raw["dmesg"] += "MEMBLOCK configuration:\n"
                  " memory size = 0x40000000 reserved size = 0x1000\n"
                  " memory.cnt  = 0x1\n"
                  " memory[0x0]\t[0x40000000-0x7fffffff], 0x40000000 bytes flags: 0x0\n"
                  " reserved.cnt  = 0x1\n"
                  " reserved[0x0]\t[0x40001000-0x40001fff], 0x1000 bytes flags: 0x0\n";
  EXPECT_EQ(parse_evidence(raw).memblock_reserved->at(0).at.file, "memblock-reserved");
  raw.erase("memblock-reserved");
  const Evidence evidence = parse_evidence(raw);
  EXPECT_EQ(evidence.memblock_reserved->at(0).at.file, "dmesg");
  EXPECT_EQ(evidence.memblock_reserved->at(0).at.line, 7u);
}

TEST(EvidenceTest, TakesKunitFromTheLog) {
  RawEvidence raw = one_boot();
  EXPECT_FALSE(parse_evidence(raw).kunit);
  raw["dmesg"] += "KTAP version 1\n1..0\n";
  EXPECT_TRUE(parse_evidence(raw).kunit);
}

TEST(EvidenceTest, PageTablesWithoutProbeAreAbsentWithANote) {
  RawEvidence raw = one_boot();
  raw.erase("probe");
  const Evidence evidence = parse_evidence(raw);
  EXPECT_FALSE(evidence.linear_mapping);
  EXPECT_THAT(evidence.notes, ElementsAre(HasSubstr("without the probe")));
}

TEST(EvidenceTest, PageTablesOfAnotherArchitectureAreAbsentWithANote) {
  RawEvidence raw = one_boot();
  raw["kernel_page_tables"] = "---[ Linear mapping ]---\n";
  const Evidence evidence = parse_evidence(raw);
  EXPECT_FALSE(evidence.linear_mapping);
  EXPECT_THAT(evidence.notes, ElementsAre(HasSubstr("kernel_page_tables")));
}

TEST(EvidenceTest, DamageInAnyPieceIsNoAnswer) {
  for (const std::string name :
       {"memblock-memory", "memblock-reserved", "iomem", "probe", "kernel_page_tables"}) {
    RawEvidence raw = one_boot();
    raw[name] += "junk\n";
    if (name == "kernel_page_tables")
      raw[name] = "junk\n";
    EXPECT_THAT(message_of([&] { parse_evidence(raw); }), HasSubstr(name + ":")) << name;
  }
  // Without a probe too: the dump must hold what it claims.
  EXPECT_THAT(message_of([] {
                parse_evidence({{"kernel_page_tables", "junk\n"}});
              }),
              HasSubstr("kernel_page_tables:1: "));
}

TEST(EvidenceTest, TheVersionStandsInWhereTheLogHasLostIt) {
  const std::string version = "Linux version 6.12.1 (x@x) (gcc) #1 SMP\n";
  const Evidence whole = parse_evidence({{"dmesg", "Linux version 6.1.0\n"}, {"version", version}});
  EXPECT_EQ(whole.log.version, "6.1.0");
  EXPECT_FALSE(whole.log.lacks_beginning);
  const Evidence wrapped = parse_evidence({{"dmesg", "x\n"}, {"version", version}});
  EXPECT_EQ(wrapped.log.version, "6.12.1");
  EXPECT_TRUE(wrapped.log.lacks_beginning);
}

} // namespace
} // namespace rmemcheck
