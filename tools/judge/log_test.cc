// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

constexpr const char *overlap_text =
    "OF: reserved mem: OVERLAP DETECTED! outer@50000000 (0x0000000050000000--0x0000000050020000) "
    "overlaps with inner@50010000 (0x0000000050010000--0x0000000050011000)";

/// As passing(), with a pool that its init function must refuse.
Scenario with_refused_pool() {
  Scenario scenario = passing();
  scenario.expectation.regions.push_back(
      refused(default_cma(static_region("odd@5a000800", range(0x5a000800, 0x1000)))));
  return scenario;
}

TEST(KnownErrors, PassesWithTheErrorsThatTheTreeLeadsTo) {
  EXPECT_EQ(outcome("known-errors", passing()), Outcome::pass);
  EXPECT_EQ(outcome("known-errors", empty_tree()), Outcome::pass);
}

TEST(KnownErrors, FailsWithAnErrorThatNamesNothing) {
  Scenario scenario = passing();
  add_error(scenario.evidence.log, "OF: reserved mem: not enough space for all defined regions.");
  const Finding finding = only_finding("known-errors", scenario);
  EXPECT_EQ(finding.region, "");
  EXPECT_THAT(finding.seen, HasSubstr("not enough space"));
  EXPECT_EQ(finding.at.line, scenario.evidence.log.lines.size());
}

TEST(KnownErrors, FailsWithAnErrorOfARegionThatMustBeRecorded) {
  Scenario scenario = passing();
  add_error(scenario.evidence.log,
            "OF: reserved mem: failed to allocate memory for node 'placed': size 0 MiB");
  EXPECT_EQ(only_finding("known-errors", scenario).region, "placed");
}

/// The kernel's image may lie there, or what boot has placed before.
TEST(KnownErrors, ALogAloneDoesNotShowWhatLiesInTheWay) {
  Scenario scenario = passing();
  for (const char *node : {"'placed'", "'mapped@50000000'"})
    add_error(scenario.evidence.log,
              fmt::format("OF: reserved mem: failed to allocate memory for node {}", node));
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail);
  scenario.evidence.memblock_reserved.reset();
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::inconclusive);
  EXPECT_THAT(run("known-errors", scenario).reason,
              HasSubstr("lies in the way of 2 regions (placed, mapped@50000000)"));
  add_error(scenario.evidence.log, "OF: reserved mem: node placed is odd");
  EXPECT_EQ(only_finding("known-errors", scenario).region, "placed");
}

TEST(KnownErrors, TellsNamesApartThatBeginAlike) {
  Scenario scenario = passing();
  add_error(scenario.evidence.log, "OF: reserved mem: failed to allocate memory for node "
                                   "'refused@500080000': size 0 MiB");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail);
}

TEST(KnownErrors, FailsWhereARefusedRegionIsLostSilently) {
  Scenario scenario = passing();
  scenario.evidence.log.troubles.clear();
  const Finding finding = only_finding("known-errors", scenario);
  EXPECT_EQ(finding.region, "refused@50008000");
  EXPECT_EQ(finding.expected, "named in 1 error");
}

TEST(KnownErrors, WantsOneErrorForEachRefusedTuple) {
  Scenario scenario = passing();
  ExpectedRegion &region = expected(scenario, "refused@50008000");
  region.refused_tuples.push_back(range(0x5000a000, 0x1000));
  EXPECT_EQ(only_finding("known-errors", scenario).seen, "named in 1");
  add_error(scenario.evidence.log,
            "OF: reserved mem: Reserved memory: failed to reserve memory for "
            "node 'refused@50008000': base 0x5000a000, size 0 MiB");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(KnownErrors, WantsAnErrorForARefusedTupleOfARecordedRegion) {
  Scenario scenario = passing();
  expected(scenario, "two@50040000").refused_tuples = {range(0x50060000, 0x10000)};
  EXPECT_EQ(only_finding("known-errors", scenario).region, "two@50040000");
}

TEST(KnownErrors, AllowsANamelessReasonBeforeTheFailureOfARefusedPool) {
  Scenario scenario = with_refused_pool();
  EXPECT_EQ(only_finding("known-errors", scenario).region, "odd@5a000800");
  add_error(scenario.evidence.log, "Reserved memory: incorrect alignment of CMA region");
  add_log_line(scenario.evidence.log,
               "OF: reserved mem: node odd@5a000800 compatible matching fail");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(KnownErrors, FailsWithANamelessReasonThatBelongsToNoRefusal) {
  Scenario scenario = passing();
  add_error(scenario.evidence.log, "Reserved memory: incorrect alignment of CMA region");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail);
}

TEST(KnownErrors, FailsWhereAnInitFunctionRefusesAGoodRegion) {
  Scenario scenario = passing();
  add_log_line(scenario.evidence.log,
               "OF: reserved mem: node pool@54000000 compatible matching fail");
  EXPECT_EQ(only_finding("known-errors", scenario).region, "pool@54000000");
}

TEST(KnownErrors, OfALogWithAGapMayLackTheLineThatNamesTheNode) {
  Scenario scenario = with_refused_pool();
  add_error(scenario.evidence.log, "Reserved memory: incorrect alignment of CMA region");
  scenario.evidence.log.trouble = "lines are missing";
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail) << "a guest sends all of it";
  scenario.expectation.is_live = true;
  EXPECT_THAT(run("known-errors", scenario).reason, HasSubstr("may lack the node of \"Reserved"));
  add_log_line(scenario.evidence.log, "OF: reserved mem: node x@1 compatible matching fail");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail) << "it names another";
}

TEST(KnownErrors, OfALogWithAGapMayLackTheCommandLine) {
  Scenario scenario = passing();
  scenario.expectation.regions.push_back(
      default_cma(static_region("pool@54000000", range(0x54000000, 0x400000))));
  add_log_line(scenario.evidence.log,
               "OF: reserved mem: node pool@54000000 compatible matching fail");
  scenario.expectation.is_live = true;
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail) << "the log is whole";
  scenario.evidence.log.trouble = "lines are missing";
  EXPECT_THAT(
      run("known-errors", scenario).reason,
      HasSubstr("lines are missing, and has no command line, for whose area pool@54000000"));
  add_log_line(scenario.evidence.log, "Kernel command line: quiet");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail);
}

TEST(KnownErrors, WantsAnErrorForANodeThatIsNotRead) {
  Scenario scenario = empty_tree();
  ExpectedRegion region = ignored(static_region("a@50000000", range(0x50000000, 0x1000)));
  region.node.enabled = true;
  scenario.expectation.regions = {region};
  scenario.expectation.is_format_unsupported = true;
  EXPECT_EQ(only_finding("known-errors", scenario).seen, "no such error");
  add_error(scenario.evidence.log, "OF: fdt: Reserved memory: unsupported node format, ignoring");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(KnownErrors, WantsAnErrorForANodeThatIsNotReadAndEmpty) {
  Scenario scenario = empty_tree();
  scenario.expectation.is_format_unsupported = true;
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail);
  add_error(scenario.evidence.log, "OF: fdt: Reserved memory: unsupported node format, ignoring");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(KnownErrors, WantsNoneForANodeThatIsPassedOver) {
  Scenario scenario = empty_tree();
  ExpectedRegion region = ignored(static_region("a", {}));
  region.node.enabled = true;
  region.node.skipped_silently = true;
  scenario.expectation.regions = {region};
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  add_error(scenario.evidence.log, "OF: fdt: Reserved memory: unsupported node format, ignoring");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail);
}

TEST(KnownErrors, WantsTheOverlapsOfTheTreeAndNoOther) {
  Scenario scenario = empty_tree();
  scenario.expectation.overlaps = {{"outer@50000000", "inner@50010000", true}};
  EXPECT_EQ(only_finding("known-errors", scenario).expected,
            "an error: overlaps with inner@50010000");
  scenario.expectation.recording = Recording::no_tree; // then there is no array to look through
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  scenario.expectation.recording = Recording::done;
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::overlap, overlap_text);
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  scenario.expectation.overlaps.clear();
  EXPECT_EQ(only_finding("known-errors", scenario).expected, "no overlap");
}

TEST(KnownErrors, TakesAnOptionalOverlapEitherWay) {
  Scenario scenario = empty_tree();
  scenario.expectation.overlaps = {{"inner@50010000", "outer@50000000", false}};
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::overlap, overlap_text);
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(KnownErrors, IsInconclusiveWhereAnOverlapNamesNoPair) {
  Scenario scenario = empty_tree();
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::overlap,
              "OF: reserved mem: OVERLAP DETECTED!");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::inconclusive);
}

TEST(NoWarning, DoesNotKnowWhereTheLogStopsWithinALine) {
  Scenario scenario = passing();
  scenario.evidence.log.is_cut = true;
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::inconclusive);
}

TEST(KnownErrors, IsInconclusiveWhereTheLogIsNotWhole) {
  Scenario scenario = passing();
  scenario.evidence.ending = Ending::cut_short;
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::inconclusive);
  scenario.evidence.log.troubles.clear();
  EXPECT_THAT(run("known-errors", scenario).reason, HasSubstr("1 region (refused@50008000)"));
  scenario.evidence.log = {};
  EXPECT_EQ(run("known-errors", scenario).outcome, Outcome::inconclusive);
}

TEST(NoWarning, DoesNotKnowWhereTheLogStopsBeforeInit) {
  Scenario scenario = passing();
  scenario.evidence.log.lines.resize(1);
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::inconclusive);
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::inconclusive);
}

TEST(NoWarning, PassesWithAQuietLog) { EXPECT_EQ(outcome("no-warning", passing()), Outcome::pass); }

TEST(NoWarning, AllowsThatTheCommandLinesAreaHasNoRoom) {
  Scenario scenario = passing();
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning, "cma: Failed to reserve 16 MiB");
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::fail);
  scenario.expectation.is_cmdline_cma_without_room = true;
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::pass);
}

TEST(NoWarning, FailsWithAnyCrash) {
  for (const LoggedTrouble::Kind kind : {LoggedTrouble::Kind::warning, LoggedTrouble::Kind::bug,
                                         LoggedTrouble::Kind::oops, LoggedTrouble::Kind::panic}) {
    Scenario scenario = passing();
    add_trouble(scenario.evidence.log, kind, "something broke");
    EXPECT_EQ(only_finding("no-warning", scenario).seen, "something broke");
  }
}

TEST(NoWarning, AllowsWhatIsOfTheProcessorAlone) {
  const std::string text = "WARNING: CPU: 0 PID: 0 at arch/mips/mm/init.c:283 ";
  Scenario scenario = passing();
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning,
              text + "maar_res_walk+0x80/0x90");
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::pass);
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning, text + "mem_init+0x80/0x90");
  EXPECT_THAT(only_finding("no-warning", scenario).seen, HasSubstr("mem_init"));
}

TEST(NoWarning, LeavesErrorsOfReservedMemoryToTheirRule) {
  Scenario scenario = passing();
  add_error(scenario.evidence.log, "OF: reserved mem: not enough space for all defined regions.");
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::overlap, overlap_text);
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::pass);
}

TEST(NoWarning, IsInconclusiveWhereTheLogIsNotWhole) {
  Scenario scenario = passing();
  scenario.evidence.log.version.clear();
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::inconclusive);
}

TEST(KnownErrors, FailsWhereARegionIsLeftWithTheWholeNodeAndNotNamed) {
  Scenario scenario = passing();
  expected(scenario, "disabled@58000000").node.enabled = true;
  expected(scenario, "disabled@58000000").must_be_named = true;
  scenario.expectation.is_format_unsupported = true;
  add_error(scenario.evidence.log, "OF: reserved mem: unsupported node format, ignoring");
  EXPECT_EQ(only_finding("known-errors", scenario).region, "disabled@58000000");
  add_error(scenario.evidence.log, "OF: reserved mem: failed to read node 'disabled@58000000'");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(KnownErrors, FailsWhereAnAlignmentIsRoundedInSilence) {
  Scenario scenario = passing();
  expected(scenario, "placed").is_alignment_rounded = true;
  EXPECT_EQ(only_finding("known-errors", scenario).region, "placed");
  add_log_line(scenario.evidence.log,
               "OF: reserved mem: alignment of node 'placed' is no power of two, using 0x10000");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(KnownErrors, ATupleOfAllocRangesThatIsPassedOverMayBeNamed) {
  Scenario scenario = passing();
  add_error(scenario.evidence.log, "OF: reserved mem: alloc-ranges out of range in 'placed' node.");
  EXPECT_EQ(only_finding("known-errors", scenario).region, "placed");
  ExpectedRegion &region = expected(scenario, "placed");
  region.node.alloc_ranges = {{0, 0x1000}, {0x1000, 0x2000}};
  region.windows = {{0, 0x1000}};
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(KnownErrors, APlaceholderMayBeNamedForItsRegAndMustBeWhereItFindsNoPlace) {
  Scenario scenario = passing();
  ExpectedRegion &region = expected(scenario, "placed");
  region.refused_tuples = {{0, 0}};
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  region = refused(region);
  EXPECT_EQ(only_finding("known-errors", scenario).expected, "named in 1 error");
  scenario = passing();
  add_error(scenario.evidence.log, "OF: reserved mem: failed to reserve memory for node 'placed'");
  expected(scenario, "placed").refused_tuples = {{0, 0}};
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  expected(scenario, "placed").refused_tuples = {{0, 0}, range(0x50060000, 0x10000)};
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  expected(scenario, "placed").refused_tuples.push_back(range(0x50070000, 0x10000));
  EXPECT_EQ(only_finding("known-errors", scenario).expected, "named in 2 errors");
}

TEST(KnownErrors, AReasonMayStandBeforeTheLineThatNamesTheNode) {
  Scenario scenario = passing();
  const std::string name = "linux,cma@52000000";
  add_error(scenario.evidence.log, "Reserved memory: incorrect alignment of CMA region");
  add_log_line(scenario.evidence.log, "cma: Reserved 16 MiB at 0x7f000000");
  add_log_line(scenario.evidence.log,
               "OF: reserved mem: node " + name + " compatible matching fail");
  expected(scenario, name) = refused(expected(scenario, name));
  expected(scenario, name).given_back = true;
  EXPECT_THAT(only_finding("known-errors", scenario).seen, HasSubstr("incorrect alignment"));
  scenario.expectation.refuses_before_reserving = true;
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
  expected(scenario, name).given_back = false; // it has another reason
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::fail);
}

TEST(NoWarning, ShowsNothingWithoutWhatTheLogMustSay) {
  Scenario scenario = passing();
  scenario.expectation.must_log = {"KernelAddressSanitizer initialized"};
  EXPECT_EQ(run("no-warning", scenario).outcome, Outcome::inconclusive);
  add_log_line(scenario.evidence.log, "kasan: KernelAddressSanitizer initialized");
  EXPECT_EQ(run("no-warning", scenario).outcome, Outcome::pass);
}

TEST(KnownErrors, DemandsANameOfEachThatAnArrayIsMissingFor) {
  Scenario scenario = recording_nothing(passing());
  expected(scenario, "two@50040000").must_be_named = true;
  EXPECT_EQ(only_finding("known-errors", scenario).region, "two@50040000");
  add_error(scenario.evidence.log, "OF: reserved mem: no memory to record node 'two@50040000'");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

TEST(NoWarning, LeavesAPoolInTheLinearMappingToItsDevice) {
  Scenario scenario = passing();
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning,
              "WARNING: CPU: 0 PID: 1 at kernel/iomem.c:107 memremap+0x1d0/0x210");
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::fail);
  for (std::size_t index = 0; index < scenario.expectation.regions.size(); ++index)
    if (scenario.expectation.regions[index].node.name == "pool@54000000")
      scenario.expectation.consumers = {{"camera", "pool@54000000", index}};
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::fail) << "a no-map pool is no RAM";
  expected(scenario, "pool@54000000").no_map = false;
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::pass);
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning,
              "WARNING: CPU: 0 PID: 1 at arch/arm64/mm/ioremap.c:15 ioremap_allowed+0x40/0x50");
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::pass);
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning,
              "WARNING: CPU: 0 PID: 1 at arch/arm64/mm/mmu.c:15 map_mem+0x40/0x50");
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::fail);
}

TEST(NoWarning, LeavesTheDumpOfSysfsToNodesOfOneName) {
  Scenario scenario = passing();
  add_log_line(scenario.evidence.log, "sysfs: cannot create duplicate filename "
                                      "'/firmware/devicetree/base/reserved-memory@0/buf@1#16'");
  add_log_line(scenario.evidence.log, "CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.192 #1");
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning, "Call trace:");
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::pass);
  add_log_line(scenario.evidence.log, "and more");
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning, "Call trace:");
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::fail);
}

TEST(NoWarning, OfAnOlderDumpOfSysfsTellsNothing) {
  Scenario scenario = passing();
  add_log_line(scenario.evidence.log, "sysfs: cannot create duplicate filename "
                                      "'/firmware/devicetree/base/reserved-memory/buf@1#16'");
  for (int line = 0; line < 6; ++line)
    add_log_line(scenario.evidence.log, " 60719ce0 601e8240 9ff2c230 602a86b8");
  Scenario later = scenario;
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning, "Call Trace:");
  EXPECT_EQ(outcome("no-warning", scenario), Outcome::pass) << "um prints the stack first";
  add_log_line(later.evidence.log, "devtmpfs: initialized");
  add_trouble(later.evidence.log, LoggedTrouble::Kind::warning, "Call Trace:");
  EXPECT_EQ(outcome("no-warning", later), Outcome::fail);
}

TEST(KnownErrors, OfALogAloneAreOverlapsThatItsRangesShow) {
  Scenario scenario = passing();
  scenario.expectation.is_tree_known = false;
  EXPECT_EQ(outcome("recorded", scenario), Outcome::inconclusive);
  const auto overlaps = [&] {
    return std::ranges::count_if(run("known-errors", scenario).findings,
                                 [](const Finding &each) { return each.expected == "no overlap"; });
  };
  const auto before = overlaps();
  scenario.evidence.log.regions.push_back(scenario.evidence.log.regions.front());
  EXPECT_EQ(overlaps(), before); // a line that stands there twice
  scenario.evidence.log.regions.back().name = "another";
  EXPECT_GT(overlaps(), before);
}

/// The console goes on when the log has been read.
TEST(KnownErrors, FailsOnAnErrorAfterTheLog) {
  Scenario scenario = passing();
  add_error(scenario.evidence.after_log, "OF: reserved mem: failed to free node 'two@50040000'");
  EXPECT_EQ(only_finding("known-errors", scenario).expected, "no error after the log");
  scenario.evidence.after_log = {};
  add_log_line(scenario.evidence.after_log, "reboot: Power down");
  EXPECT_EQ(outcome("known-errors", scenario), Outcome::pass);
}

} // namespace
} // namespace rmemcheck::test
