// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

constexpr const char *no_op_rule = "no-op";

SourceLine &log_line(Evidence &evidence, const std::string &start) {
  return *std::ranges::find_if(
      evidence.log.lines, [&](const SourceLine &line) { return line.text.starts_with(start); });
}

void insert_line(Evidence &evidence, std::size_t index, const std::string &text) {
  auto &lines = evidence.log.lines;
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(index), line("dmesg", index + 1, text));
}

/// The log of an empty tree with what comes and goes in it.
TwoBoots boots() {
  Scenario scenario = empty_tree();
  insert_line(scenario.evidence, 1, "Zone ranges:");
  insert_line(scenario.evidence, 2, "Memory: 1004328K/1048576K available (2560K kernel code)");
  insert_line(scenario.evidence, 3, "Freeing initrd memory: 596K");
  insert_line(scenario.evidence, 4, "workingset: max_order=18");
  scenario.evidence.memblock_reserved->push_back(
      {range(0x7fff0000, 0x8123), "NONE", line("memblock-reserved", 2)});
  return same_boots(scenario);
}

TEST(NoOp, PassesWhereBothSayTheSame) {
  EXPECT_EQ(outcome(no_op_rule, boots()), Outcome::pass);
  EXPECT_EQ(outcome(no_op_rule, same_boots(passing())), Outcome::skip);
}

TEST(NoOp, AppliesToATreeWhoseRegionsAreAllDisabled) {
  TwoBoots two = boots();
  two.expectation.regions = {ignored(static_region("off@50000000", range(0x50000000, 0x10000)))};
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass);
  add_error(two.patched.log, "OF: reserved mem: something");
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::fail);
}

TEST(NoOp, NamesTheFirstLineThatDiffers) {
  TwoBoots two = boots();
  insert_line(two.patched, 2, "OF: reserved mem: nothing to record");
  const Finding finding = only_finding(no_op_rule, two);
  EXPECT_EQ(finding.expected, "\"Memory: 1004328K/1048576K available (2560K kernel code)\", as the "
                              "baseline's dmesg:3");
  EXPECT_EQ(finding.seen, "\"OF: reserved mem: nothing to record\"");
  EXPECT_EQ(finding.at.line, 3u);
}

TEST(NoOp, FindsALineThatIsMissing) {
  TwoBoots two = boots();
  two.baseline.log.lines.push_back(line("dmesg", 7, "more"));
  EXPECT_EQ(only_finding(no_op_rule, two).seen, "no more lines");
  two = boots();
  two.patched.log.lines.push_back(line("dmesg", 7, "more"));
  EXPECT_EQ(only_finding(no_op_rule, two).expected, "no more lines");
}

TEST(NoOp, FindsANumberThatTheSizeOfTheKernelDoesNotMove) {
  TwoBoots two = boots();
  log_line(two.patched, "workingset").text = "workingset: max_order=19";
  EXPECT_THAT(only_finding(no_op_rule, two).seen, HasSubstr("max_order=19"));
}

TEST(NoOp, LetsTheSizeOfTheKernelMoveNumbers) {
  TwoBoots two = boots();
  log_line(two.patched, "Memory:").text = "Memory: 998K/1048576K available (12560K kernel code)";
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass);
  log_line(two.patched, "Memory:").text = "Memory: 998K/1048576K available (12560K kernel data)";
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::fail);
}

TEST(NoOp, LetsTheSizeOfTheKernelMoveItsSectionsOnSh) {
  TwoBoots two = boots();
  insert_line(two.baseline, 2, "      .data : 0x8c1d4968 - 0x8c5a69f8   (3912 kB)");
  insert_line(two.patched, 2, "      .data : 0x8c1d4980 - 0x8c5a69f8   (3912 kB)");
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass);
}

TEST(NoOp, LetsTheSizeOfTheKernelMoveWhatIsLeftForModules) {
  TwoBoots two = boots();
  insert_line(two.baseline, 3, "30352 pages in range for non-PLT usage");
  insert_line(two.patched, 3, "30336 pages in range for non-PLT usage");
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass);
  log_line(two.patched, "30336").text = "30336 pages in range for other usage";
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::fail);
}

TEST(NoOp, LetsAPcFailToMeasureItsClocks) {
  TwoBoots two = boots();
  insert_line(two.patched, 2, "tsc: Fast TSC calibration failed");
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass);
  insert_line(two.patched, 2, "OF: reserved mem: tsc: ");
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::fail);
}

TEST(NoOp, LetsTheClocksOfAPcDiffer) {
  const std::pair<const char *, const char *> clocks[] = {
      {"clocksource: tsc-early: mask: 0xff max_cycles: 0x256beeeb689, max_idle_ns: 440795338834 ns",
       "clocksource: tsc-early: mask: 0xff max_cycles: 0x256bfa33b32, max_idle_ns: 440795297408 "
       "ns"},
      {"clocksource: Switched to clocksource pit",
       "clocksource: Switched to clocksource refined-jiffies"},
      {"sched_clock: Marking stable (454036403, 10092551)->(467543530, -3414576)",
       "sched_clock: Marking stable (444917526, 14128531)->(462974401, 3928344)"},
  };
  for (const auto &[baseline, patched] : clocks) {
    TwoBoots two = boots();
    insert_line(two.baseline, 2, baseline);
    insert_line(two.patched, 2, patched);
    EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass) << baseline;
  }
  TwoBoots other = boots();
  insert_line(other.baseline, 2, "clocksource: Switched to clocksource arch_sys_counter");
  insert_line(other.patched, 2, "clocksource: Switched to clocksource jiffies");
  EXPECT_EQ(outcome(no_op_rule, other), Outcome::fail);
}

TEST(NoOp, LetsAThreadTakeItsTime) {
  TwoBoots two = boots();
  std::swap(two.patched.log.lines[3], two.patched.log.lines[4]);
  insert_line(two.patched, 5, "random: crng init done");
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass);
  std::swap(two.patched.log.lines[1], two.patched.log.lines[2]);
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::fail);
}

TEST(NoOp, FindsAThreadThatSaysNothing) {
  TwoBoots two = boots();
  std::erase_if(two.patched.log.lines,
                [](const SourceLine &line) { return line.text.starts_with("Freeing initrd"); });
  EXPECT_THAT(only_finding(no_op_rule, two).expected, HasSubstr("Freeing initrd"));
}

TEST(NoOp, FindsMemoryThatDiffers) {
  TwoBoots two = boots();
  two.patched.memblock_memory->front().flag = "NOMAP";
  EXPECT_THAT(only_finding(no_op_rule, two).seen, HasSubstr("NOMAP"));
}

TEST(NoOp, FindsAnIomemEntryThatDiffers) {
  TwoBoots two = boots();
  two.patched.iomem->push_back({range(0x90000000, 0x1000), 0, "reserved", line("iomem", 9)});
  EXPECT_EQ(only_finding(no_op_rule, two).at.line, 9u);
}

TEST(NoOp, LetsTheSizeOfTheKernelMoveAllocations) {
  TwoBoots two = boots();
  PhysicalRange &allocated = two.patched.memblock_reserved->back().range;
  allocated = range(allocated.begin - 0x3000, allocated.size() + 0x1000); // a page table
  two.patched.iomem->push_back({allocated, 1, "reserved", line("iomem", 9)});
  for (IomemEntry &entry : *two.patched.iomem)
    if (entry.name == "Kernel code")
      entry.range.end += 0x10000;
  two.patched.memblock_reserved->front().range.end += 0x10000;
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass);
}

TEST(NoOp, DoesNotKnowWhatOnlyOneKernelShows) {
  TwoBoots two = boots();
  two.baseline.memblock_memory.reset();
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::inconclusive);
}

TEST(NoOp, DoesNotKnowWhatALogThatIsCutHides) {
  TwoBoots two = boots();
  two.baseline.log.is_cut = true;
  const RuleResult result = run(no_op_rule, two);
  EXPECT_EQ(result.outcome, Outcome::inconclusive);
  EXPECT_THAT(result.reason, HasSubstr("the baseline: "));
}

TEST(NoOp, PassesOverWhatMemblocksDebuggingAndKunitPrint) {
  TwoBoots two = boots();
  for (Evidence *evidence : {&two.baseline, &two.patched}) {
    add_log_line(evidence->log, "KTAP version 1");
    evidence->kunit =
        KunitReport{evidence->log.lines.back(), evidence->log.lines.size() + 1, 0, {}};
    add_log_line(evidence->log, evidence == &two.patched ? "1..1" : "1..0");
    add_log_line(evidence->log, "reboot: Power down");
  }
  insert_line(two.patched, 1, "memblock_reserve: [0x0000000040210000-0x0000000040ae7fff] f+0x5c");
  insert_line(two.patched, 1, " reserved[0x0]\t[0x40210000-0x40ae7fff], 0x8d8000 bytes flags: 0x0");
  for (SourceLine &line : two.patched.log.lines)
    line.line = static_cast<std::size_t>(&line - two.patched.log.lines.data()) + 1;
  two.patched.kunit->at.line += 2;
  two.patched.kunit->last_line += 2;
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::pass);
  add_log_line(two.patched.log, "ok 1 after the end of the suites");
  EXPECT_EQ(outcome(no_op_rule, two), Outcome::fail);
}

} // namespace
} // namespace rmemcheck::test
