// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

/// Takes a piece out of one list of entries.
template <typename Entry>
void cut(std::vector<Entry> &entries, const PhysicalRange &hole, const std::string &file) {
  std::vector<Entry> left;
  for (const Entry &entry : entries)
    for (const PhysicalRange &part : RangeSet({entry.range}).minus(RangeSet({hole})).ranges()) {
      left.push_back(entry);
      left.back().range = part;
      left.back().at = line(file, left.size());
    }
  entries = std::move(left);
}

SourceLine &memory_line(Scenario &scenario) {
  for (SourceLine &line : scenario.evidence.log.lines)
    if (line.text.starts_with("Memory: "))
      return line;
  throw std::runtime_error("the test has no such line");
}

TEST(AllRam, PassesWhereEveryByteIsThere) {
  EXPECT_EQ(outcome("all-ram", passing()), Outcome::pass);
  EXPECT_EQ(outcome("all-ram", empty_tree()), Outcome::pass);
}

TEST(AllRam, FailsWithAByteThatMemblockLacks) {
  Scenario scenario = passing();
  cut(*scenario.evidence.memblock_memory, range(0x60000000, 1), "memblock-memory");
  const RuleResult result = run("all-ram", scenario);
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_EQ(result.findings[0].seen, "not there: 0x0000000060000000..0x0000000060000000");
  EXPECT_EQ(result.findings[1].expected, "1048572K in all, as memblock has it");
}

TEST(AllRam, FailsWhereANoMapRegionIsTakenOutOfMemblock) {
  Scenario scenario = passing();
  cut(*scenario.evidence.memblock_memory, range(0x50020000, 0x10000), "memblock-memory");
  memory_line(scenario).text =
      "Memory: 900000K/1048512K available (49576K reserved, 16384K cma-reserved)";
  EXPECT_EQ(only_finding("all-ram", scenario).seen,
            "not there: 0x0000000050020000..0x000000005002ffff");
  // As 32-bit ARM says
  add_log_line(scenario.evidence.log, "Ignoring RAM at 0x50020000-0x50030000");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  // It takes more along than it says.
  cut(*scenario.evidence.memblock_memory, range(0x60000000, 0x1000), "memblock-memory");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
}

TEST(AllRam, FailsWhereMoreIsNoMapThanTheRegion) {
  Scenario scenario = passing();
  for (MemblockRange &entry : *scenario.evidence.memblock_memory)
    if (entry.range == range(0x50020000, 0x10000))
      entry.range.end += 0x8000;
    else if (entry.range.begin == 0x50030000)
      entry.range.begin += 0x8000;
  EXPECT_EQ(only_finding("all-ram", scenario).seen,
            "0x0000000050030000..0x0000000050037fff with flag NOMAP");
}

TEST(AllRam, FailsWhereSystemRamLacksAPage) {
  Scenario scenario = passing();
  for (IomemEntry &entry : *scenario.evidence.iomem)
    if (entry.depth == 0 && entry.range.begin == 0x50030000)
      entry.range.begin += 0x1000;
  EXPECT_EQ(only_finding("all-ram", scenario).seen,
            "not there: 0x0000000050030000..0x0000000050030fff");
}

TEST(AllRam, AllowsNoMapRegionsWhosePlaceNobodyKnowsAndNoMore) {
  Scenario scenario = passing();
  lose(scenario, "placed-no-map");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  for (IomemEntry &entry : *scenario.evidence.iomem)
    if (entry.depth == 0 && entry.range.begin == 0x50030000)
      entry.range.begin += 0x1000;
  EXPECT_EQ(only_finding("all-ram", scenario).expected, "all RAM in System RAM");
}

TEST(AllRam, AllowsForPagesOfANoMapRegionOfOddSizeWhosePlaceNobodyKnows) {
  Scenario scenario = recording_nothing(passing());
  ExpectedRegion &region = expected(scenario, "placed-no-map");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  region.size -= 0x800; // and hides the whole page
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  region.size -= 0x1000;
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass) << "it may begin within a page, too";
  region.size -= 0x1000;
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
}

TEST(AllRam, FailsWhereTheLogTellsLess) {
  Scenario scenario = passing();
  memory_line(scenario).text =
      "Memory: 900000K/1000000K available (49576K reserved, 16384K cma-reserved)";
  EXPECT_EQ(only_finding("all-ram", scenario).expected, "1048576K in all, as memblock has it");
  memory_line(scenario).text = "nothing";
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::inconclusive);
}

TEST(AllRam, FailsWhereTheLogsPartsAreNoParts) {
  Scenario scenario = passing();
  std::string &text = memory_line(scenario).text;
  text = "Memory: 990000K/1048576K available (49576K reserved, 16384K cma-reserved)";
  EXPECT_EQ(only_finding("all-ram", scenario).expected,
            "no more available and reserved than there is in all");
  // What numbers of 64 bits do not hold
  text = "Memory: 18446744073709551615K/1048576K available (2K reserved, 16384K cma-reserved)";
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
  text = "Memory: 982616K/1048576K available (49576K reserved, 16384K cma-reserved)";
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  text = "Memory: 982616K/1048576K available (4000K kernel code)";
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::inconclusive);
}

TEST(AllRam, FailsWhereTheLogHasOtherCmaAreas) {
  Scenario scenario = passing();
  std::string &text = memory_line(scenario).text;
  for (const char *kib : {"0", "16383", "17409", "32768"}) {
    text =
        fmt::format("Memory: 900000K/1048576K available (49576K reserved, {}K cma-reserved)", kib);
    EXPECT_EQ(only_finding("all-ram", scenario).expected,
              "16 MiB cma-reserved, as the log has CMA areas")
        << kib;
  }
  // The log rounds down to MiB.
  text = "Memory: 900000K/1048576K available (49576K reserved, 16896K cma-reserved)";
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  text = "Memory: 900000K/1048576K available (49576K reserved, 32768K cma-reserved)";
  Scenario live = scenario;
  live.expectation.is_live = true;
  EXPECT_EQ(outcome("all-ram", live), Outcome::pass);
  add_log_line(scenario.evidence.log, "cma: Reserved 16 MiB at 0x000000007dc00000 on node -1");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
}

/// 1 GiB, of which memblock has `kept` KiB in the end, with the 16 MiB of CMA.
Scenario with_reserved(std::uint64_t kept) {
  Scenario scenario = passing();
  memory_line(scenario).text = fmt::format(
      "Memory: 900000K/1048576K available ({}K reserved, 16384K cma-reserved)", kept - 16384);
  return scenario;
}

constexpr std::uint64_t kept_in_all = 31120; // KiB of passing(): the kernel, regions and pools

Outcome outcome_with_reserved(std::uint64_t kept) {
  Scenario scenario = with_reserved(kept);
  scenario.evidence.files.insert("memblock-reserved");
  return outcome("all-ram", scenario);
}

TEST(AllRam, FailsWhereTheLogTellsOfLessReservedThanMemblock) {
  EXPECT_EQ(outcome("all-ram", with_reserved(kept_in_all - 4)), Outcome::pass)
      << "memblock's dump is of an earlier time";
  EXPECT_EQ(outcome_with_reserved(kept_in_all), Outcome::pass);
  EXPECT_EQ(outcome_with_reserved(kept_in_all - 4), Outcome::fail);
}

TEST(AllRam, FailsWhereMemoryIsNeitherReservedNorGivenToThePageAllocator) {
  EXPECT_EQ(outcome_with_reserved(kept_in_all + 4), Outcome::pass);
  EXPECT_EQ(outcome_with_reserved(kept_in_all + 8), Outcome::fail);
  Scenario scenario = with_reserved(kept_in_all + 608);
  scenario.evidence.files.insert("memblock-reserved");
  const std::string what = only_finding("all-ram", scenario).expected;
  EXPECT_EQ(what, "at most 31120K reserved, as memblock has it with what was freed later");
  add_log_line(scenario.evidence.log, "Freeing initrd memory: 600K");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
  add_log_line(scenario.evidence.log, "Freeing SMP alternatives memory: 4K");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
}

TEST(AllRam, KnowsWhetherTheKernelsImageStaysReserved) {
  Scenario scenario = with_reserved(kept_in_all + 640);
  scenario.evidence.files.insert("memblock-reserved");
  add_log_line(scenario.evidence.log, "Freeing unused kernel memory: 640K");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
  scenario = with_reserved(kept_in_all);
  scenario.evidence.files.insert("memblock-reserved");
  cut(*scenario.evidence.memblock_reserved, range(kernel.begin + 0x100000, 640 << 10),
      "memblock-reserved");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
  add_log_line(scenario.evidence.log, "Freeing unused kernel memory: 640K");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
}

TEST(AllRam, TakesUefisWordForWhatThereIs) {
  Scenario scenario = passing();
  scenario.evidence.efi_memory = {{ram, "Conventional", false, {}}};
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  // The firmware keeps a part.
  scenario.evidence.efi_memory = {{range(0x40000000, 0x20000000), "Conventional", false, {}},
                                  {range(0x60000000, 0x10000), "Runtime Data", true, {}},
                                  {range(0x60010000, 0x1fff0000), "Boot Data", false, {}}};
  for (IomemEntry &entry : *scenario.evidence.iomem)
    if (entry.depth == 0 && entry.range.begin == 0x54100000) {
      entry.range.end = 0x60000000;
      break;
    }
  scenario.evidence.iomem->push_back({range(0x60010000, 0x1ffe0000), 0, "System RAM", {}});
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  scenario.evidence.iomem->back().range.begin += 0x1000;
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
}

TEST(AllRam, IsSkippedWhereNothingTellsOfRam) {
  Scenario scenario = passing();
  scenario.expectation.memory.clear();
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::skip);
  scenario = passing();
  scenario.evidence.memblock_memory.reset();
  scenario.evidence.iomem.reset();
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::skip);
}

TEST(AllRam, IsNotKnownWhereUefiHasToldTheKernelAlone) {
  Scenario scenario = passing();
  // firmware's, or lost
  cut(*scenario.evidence.memblock_memory, range(0x60000000, 0x10000), "memblock-memory");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
  add_log_line(scenario.evidence.log, "efi: EFI v2.70 by EDK II");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::inconclusive);
}

TEST(AllRam, OfALiveSystemIsWhatUefiHasTold) {
  Scenario scenario = passing();
  cut(*scenario.evidence.memblock_memory, range(0x60000000, 0x10000), "memblock-memory");
  scenario.expectation.is_live = true;
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::fail);
  add_log_line(scenario.evidence.log, "efi: EFI v2.70 by EDK II");
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::skip);
}

/// RAM that nobody has told of.
TEST(AllRam, FailsWhereThereIsMoreThanTheTreeHas) {
  Scenario scenario = passing();
  auto &iomem = *scenario.evidence.iomem;
  iomem.push_back({range(ram.end, 0x1000), 0, "System RAM", line("iomem", 90)});
  EXPECT_EQ(only_finding("all-ram", scenario).seen, "0x0000000080000000..0x0000000080000fff");
  EXPECT_EQ(only_finding("all-ram", scenario).at.line, 90u);
  iomem.back().name = "reserved";
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
  iomem.back().name = "System RAM";
  scenario.expectation.is_live = true; // it may have been plugged in
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
}

TEST(AllRam, FailsWhereMemblockHasMoreThanTheTree) {
  Scenario scenario = passing();
  scenario.expectation.memory = {{ram.begin, ram.end - 0x1000}};
  const RuleResult result = run("all-ram", scenario);
  EXPECT_EQ(result.outcome, Outcome::fail);
  for (const Finding &finding : result.findings)
    EXPECT_EQ(finding.seen, "0x000000007ffff000..0x000000007fffffff");
  // A page that has a part of it is one.
  scenario.expectation.memory = {{ram.begin, ram.end - 0x800}};
  EXPECT_EQ(outcome("all-ram", scenario), Outcome::pass);
}

} // namespace
} // namespace rmemcheck::test
