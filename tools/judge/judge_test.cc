// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

Verdict judge(const Scenario &scenario) {
  return rmemcheck::judge(scenario.expectation, scenario.evidence);
}

TEST(Rules, KeepTheirNamesForEver) {
  std::vector<std::string> names;
  for (const Rule &rule : rules()) {
    names.push_back(rule.name);
    EXPECT_FALSE(rule.demands.empty()) << rule.name;
  }
  EXPECT_THAT(names,
              ElementsAre("recorded", "logged", "nothing-extra", "reserved", "no-map-memblock",
                          "iomem", "no-map-unmapped", "mapped-present", "ram-mapped", "all-ram",
                          "own-memory", "probe-mapping", "placement", "init", "default-cma",
                          "given-back", "device-memory", "left-out", "elfcorehdr", "efi-runtime",
                          "kunit", "known-errors", "witnesses", "no-error", "no-warning"));
}

TEST(Judge, PassesAKernelThatDoesEverythingRight) {
  const Verdict verdict = judge(passing());
  EXPECT_EQ(verdict.outcome, Outcome::pass) << verdict.reason;
  EXPECT_THAT(verdict.rules,
              Each(Field(&RuleResult::outcome, AnyOf(Outcome::pass, Outcome::skip))));
  EXPECT_EQ(names_with(verdict, Outcome::skip),
            "given-back, device-memory, left-out, elfcorehdr, efi-runtime, kunit, witnesses");
  EXPECT_EQ(verdict.reason, "");
  EXPECT_EQ(verdict.regions_in_tree, 9u);
  EXPECT_EQ(verdict.regions_recorded, 9u);
  EXPECT_TRUE(verdict.no_map_proven);
}

TEST(Judge, PassesAnEmptyTreeWithoutProvingNoMap) {
  const Verdict verdict = judge(empty_tree());
  EXPECT_EQ(verdict.outcome, Outcome::pass) << verdict.reason;
  EXPECT_EQ(verdict.regions_in_tree, 0u);
  EXPECT_FALSE(verdict.no_map_proven);
}

TEST(Judge, PassesAnOlderKernelThatCannotShowAll) {
  Scenario scenario = passing();
  make_old(scenario);
  const Verdict verdict = judge(scenario);
  EXPECT_EQ(verdict.outcome, Outcome::pass) << verdict.reason;
  EXPECT_EQ(verdict.rules[1].outcome, Outcome::skip);
}

TEST(Judge, FailsWhereARuleFails) {
  Scenario scenario = passing();
  lose(scenario, "mapped@50000000");
  const Verdict verdict = judge(scenario);
  EXPECT_EQ(verdict.outcome, Outcome::fail);
  EXPECT_EQ(verdict.reason, "failed: recorded, logged");
  EXPECT_EQ(verdict.regions_recorded, 8u);
}

TEST(Judge, NamesTheRuleInItsResultAndFindings) {
  Scenario scenario = passing();
  lose(scenario, "mapped@50000000");
  for (const RuleResult &result : judge(scenario).rules)
    EXPECT_THAT(result.findings, Each(Field(&Finding::rule, result.rule)));
}

TEST(Judge, FailsAKernelThatCrashesOrHangs) {
  for (const Ending ending : {Ending::panic, Ending::oops, Ending::hang}) {
    Scenario scenario = passing();
    scenario.evidence.ending = ending;
    scenario.evidence.ending_reason = "no byte for 20 seconds";
    const Verdict verdict = judge(scenario);
    EXPECT_EQ(verdict.outcome, Outcome::fail);
    EXPECT_THAT(verdict.reason, HasSubstr("no byte for 20 seconds"));
  }
}

TEST(Judge, FailsAKernelThatCrashesBeforeItShowsAnything) {
  Scenario scenario = passing();
  scenario.evidence = {};
  scenario.evidence.ending = Ending::panic;
  EXPECT_EQ(judge(scenario).outcome, Outcome::fail);
}

TEST(Judge, IsInconclusiveWhereTheGuestDiedOrTheEvidenceIsCutShort) {
  for (const Ending ending : {Ending::died, Ending::cut_short}) {
    Scenario scenario = passing();
    scenario.evidence.ending = ending;
    EXPECT_EQ(judge(scenario).outcome, Outcome::inconclusive);
    lose(scenario, "mapped@50000000"); // the probe's evidence is whole, and shows a failure
    EXPECT_EQ(judge(scenario).outcome, Outcome::fail);
  }
}

TEST(Judge, NeverPassesOnNoEvidence) {
  Scenario scenario = passing();
  for (const Ending ending : {Ending::powered_off, Ending::died, Ending::cut_short}) {
    scenario.evidence = {};
    scenario.evidence.ending = ending;
    const Verdict verdict = judge(scenario);
    EXPECT_EQ(verdict.outcome, Outcome::inconclusive);
    EXPECT_FALSE(verdict.no_map_proven);
    for (const RuleResult &result : verdict.rules) {
      EXPECT_NE(result.outcome, Outcome::pass) << result.rule;
      EXPECT_NE(result.outcome, Outcome::fail) << result.rule;
      EXPECT_NE(result.reason, "") << result.rule;
    }
  }
}

TEST(Judge, ProvesNoMapByReadsWherePageTablesAreNotUnderstood) {
  Scenario scenario = passing();
  scenario.evidence.linear_mapping.reset();
  const Verdict verdict = judge(scenario);
  EXPECT_EQ(verdict.outcome, Outcome::pass) << verdict.reason;
  EXPECT_TRUE(verdict.no_map_proven);
}

TEST(Judge, DoesNotProveNoMapWhereOneRegionCouldNotBeTried) {
  Scenario scenario = passing();
  scenario.evidence.linear_mapping.reset();
  probed(scenario, "hidden@50020000").mapped = "unknown";
  EXPECT_FALSE(judge(scenario).no_map_proven);
  lose(scenario, "hidden@50020000");
  EXPECT_FALSE(judge(scenario).no_map_proven);
  scenario.evidence.probe.reset();
  EXPECT_FALSE(judge(scenario).no_map_proven);
}

/// What is left of the evidence where no user space collects it.
Scenario without_user_space() {
  Scenario scenario = passing();
  make_old(scenario);
  scenario.expectation.has_user_space = false;
  scenario.expectation.must_run_suite = true;
  Evidence &evidence = scenario.evidence;
  for (MemblockRange &entry : *evidence.memblock_memory)
    entry.flag = std::ranges::any_of(scenario.expectation.regions,
                                     [&](const auto &region) {
                                       return region.no_map && region.range == entry.range;
                                     })
                     ? "NOMAP"
                     : "NONE";
  evidence.iomem.reset();
  evidence.probe.reset();
  evidence.linear_mapping.reset();
  for (const char *name : {"linux,cma@52000000", "pool@54000000", "bounce@55000000"})
    add_log_line(evidence.log,
                 fmt::format("OF: reserved mem: initialized node {}, compatible id any", name));
  evidence.kunit = kunit_report();
  return scenario;
}

TEST(Judge, PassesWithoutUserSpaceAndSaysWhatShowsIt) {
  const Verdict verdict = judge(without_user_space());
  EXPECT_EQ(verdict.outcome, Outcome::pass) << verdict.reason;
  EXPECT_EQ(verdict.reason,
            "shown by all-ram, init, default-cma, kunit, known-errors, no-error, no-warning");
  EXPECT_FALSE(verdict.no_map_proven);
  EXPECT_EQ(verdict.regions_recorded, std::nullopt);
}

TEST(Judge, ShowsMoreWithoutUserSpaceWhereNoRegionIsBootPlaced) {
  Scenario scenario = without_user_space();
  std::erase_if(scenario.expectation.regions,
                [](const ExpectedRegion &region) { return region.node.reg.empty(); });
  EXPECT_EQ(judge(scenario).reason,
            "shown by reserved, no-map-memblock, all-ram, init, default-cma, kunit, "
            "known-errors, no-error, no-warning");
}

TEST(Judge, DoesNotPassWithoutUserSpaceAndTheSuiteOfTheSeries) {
  Scenario scenario = without_user_space();
  scenario.evidence.kunit.reset();
  EXPECT_EQ(judge(scenario).reason, "could not find out: kunit");
  scenario.expectation.must_run_suite = false; // a baseline
  EXPECT_EQ(judge(scenario).outcome, Outcome::pass);
}

TEST(Judge, FailsWithoutUserSpaceWhereTheLogOrMemblockShowsALoss) {
  Scenario scenario = without_user_space();
  add_error(scenario.evidence.log, "OF: reserved mem: not enough space for all defined regions.");
  std::erase_if(*scenario.evidence.memblock_reserved,
                [](const MemblockRange &each) { return each.range.begin == 0x50000000; });
  EXPECT_EQ(judge(scenario).reason, "failed: reserved, known-errors");
}

RuleResult result_of(const std::string &rule, Outcome outcome) { return {rule, outcome, "", {}}; }

Verdict decided(std::vector<RuleResult> results) {
  Verdict verdict;
  verdict.rules = std::move(results);
  decide(verdict, Ending::powered_off, "");
  return verdict;
}

TEST(Decide, PutsFailureFirstThenDoubtThenSkipping) {
  const RuleResult pass = result_of("recorded", Outcome::pass);
  const RuleResult skipped = result_of("logged", Outcome::skip);
  const RuleResult open = result_of("reserved", Outcome::inconclusive);
  const RuleResult failed = result_of("iomem", Outcome::fail);
  EXPECT_EQ(decided({pass, skipped, open, failed}).reason, "failed: iomem");
  EXPECT_EQ(decided({pass, skipped, open}).reason, "could not find out: reserved");
  EXPECT_EQ(decided({pass, skipped}).outcome, Outcome::pass);
  EXPECT_EQ(decided({skipped, skipped}).outcome, Outcome::skip);
}

TEST(Decide, DoesNotPassWithoutRecording) {
  const Verdict verdict =
      decided({result_of("recorded", Outcome::skip), result_of("reserved", Outcome::pass)});
  EXPECT_EQ(verdict.outcome, Outcome::inconclusive);
  EXPECT_EQ(verdict.reason, "nothing shows what is recorded");
}

TEST(Outcome, HasAWord) {
  EXPECT_EQ(to_string(Outcome::pass), "pass");
  EXPECT_EQ(to_string(Outcome::fail), "fail");
  EXPECT_EQ(to_string(Outcome::inconclusive), "inconclusive");
  EXPECT_EQ(to_string(Outcome::skip), "skip");
}

/// 600 static regions, every other one no-map.
Scenario many() {
  Scenario scenario;
  scenario.expectation.memory = {ram};
  for (std::uint64_t index = 0; index < 600; ++index) {
    ExpectedRegion region =
        static_region(fmt::format("region{}", index), range(0x50000000 + index * 0x20000, 0x10000));
    scenario.expectation.regions.push_back(index % 2 == 0 ? region : no_map(region));
  }
  scenario.evidence = good_evidence(scenario.expectation, full_place);
  return scenario;
}

TEST(Judge, CopesWithManyRegions) {
  const Verdict verdict = judge(many());
  EXPECT_EQ(verdict.outcome, Outcome::pass) << verdict.reason;
  EXPECT_EQ(verdict.regions_recorded, 600u);
}

TEST(Judge, CountsAsTheArrayOf64EntriesDoes) {
  Scenario scenario = many();
  for (std::size_t index = 64; index < 600; ++index) {
    lose(scenario, fmt::format("region{}", index));
    add_error(scenario.evidence.log, "OF: reserved mem: not enough space for all defined regions.");
  }
  make_old(scenario);
  const Verdict verdict = judge(scenario);
  EXPECT_EQ(verdict.reason.substr(0, 30), "failed: recorded, known-errors");
  EXPECT_EQ(verdict.regions_recorded, 64u);
  EXPECT_EQ(verdict.rules.front().findings.size(), 536u);
  EXPECT_TRUE(verdict.no_map_proven); // marked no-map, although not recorded
}

TEST(Judge, AKernelThatRecordsNothingMayPass) {
  Scenario scenario = recording_nothing(passing());
  expected(scenario, "placed-no-map").windows = {range(0x7fff0000, 0x10000)};
  scenario.evidence.memblock_reserved->push_back(
      {range(0x7fff0000, 0x10000), "NONE", line("memblock-reserved", 20)});
  EXPECT_EQ(judge(scenario).outcome, Outcome::pass) << judge(scenario).reason;
  probed(scenario, "two@50040000").found = true;
  EXPECT_EQ(judge(scenario).reason, "failed: nothing-extra");
}

} // namespace
} // namespace rmemcheck::test
