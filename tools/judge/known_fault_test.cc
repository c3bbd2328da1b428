// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/known_fault.h"

#include "judge/comparison.h"
#include "judge/test_evidence.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

/// A kernel of that version that has lost a region and says that it had no entry for it.
Scenario with_full_array(const std::string &version) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.evidence.log.version = version;
  lose(scenario, "mapped@50000000");
  add_error(scenario.evidence.log, "OF: reserved mem: not enough space for all defined regions.");
  return scenario;
}

Verdict verdict_of(const Scenario &scenario) {
  return judge(scenario.expectation, scenario.evidence);
}

/// The fault that explains the rule's first finding.
std::string known_of(const Scenario &scenario, const std::string &name) {
  const Verdict verdict = verdict_of(scenario);
  return std::ranges::find(verdict.rules, name, &RuleResult::rule)->findings.at(0).known;
}

TEST(KnownFaults, HaveNamesOfTheirOwnAndRulesThatThereAre) {
  std::set<std::string> names;
  for (const KnownFault &fault : known_faults()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
    EXPECT_FALSE(fault.what.empty()) << fault.name;
    for (const std::string &rule : fault.rules)
      EXPECT_TRUE(can_fail(rule)) << fault.name << ' ' << rule;
  }
}

TEST(KnownFaults, ExplainWhatAKernelFailsBy) {
  const Verdict verdict = verdict_of(with_full_array("6.9.0"));
  EXPECT_EQ(verdict.outcome, Outcome::known);
  EXPECT_EQ(verdict.reason, "known: array-of-64");
  for (const RuleResult &rule : verdict.rules)
    for (const Finding &finding : rule.findings)
      EXPECT_EQ(finding.known, "array-of-64") << finding.rule;
}

TEST(KnownFaults, EndWithTheReleaseThatRepairsThem) {
  EXPECT_EQ(verdict_of(with_full_array("6.12.102")).outcome, Outcome::known);
  EXPECT_EQ(verdict_of(with_full_array("6.12.103")).outcome, Outcome::fail);
  EXPECT_EQ(verdict_of(with_full_array("6.13.0")).outcome, Outcome::fail);
}

TEST(KnownFaults, DoNotExplainWhatIsNew) {
  Scenario scenario = with_full_array("6.9.0");
  named(*scenario.evidence.probe, "two@50040000").range.end += 0x1000;
  const Verdict verdict = verdict_of(scenario);
  EXPECT_EQ(verdict.outcome, Outcome::fail);
  EXPECT_THAT(verdict.reason, ::testing::HasSubstr("failed: recorded"));
}

TEST(KnownFaults, AreNotKnownOfAKernelWithTheSeries) {
  Scenario scenario = with_full_array("6.9.0");
  scenario.expectation.may_have_known_faults = false;
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
}

TEST(KnownFaults, DoNotExplainAPanic) {
  Scenario scenario = with_full_array("6.9.0");
  scenario.evidence.ending = Ending::panic;
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
}

/// A kernel of that version that has panicked over so many regions to be placed.
Scenario dead_of(std::size_t boot_placed, const std::string &version) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.evidence = {};
  scenario.evidence.unsent_log.version = version;
  scenario.evidence.unsent_log.lines.push_back({"console.log", 1, "Booting Linux"});
  scenario.expectation.regions.clear();
  for (std::size_t index = 0; index < boot_placed; ++index) {
    ExpectedRegion region;
    region.node.name = fmt::format("placed{}", index);
    scenario.expectation.regions.push_back(region);
  }
  scenario.evidence.ending = Ending::panic;
  scenario.evidence.ending_reason = "Kernel panic - not syncing: stack-protector";
  return scenario;
}

TEST(KnownFaults, ExplainAnEndByWhatIsTooMuchForTheKernel) {
  const Verdict verdict = verdict_of(dead_of(65, "6.16.12+deb13-arm64"));
  EXPECT_EQ(verdict.outcome, Outcome::known) << verdict.reason;
  EXPECT_THAT(verdict.reason, ::testing::HasSubstr("known: boot-placed-overflow"));
  EXPECT_EQ(verdict_of(dead_of(64, "6.16.12+deb13-arm64")).outcome, Outcome::fail);
  EXPECT_EQ(verdict_of(dead_of(65, "7.1.8")).outcome, Outcome::fail);
  EXPECT_EQ(verdict_of(dead_of(65, "6.12.117")).outcome, Outcome::fail);
}

TEST(KnownFaults, ExplainAnEndByAPoolThatIsNoRam) {
  Scenario scenario = dead_of(0, "6.1.192");
  scenario.evidence.unsent_log.lines.push_back(
      {"console.log", 2, "pc : cma_init_reserved_areas+0x94/0x1c8"});
  ExpectedRegion pool;
  pool.node.name = "pool@50000000";
  scenario.expectation.regions = {pool};
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  ExpectedRegion &cut = scenario.expectation.regions.front();
  cut.fate = Fate::refused;
  cut.node.reusable = true;
  cut.node.compatible = {"shared-dma-pool"};
  cut.node.reg = cut.refused_tuples = {range(0x100000000, 0x400000)};
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::known);
  scenario.expectation.regions.front() = pool;
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  scenario.expectation.regions.front().is_no_ram_for_cma = true;
  EXPECT_EQ(verdict_of(scenario).reason.substr(0, 10), "the kernel");
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::known) << verdict_of(scenario).reason;
}

TEST(KnownFaults, ExplainAnEndInHalfAPairOfSections) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "arm";
  scenario.expectation.last_address = 0xffffffff;
  scenario.evidence.ending = Ending::hang;
  ExpectedRegion hole = static_region("hole@50100000", range(0x50100000, 0x100000));
  hole.node.no_map = true;
  scenario.expectation.regions = {hole};
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  scenario.expectation.regions.front().node.reg.front().end -= 0x1000;
  EXPECT_EQ(verdict_of(scenario).known_ending, "half-a-pair-of-sections");
  scenario.expectation.may_have_known_faults = false; // the series repairs it
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.last_address = 0xffffffffff; // LPAE
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

/// As of tree 8 of seed 16: a section that the kernel does not come to use.
TEST(KnownFaults, ExplainASectionThatIsNotMapped) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "arm64";
  scenario.evidence.log.version = "6.1.192";
  unmap(scenario, *expected(scenario, "mapped@50000000").range);
  EXPECT_EQ(known_of(scenario, "mapped-present"), "");
  EXPECT_EQ(known_of(scenario, "ram-mapped"), "");
  ReservedRegion &node = expected(scenario, "hidden@50020000").node;
  node.reg.front().end -= 0x10;
  EXPECT_EQ(known_of(scenario, "mapped-present"), "part-of-a-page");
  EXPECT_EQ(known_of(scenario, "ram-mapped"), "part-of-a-page");
  scenario.expectation.may_have_known_faults = false; // the series mends it
  EXPECT_EQ(known_of(scenario, "mapped-present"), "");
}

TEST(KnownFaults, ExplainAnEndByAPageThatIsMappedTwice) {
  Scenario scenario = dead_of(1, "6.1.192");
  scenario.expectation.arch = "arm64";
  scenario.evidence.unsent_log.lines.push_back(
      {"console.log", 2, "kernel BUG at arch/arm64/mm/mmu.c:205!"});
  ReservedRegion &node = scenario.expectation.regions.front().node;
  node.enabled = node.no_map = true;
  node.size = 0x10;
  EXPECT_EQ(verdict_of(scenario).known_ending, "part-of-a-page");
  node.size = 0x1000;
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  node.reg = {range(0x50000000, 0x1100)};
  EXPECT_EQ(verdict_of(scenario).known_ending, "part-of-a-page");
  scenario.evidence.unsent_log.lines.pop_back();
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  scenario.evidence.unsent_log.lines.push_back( // of the section behind the page
      {"console.log", 2,
       "Unable to handle kernel paging request at virtual address ffffff8010001020"});
  EXPECT_EQ(verdict_of(scenario).known_ending, "part-of-a-page");
}

TEST(KnownFaults, ExplainAnEndByWhatSharesAPage) {
  Scenario scenario = dead_of(1, "7.3.4");
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "arm64";
  scenario.evidence.unsent_log.lines.push_back(
      {"console.log", 2,
       "Unable to handle kernel paging request at virtual address ffff00003fffff40"});
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  ReservedRegion &node = scenario.expectation.regions.front().node;
  node.enabled = node.no_map = true;
  node.size = 0x10;
  EXPECT_EQ(verdict_of(scenario).known_ending, "rest-of-a-page");
  scenario.expectation.may_have_known_faults = false; // the series mends it
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

TEST(KnownFaults, ExplainWarningsOfACmaAreaThatIsNoRam) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning,
              "WARNING: CPU: 0 PID: 1 at mm/cma.c:110 cma_init_reserved_areas+0x6e/0x1aa");
  EXPECT_EQ(known_of(scenario, "no-warning"), "");
  scenario.expectation.regions.front().is_no_ram_for_cma = true;
  EXPECT_EQ(known_of(scenario, "no-warning"), "cma-outside-ram");
}

TEST(KnownFaults, ExplainThatNoRamIsAResource) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "riscv";
  scenario.evidence.log.version = "6.12.117";
  say_error(scenario.evidence.log, "Failed to add a Reserved resource at 50010000");
  EXPECT_EQ(known_of(scenario, "no-error"), "");
  ReservedRegion &node = scenario.expectation.regions.front().node;
  node.enabled = node.no_map = true;
  node.size = 0x100;
  EXPECT_EQ(known_of(scenario, "no-error"), "resources-lost");
  // As one that boot places behind another of odd size.
  node.size = 0x1000;
  node.no_map = false;
  EXPECT_EQ(known_of(scenario, "no-error"), "");
  expected(scenario, "placed").node.size = 0x123;
  EXPECT_EQ(known_of(scenario, "no-error"), "resources-lost");
  // What does not lie in a page that is no resource may fail, too.
  scenario.evidence.log.errors.back().text = "Failed to add a System RAM resource at 90075000";
  scenario.evidence.log.lines.back().text = scenario.evidence.log.errors.back().text;
  EXPECT_EQ(known_of(scenario, "no-error"), "resources-lost");
  scenario.expectation.may_have_known_faults = false; // the series mends it
  EXPECT_EQ(known_of(scenario, "no-error"), "");
}

TEST(KnownFaults, ExplainAHangOfArmByAPageWithTwoMappings) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "arm";
  scenario.evidence.ending = Ending::hang;
  for (ExpectedRegion &region : scenario.expectation.regions)
    region.node.no_map = false;
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  ReservedRegion &node = scenario.expectation.regions.front().node;
  node.enabled = node.no_map = true;
  node.size = 0x100;
  EXPECT_EQ(verdict_of(scenario).known_ending, "table-in-a-section");
  scenario.expectation.may_have_known_faults = false; // the series mends it
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

TEST(KnownFaults, ExplainAHangOfArmByCmaPoolsInOneAnother) {
  Scenario scenario = passing();
  scenario.expectation.arch = "arm";
  scenario.evidence.ending = Ending::hang;
  for (ExpectedRegion &region : scenario.expectation.regions)
    region.node.no_map = false;
  auto &regions = scenario.expectation.regions;
  regions.push_back(default_cma(static_region("outer", range(0x58000000, 0x1000000))));
  regions.push_back(default_cma(static_region("inner", range(0x59000000, 0x400000))));
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  regions.back().range = range(0x58c00000, 0x400000);
  EXPECT_EQ(verdict_of(scenario).known_ending, "pools-in-pools");
}

TEST(KnownFaults, ExplainThatAKernelWhichIsGivenBackResetsTheMachine) {
  Scenario scenario = dead_of(0, "6.1.192");
  scenario.evidence.ending = Ending::cut_short;
  scenario.evidence.ending_reason.clear();
  scenario.expectation.memory = {range(0x40000000, 0x40000000)};
  ExpectedRegion pool = default_cma(static_region("pool", range(0x40790000, 0x400000)));
  scenario.expectation.regions = {pool};
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::inconclusive);
  scenario.evidence.unsent_log.lines.push_back(
      {"console.log", 2, "Reserved memory: incorrect alignment of CMA region"});
  EXPECT_EQ(verdict_of(scenario).reason,
            "the evidence is cut short; known: refused-takes-others-along");
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::known);
  scenario.expectation.regions.front().range = range(0x50790000, 0x400000);
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::inconclusive);
}

TEST(KnownFaults, ExplainThatUmDiesOfADumpOfNamesakes) {
  Scenario scenario = passing();
  scenario.expectation.arch = "um";
  scenario.expectation.has_user_space = false;
  scenario.evidence.ending = Ending::cut_short;
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  add_log_line(scenario.evidence.log, "sysfs: cannot create duplicate filename "
                                      "'/firmware/devicetree/base/reserved-memory/buf@1#16'");
  EXPECT_EQ(verdict_of(scenario).known_ending, "dump-of-namesakes");
  scenario.expectation.has_user_space = true; // the log that it has sent is no end of it
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

TEST(KnownFaults, ExplainThatArmMapsTheNoMapMemoryInAPool) {
  Scenario scenario = passing();
  scenario.expectation.arch = "arm";
  std::ranges::find(*scenario.evidence.probe, "hidden@50020000", &ProbedRegion::name)->mapped =
      "some";
  EXPECT_EQ(known_of(scenario, "probe-mapping"), "");
  scenario.expectation.regions.push_back(
      default_cma(static_region("outer", range(0x50000000, 0x1000000))));
  EXPECT_EQ(known_of(scenario, "probe-mapping"), "no-map-in-a-pool");
}

TEST(KnownFaults, ExplainPagesOfCmaPoolsInOneAnother) {
  Scenario scenario = passing();
  auto &regions = scenario.expectation.regions;
  regions.push_back(default_cma(static_region("outer", range(0x58000000, 0x1000000))));
  regions.push_back(default_cma(static_region("inner", range(0x59000000, 0x400000))));
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::bug, "BUG: Bad page state in process x");
  EXPECT_EQ(known_of(scenario, "no-warning"), "");
  regions.back().range = range(0x58c00000, 0x400000);
  EXPECT_EQ(known_of(scenario, "no-warning"), "pools-in-pools");
}

TEST(KnownFaults, ExplainThatPagesOfAPoolWereGivenBackWithAnother) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  auto &regions = scenario.expectation.regions;
  regions.push_back(default_cma(static_region("outer", range(0x58000000, 0x800000))));
  regions.push_back(refused(default_cma(static_region("odd", range(0x58001000, 0x800000)))));
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning,
              "cma: cma_alloc: outer: alloc failed, req-size: 32 pages, ret: -16");
  EXPECT_EQ(known_of(scenario, "no-warning"), "");
  regions.back().given_back = true;
  EXPECT_EQ(known_of(scenario, "no-warning"), "refused-takes-others-along");
  scenario.evidence.log.troubles.back().at.text =
      "cma: cma_alloc: outer: alloc failed, req-size: 32 pages, ret: -12";
  EXPECT_EQ(known_of(scenario, "no-warning"), ""); // -ENOMEM: it is full
}

/// pool@54000000 is a restricted pool, which a device is given.
ExpectedRegion &give_bounce_pool(Scenario &scenario) {
  ExpectedRegion &pool = expected(scenario, "pool@54000000");
  pool.node.compatible = {"restricted-dma-pool"};
  for (std::size_t index = 0; index < scenario.expectation.regions.size(); ++index)
    if (&scenario.expectation.regions[index] == &pool)
      scenario.expectation.consumers = {{"camera", "pool@54000000", index}};
  return pool;
}

TEST(KnownFaults, ExplainAnEndInABouncePoolThatIsHidden) {
  Scenario scenario = passing();
  ExpectedRegion &pool = give_bounce_pool(scenario);
  pool.no_map = pool.node.no_map = false;
  scenario.evidence.ending = Ending::panic;
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  const PhysicalRange place = pool.node.reg.front();
  ExpectedRegion &hidden = expected(scenario, "hidden@50020000");
  hidden.node.reg = {range(place.end, 0x1000)};
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  hidden.node.reg = {range(place.end - 0x1000, 0x1000)};
  EXPECT_EQ(verdict_of(scenario).known_ending, "hidden-bounce-pool");
}

TEST(KnownFaults, ExplainWhatLiesBesideABouncePoolWithinAPage) {
  Scenario scenario = passing();
  ExpectedRegion &pool = give_bounce_pool(scenario);
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::bug, "BUG: Bad page state in process x");
  EXPECT_EQ(known_of(scenario, "no-warning"), "");
  pool.node.reg.front().begin += 0x200;
  EXPECT_EQ(known_of(scenario, "no-warning"), "pool-within-a-page");
  // It may die of that when it has sent its log (tree 683 of seed 17).
  scenario.evidence.log.troubles.clear();
  add_trouble(scenario.evidence.after_log, LoggedTrouble::Kind::bug, "Internal error: Oops: 96");
  EXPECT_EQ(known_of(scenario, "no-warning"), "");
  add_log_line(scenario.evidence.after_log, "Unable to handle ... address 005a5a5a5a5a5a82");
  EXPECT_EQ(known_of(scenario, "no-warning"), "pool-within-a-page");
}

/// As of tree 58 of seed 15
TEST(KnownFaults, ExplainAnEndByABouncePoolWithinAPage) {
  Scenario scenario = dead_of(1, "6.1.192");
  scenario.expectation.may_have_known_faults = false;
  scenario.expectation.regions.front().node.compatible = {"restricted-dma-pool"};
  scenario.expectation.consumers = {{"camera", "placed0", 0}};
  auto &lines = scenario.evidence.unsent_log.lines;
  lines.push_back({"console.log", 2,
                   "software IO TLB: Reserved memory: created restricted DMA pool at "
                   "0x000000007ffef000, size 0 MiB"});
  lines.push_back({"console.log", 3,
                   "OF: reserved mem: initialized node placed0, compatible id "
                   "restricted-dma-pool"});
  lines.push_back({"console.log", 4,
                   "Unable to handle kernel paging request at virtual address "
                   "005a5a5a5a5a5a62"});
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  lines[1].text.replace(lines[1].text.find("f000"), 4, "ffc0");
  EXPECT_EQ(verdict_of(scenario).known_ending, "pool-within-a-page");
  lines.pop_back(); // then it may have died of anything
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

TEST(KnownFaults, ExplainWhatADeviceGetsOfACoherentPoolWithinAPage) {
  Scenario scenario = passing();
  ExpectedRegion &pool = give_bounce_pool(scenario);
  pool.node.compatible = {"shared-dma-pool"};
  const PhysicalRange place = pool.node.reg.front();
  scenario.evidence.devices = {{}};
  ProbedDevice &camera = scenario.evidence.devices.front();
  camera.name = "camera";
  camera.range = {place.begin - 0x1000, place.begin + 0x1000};
  EXPECT_EQ(known_of(scenario, "device-memory"), "");
  pool.node.reg.front().begin += 0x200;
  EXPECT_EQ(known_of(scenario, "device-memory"), "pool-within-a-page");
}

TEST(KnownFaults, ExplainThatRiscvLeavesOutTheLastPage) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "riscv";
  std::ranges::find(*scenario.evidence.probe, "mapped@50000000", &ProbedRegion::name)->mapped =
      "some";
  EXPECT_EQ(known_of(scenario, "probe-mapping"), "");
  ReservedRegion &node = scenario.expectation.regions.back().node;
  node.enabled = node.no_map = true;
  node.size = 0x100;
  EXPECT_EQ(known_of(scenario, "probe-mapping"), "last-page-unmapped");
  scenario.evidence.ending = Ending::hang;
  EXPECT_EQ(verdict_of(scenario).known_ending, "last-page-unmapped");
  scenario.evidence.ending = Ending::powered_off;
  scenario.expectation.may_have_known_faults = false; // the series mends it
  EXPECT_EQ(known_of(scenario, "probe-mapping"), "");
}

TEST(KnownFaults, ExplainAnEndInMemoryOfTheFirmware) {
  Scenario scenario = dead_of(1, "6.12.117");
  scenario.expectation.may_have_known_faults = false;
  scenario.expectation.arch = "riscv";
  scenario.expectation.is_format_unsupported = true;
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  scenario.evidence.unsent_log.lines.push_back(
      {"console.log", 2, "Oops - store (or AMO) access fault [#1]"});
  EXPECT_EQ(verdict_of(scenario).known_ending, "firmware-not-reserved");
  scenario.expectation.is_format_unsupported = false;
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

TEST(KnownFaults, ExplainOverlapsOfRegionsOfOnePlace) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.evidence.log.version = "6.1.192";
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::overlap,
              "mapped@50000000 (0x50000000--0x50010000) overlaps with two@50040000 "
              "(0x50040000--0x50050000)");
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  ExpectedRegion twin = expected(scenario, "two@50040000");
  twin.node.name = "twin@50040000";
  twin.fate = Fate::ignored;
  scenario.expectation.regions.push_back(twin);
  const auto known = [&] { return known_of(scenario, "known-errors"); };
  EXPECT_EQ(known(), "equals-by-chance");
  scenario.evidence.log.version = "6.9.0";
  EXPECT_EQ(known(), "");
}

TEST(KnownFaults, ExplainARegionThatGoesWithTheInitrd) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = false;
  std::erase_if(*scenario.evidence.memblock_reserved, [&](const MemblockRange &entry) {
    return entry.range.overlaps(*expected(scenario, "mapped@50000000").range);
  });
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  scenario.expectation.taken.push_back(range(0x50000000, 0x90000));
  EXPECT_EQ(known_of(scenario, "reserved"), "freed-with-initrd");
  ReservedRegion &node = expected(scenario, "mapped@50000000").node;
  node.reg.insert(node.reg.begin(), range(0x5f000000, 0x1000));
  scenario.evidence.memblock_reserved->push_back(
      {node.reg.front(), "NONE", line("memblock-reserved", 90)});
  EXPECT_EQ(known_of(scenario, "reserved"), "freed-with-initrd"); // so does a further tuple
  node.reg.erase(node.reg.begin());
  // Of namesakes it is the one whose place the finding has.
  ExpectedRegion namesake = expected(scenario, "mapped@50000000");
  namesake.range = range(0x60000000, 0x10000);
  namesake.node.reg = {*namesake.range};
  scenario.expectation.regions.insert(scenario.expectation.regions.begin(), namesake);
  const Verdict verdict = verdict_of(scenario);
  const auto result = std::ranges::find(verdict.rules, "reserved", &RuleResult::rule);
  ASSERT_NE(result, verdict.rules.end());
  EXPECT_TRUE(std::ranges::any_of(result->findings, [](const Finding &finding) {
    return finding.expected.starts_with("0x0000000050000000") &&
           finding.known == "freed-with-initrd";
  }));
}

TEST(KnownFaults, ExplainPoolsBeyondAnArray) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "arm";
  scenario.evidence.log.version = "7.2.13";
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::bug,
              "UBSAN: array-index-out-of-bounds in arch/arm/mm/dma-mapping.c:264:15");
  const auto known = [&] { return known_of(scenario, "no-warning"); };
  EXPECT_EQ(known(), "");
  for (int pool = 0; pool < 9; ++pool) {
    ExpectedRegion more = expected(scenario, "pool@54000000");
    more.node.name += fmt::format("-{}", pool);
    more.node.reusable = true;
    more.node.compatible = {"shared-dma-pool"};
    scenario.expectation.regions.push_back(more);
  }
  EXPECT_EQ(known(), "early-pools-overflow");
  scenario.evidence.log.version = "7.3.4";
  EXPECT_EQ(known(), "early-pools-overflow");
  scenario.expectation.may_have_known_faults = false; // the series mends it
  EXPECT_EQ(known(), "");
}

TEST(KnownFaults, ExplainWhatTheSeriesOfNewKernelsLeavesAlone) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = false;
  lose(scenario, "placed");
  add_error(scenario.evidence.log,
            "OF: reserved mem: no room for node 'placed', it stays reserved but cannot be used");
  scenario.evidence.log.version = "7.3.4";
  EXPECT_EQ(verdict_of(scenario).reason, "known: boot-placed-64-recorded");
  scenario.evidence.log.version = "6.12.117"; // whose series records them all
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
}

TEST(KnownFaults, ExplainNodesWithoutNamesInAFormatThatIsNotRead) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = false;
  scenario.evidence.log.version = "7.3.4";
  expected(scenario, "disabled@58000000").must_be_named = true;
  EXPECT_EQ(verdict_of(scenario).reason, "known: format-without-names");
  scenario.evidence.log.version = "6.9.0";
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
}

TEST(KnownFaults, ExplainAHangOverAPoolThatIsRefusedTooLate) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "arm";
  scenario.evidence.log.version = "7.3.4";
  scenario.evidence.ending = Ending::hang;
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  ExpectedRegion &pool = expected(scenario, "linux,cma@52000000");
  pool = refused(pool);
  pool.given_back = true;
  EXPECT_EQ(verdict_of(scenario).known_ending, "unmapped-beside-pool");
  pool.given_back = false;
  pool.bypassed = true; // by cma= of the command line
  EXPECT_EQ(verdict_of(scenario).known_ending, "unmapped-beside-pool");
  scenario.evidence.log.version = "6.9.0";
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  scenario.evidence.log.version = "7.3.4";
  pool.bypassed = false;
  pool.given_back = true;
  pool.node.compatible = {"restricted-dma-pool"}; // reusable as well, and no area of CMA
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

TEST(KnownFaults, ExplainASecondDefaultArea) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "arm";
  add_log_line(scenario.evidence.log, "cma: Reserved 16 MiB at 0x7e000000");
  std::ranges::find_if(scenario.evidence.log.lines, [](const SourceLine &each) {
    return each.text.starts_with("Memory: ");
  })->text = "Memory: 900000K/1048576K available (49576K reserved, 32768K cma-reserved)";
  scenario.evidence.memblock_reserved->push_back(
      {range(0x7e000000, 0x1000000), "NONE", line("memblock-reserved", 9)});
  scenario.evidence.log.version = "6.12.102";
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  scenario.evidence.log.version = "6.12.103";
  EXPECT_EQ(verdict_of(scenario).reason, "known: default-pool-late");
}

TEST(KnownFaults, AreThoseOfAnArchitecture) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  ExpectedRegion &hidden = expected(scenario, "hidden@50020000");
  hidden.node.reg[0] = *(hidden.range = range(0x50020000, 0x10000));
  add_log_line(scenario.evidence.log, "Ignoring RAM at 0x50000000-0x80000000");
  std::erase_if(*scenario.evidence.iomem, [](const IomemEntry &entry) {
    return entry.depth == 0 && entry.range.begin == 0x54100000;
  });
  scenario.expectation.arch = "arm64";
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  scenario.expectation.arch = "arm";
  const Verdict verdict = verdict_of(scenario);
  EXPECT_EQ(verdict.outcome, Outcome::known) << verdict.reason;
  EXPECT_EQ(verdict.reason, "known: lowmem-ends-at-no-map");
}

/// As 32-bit ARM, which drops RAM behind a no-map region and dies.
Scenario dead_without_ram() {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.arch = "arm";
  scenario.evidence.ending = Ending::panic;
  add_log_line(scenario.evidence.log, "Ignoring RAM at 0x7be00000-0x80000000");
  return scenario;
}

/// Tree 682 of seed 171.
TEST(KnownFaults, ExplainAnInitrdInRamThatIsDropped) {
  Scenario scenario = dead_without_ram();
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  add_log_line(scenario.evidence.log, "PC is at memcmp+0x4/0x64");
  EXPECT_EQ(verdict_of(scenario).known_ending, "lowmem-ends-at-no-map");
}

TEST(KnownFaults, ExplainRamThatIsDroppedBehindWhatBootPlaces) {
  Scenario scenario = dead_without_ram();
  add_log_line(scenario.evidence.log, "PC is at cma_init_reserved_areas+0xc4/0x254");
  for (ExpectedRegion &region : scenario.expectation.regions)
    region.node.no_map &= is_boot_placed(region);
  EXPECT_EQ(verdict_of(scenario).known_ending, "lowmem-ends-at-no-map");
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::bug, "BUG: Bad page state in process x");
  EXPECT_EQ(known_of(scenario, "no-warning"), "lowmem-ends-at-no-map"); // of those CMA areas
  for (ExpectedRegion &region : scenario.expectation.regions)
    region.node.no_map = false;
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

TEST(KnownFaults, ExplainThatWhatLiesOverRamWhenCutIsTheEnd) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.last_address = 0xffffffff;
  scenario.evidence.ending = Ending::hang;
  ExpectedRegion &region = expected(scenario, "hidden@50020000");
  region.node.reg[0] = {0x140000000, 0x140012345};
  EXPECT_EQ(verdict_of(scenario).known_ending, "numbers-are-cut");
  region.node.reg[0] = {0x110000000, 0x110012345}; // no RAM
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  region.node.reg[0] = {0x140000000, 0x140012345};
  region.node.no_map = false; // reserved once more, and never given back
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

/// An overlap is told of neighbours in the array: of what is not in it nothing is.
TEST(KnownFaults, ExplainAnOverlapThatIsNotToldForWantOfAnEntry) {
  Scenario scenario = with_full_array("6.9.0");
  scenario.expectation.overlaps = {{"hidden@50020000", "mapped@50000000"}};
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::known);
  scenario.expectation.overlaps = {{"hidden@50020000", "two@50040000"}};
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
}

TEST(KnownFaults, ExplainWhatIsNotGivenBackForNotBeingRecorded) {
  Scenario scenario = with_full_array("6.9.0");
  scenario.expectation.most_own_memory = 0x100000;
  scenario.evidence.memblock_reserved->push_back(
      {range(0x5a000000, 0x1000000), "NONE", line("memblock-reserved", 90)});
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  ExpectedRegion &region = expected(scenario, "mapped@50000000");
  region = refused(region);
  region.given_back = true;
  EXPECT_EQ(outcome("own-memory", scenario), Outcome::fail);
  const Verdict verdict = verdict_of(scenario);
  const auto rule = std::ranges::find(verdict.rules, "own-memory", &RuleResult::rule);
  ASSERT_EQ(rule->findings.size(), 1u);
  EXPECT_EQ(rule->findings[0].known, "not-recorded-not-given-back");
  ProbedRegion seen;
  seen.name = region.node.name;
  seen.found = true;
  scenario.evidence.probe->push_back(seen);
  EXPECT_EQ(known_of(scenario, "own-memory"), "");
  scenario.expectation.regions.push_back(region); // it may be its namesake that is seen
  EXPECT_EQ(known_of(scenario, "own-memory"), "not-recorded-not-given-back");
}

TEST(KnownFaults, ExplainARefusedNoMapRegionThatStaysReserved) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.most_own_memory = 0x100000;
  ExpectedRegion &region = expected(scenario, "placed-no-map");
  region = refused(region);
  region.given_back = true;
  lose(scenario, "placed-no-map");
  scenario.evidence.memblock_reserved->push_back(
      {range(0x5a000000, 0x1000000), "NONE", line("memblock-reserved", 90)});
  const auto known = [&] { return known_of(scenario, "own-memory"); };
  EXPECT_EQ(known(), "refused-no-map-stays-reserved");
  region.node.no_map = false;
  EXPECT_EQ(known(), "");
}

TEST(KnownFaults, ExplainAnOverlapWithWhatShouldNotBeRecorded) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  const auto add_overlap = [&](const std::string &other) {
    add_trouble(scenario.evidence.log, LoggedTrouble::Kind::overlap,
                "mapped@50000000 (0x50000000--0x50010000) overlaps with " + other +
                    " (0x50008000--0x50009000)");
  };
  add_overlap("refused@50008000");
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::known);
  add_overlap("two@50040000");
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
}

/// Tree 512 of seed 151: of the overlaps of a region that of its neighbour alone is told.
TEST(KnownFaults, ExplainAnOverlapThatARefusedNeighbourHides) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.overlaps = {{"mapped@50000000", "two@50040000"}};
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::overlap,
              "mapped@50000000 (0x50000000--0x50050000) overlaps with refused@50008000 "
              "(0x50008000--0x50008000)");
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::known);
}

TEST(KnownFaults, ExplainThatADeviceMapsWhatWasRefused) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::warning,
              "WARNING: CPU: 0 PID: 1 at kernel/iomem.c:107 memremap+0x1d0/0x210");
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  ExpectedRegion &pool = expected(scenario, "pool@54000000");
  pool = refused(pool);
  EXPECT_EQ(known_of(scenario, "no-warning"), "refused-recorded");
}

TEST(KnownFaults, ExplainPagesThatTwoHave) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  ExpectedRegion &region = expected(scenario, "refused@50008000");
  add_trouble(scenario.evidence.log, LoggedTrouble::Kind::bug, "BUG: Bad page state in process x");
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  region.given_back = true;
  EXPECT_EQ(known_of(scenario, "no-warning"), "refused-takes-others-along");
}

/// Tree 659 of seed 181.
TEST(KnownFaults, ExplainADeviceThatWritesOverWhatWasGivenBack) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.evidence.ending = Ending::panic;
  add_trouble(scenario.evidence.after_log, LoggedTrouble::Kind::oops,
              "Unable to handle kernel paging request at virtual address 005a5a5a5a5a5a82");
  ExpectedRegion within = expected(scenario, "refused@50008000");
  within.given_back = true;
  within.range = within.node.reg.front() = range(0x52000000, 0xfff);
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
  scenario.expectation.regions.push_back(within); // in the CMA pool
  EXPECT_EQ(verdict_of(scenario).known_ending, "refused-takes-others-along");
  EXPECT_EQ(known_of(scenario, "no-warning"), "refused-takes-others-along");
  scenario.evidence.after_log = {};
  EXPECT_EQ(verdict_of(scenario).known_ending, "");
}

TEST(KnownFaults, ExplainMemoryOfNamesakesThatNothingShows) {
  Scenario scenario = passing();
  scenario.expectation.may_have_known_faults = true;
  scenario.expectation.most_own_memory = 0x100000;
  scenario.evidence.memblock_reserved->push_back(
      {range(0x5a000000, 0x1000000), "NONE", line("memblock-reserved", 90)});
  EXPECT_EQ(verdict_of(scenario).outcome, Outcome::fail);
  scenario.expectation.regions.push_back(expected(scenario, "placed"));
  EXPECT_EQ(known_of(scenario, "own-memory"), "namesakes");
  add_log_line(scenario.evidence.log, "Reserved memory: created CMA memory pool at 0x5b000000, "
                                      "size 4 MiB");
  EXPECT_EQ(known_of(scenario, "init"), "namesakes");
}

} // namespace
} // namespace rmemcheck::test
