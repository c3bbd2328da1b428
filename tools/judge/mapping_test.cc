// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

void map(Scenario &scenario, const PhysicalRange &piece, std::size_t number = 77) {
  scenario.evidence.linear_mapping->push_back({piece, line("kernel_page_tables", number)});
}

TEST(NoMapUnmapped, PassesWhereNothingOfItIsMapped) {
  EXPECT_EQ(outcome("no-map-unmapped", passing()), Outcome::pass);
}

TEST(NoMapUnmapped, FailsWithOneMappedByte) {
  Scenario scenario = passing();
  map(scenario, range(0x5002ffff, 1));
  const Finding finding = only_finding("no-map-unmapped", scenario);
  EXPECT_EQ(finding.region, "hidden@50020000");
  EXPECT_EQ(finding.seen, "mapped: 0x000000005002ffff..0x000000005002ffff");
  EXPECT_EQ(finding.at.file, "kernel_page_tables");
  EXPECT_EQ(finding.at.line, 77u);
}

TEST(NoMapUnmapped, AllowsAPageThatHasMoreInIt) {
  Scenario scenario = passing();
  ExpectedRegion &hidden = expected(scenario, "hidden@50020000");
  hidden.range = hidden.node.reg[0] = range(0x50020000, 0xf800);
  map(scenario, range(0x5002f000, 0x1000));
  EXPECT_EQ(outcome("no-map-unmapped", scenario), Outcome::pass);
  map(scenario, range(0x5002e000, 0x1000));
  EXPECT_EQ(only_finding("no-map-unmapped", scenario).region, "hidden@50020000");
  // What the rest of the page belongs to is no-map as well.
  Scenario shared = passing();
  expected(shared, "hidden@50020000").node.reg = {range(0x50020000, 0xf800),
                                                  range(0x5002f800, 0x800)};
  map(shared, range(0x5002f000, 0x1000));
  EXPECT_EQ(outcome("no-map-unmapped", shared), Outcome::fail);
}

TEST(NoMapUnmapped, IsSkippedWhereNoPageCanBeLeftOut) {
  Scenario scenario = passing();
  for (ExpectedRegion &region : scenario.expectation.regions)
    if (region.node.no_map && region.range)
      region.range = region.node.reg[0] = range(region.range->begin, 0x100);
  std::erase_if(scenario.expectation.regions,
                [](const ExpectedRegion &region) { return region.node.no_map && !region.range; });
  EXPECT_EQ(outcome("no-map-unmapped", scenario), Outcome::skip);
}

TEST(NoMapUnmapped, FailsWhereABootPlacedRegionIsMapped) {
  Scenario scenario = passing();
  map(scenario, range(0x7fff0000, 0x10000));
  EXPECT_EQ(only_finding("no-map-unmapped", scenario).region, "placed-no-map");
}

TEST(NoMapUnmapped, FailsWhereTheSecondTupleIsMapped) {
  Scenario scenario = passing();
  expected(scenario, "hidden@50020000").node.reg.push_back(range(0x5a000000, 0x1000));
  EXPECT_EQ(only_finding("no-map-unmapped", scenario).expected,
            "0x000000005a000000..0x000000005a000fff not in the linear mapping");
}

TEST(NoMapUnmapped, IsInconclusiveWhereAPlaceIsNotKnown) {
  Scenario scenario = passing();
  lose(scenario, "placed-no-map");
  EXPECT_EQ(outcome("no-map-unmapped", scenario), Outcome::inconclusive);
}

TEST(NoMapUnmapped, IsInconclusiveWithPageTablesThatMapNoRam) {
  Scenario scenario = passing();
  scenario.evidence.linear_mapping->clear();
  EXPECT_EQ(outcome("no-map-unmapped", scenario), Outcome::inconclusive);
  map(scenario, range(0x9000000, 0x1000));
  EXPECT_EQ(run("no-map-unmapped", scenario).reason, "the linear mapping holds no byte of RAM");
}

TEST(NoMapUnmapped, IsSkippedWithoutPageTablesOrNoMapRegions) {
  Scenario scenario = passing();
  scenario.evidence.linear_mapping.reset();
  EXPECT_EQ(outcome("no-map-unmapped", scenario), Outcome::skip);
  scenario.evidence.ending = Ending::panic;
  EXPECT_EQ(outcome("no-map-unmapped", scenario), Outcome::inconclusive);
  EXPECT_EQ(outcome("no-map-unmapped", empty_tree()), Outcome::skip);
}

TEST(MappedPresent, PassesWhereEveryByteIsMapped) {
  EXPECT_EQ(outcome("mapped-present", passing()), Outcome::pass);
}

TEST(MappedPresent, FailsWithAHole) {
  Scenario scenario = passing();
  unmap(scenario, range(0x50061000, 0x1000));
  const Finding finding = only_finding("mapped-present", scenario);
  EXPECT_EQ(finding.region, "two@50040000");
  EXPECT_EQ(finding.seen, "not mapped: 0x0000000050061000..0x0000000050061fff");
  EXPECT_EQ(finding.at.line, 0u);
}

TEST(MappedPresent, AllowsAHoleWhereANoMapRegionLies) {
  Scenario scenario = passing();
  expected(scenario, "two@50040000").node.reg.push_back(range(0x5001f000, 0x2000));
  EXPECT_EQ(outcome("mapped-present", scenario), Outcome::pass);
  // Where an init function refused the no-map region, its bytes may be back or not.
  ExpectedRegion &hidden = expected(scenario, "hidden@50020000");
  hidden = refused(hidden);
  EXPECT_EQ(outcome("mapped-present", scenario), Outcome::pass);
  // Where it was never marked, they must be there.
  hidden.refused_tuples = hidden.node.reg;
  EXPECT_EQ(only_finding("mapped-present", scenario).region, "two@50040000");
}

TEST(RamMapped, AllowsTheKernelsDataToBeUnmappedSince7Dot3) {
  Scenario scenario = passing();
  scenario.evidence.iomem->push_back({range(0x40700000, 0x500000), 1, "Kernel data", {}});
  unmap(scenario, range(0x40700000, 0x4ff000));
  scenario.evidence.log.version = "7.2.13";
  EXPECT_EQ(outcome("ram-mapped", scenario), Outcome::fail);
  scenario.evidence.log.version = "7.3.4";
  EXPECT_EQ(outcome("ram-mapped", scenario), Outcome::pass);
  unmap(scenario, range(0x406ff000, 0x1000));
  EXPECT_EQ(only_finding("ram-mapped", scenario).seen,
            "not mapped: 0x00000000406ff000..0x00000000406fffff");
}

TEST(MappedPresent, IsInconclusiveWhereAPlaceIsNotKnown) {
  Scenario scenario = passing();
  lose(scenario, "placed");
  const RuleResult result = run("mapped-present", scenario);
  EXPECT_EQ(result.outcome, Outcome::inconclusive);
  EXPECT_THAT(result.reason, HasSubstr("1 region (placed)"));
}

TEST(MappedPresent, IsSkippedWithoutPageTablesOrMappedRegions) {
  Scenario scenario = passing();
  scenario.evidence.linear_mapping.reset();
  EXPECT_EQ(outcome("mapped-present", scenario), Outcome::skip);
  EXPECT_EQ(outcome("mapped-present", empty_tree()), Outcome::skip);
}

TEST(ProbeMapping, PassesWhereReadsAgree) {
  EXPECT_EQ(outcome("probe-mapping", passing()), Outcome::pass);
}

TEST(ProbeMapping, FailsWhereAnyPageOfNoMapCanBeRead) {
  for (const char *seen : {"all", "some"}) {
    Scenario scenario = passing();
    probed(scenario, "placed-no-map").mapped = seen;
    const Finding finding = only_finding("probe-mapping", scenario);
    EXPECT_EQ(finding.region, "placed-no-map");
    EXPECT_EQ(finding.seen, seen);
  }
}

TEST(ProbeMapping, FailsWhereAPageOfAMappedRegionCannotBeRead) {
  for (const char *seen : {"none", "some"}) {
    Scenario scenario = passing();
    probed(scenario, "mapped@50000000").mapped = seen;
    EXPECT_EQ(only_finding("probe-mapping", scenario).seen, seen);
  }
}

TEST(ProbeMapping, FailsWhereMemoryOutsideRamCanBeRead) {
  Scenario scenario = passing();
  probed(scenario, "far@100000000").mapped = "all";
  EXPECT_EQ(only_finding("probe-mapping", scenario).region, "far@100000000");
}

TEST(ProbeMapping, AsksNothingOfARegionThatIsHiddenInPart) {
  Scenario scenario = passing();
  ExpectedRegion &region = expected(scenario, "mapped@50000000");
  region.node.reg = {range(0x50018000, 0x10000)};
  region.range = probed(scenario, "mapped@50000000").range = region.node.reg.front();
  for (const char *seen : {"some", "all", "none"}) {
    probed(scenario, "mapped@50000000").mapped = seen;
    EXPECT_EQ(outcome("probe-mapping", scenario), Outcome::pass) << seen;
  }
}

TEST(ProbeMapping, LetsFirmwareKeepItsMemoryAndNoMapMemoryNobody) {
  Scenario scenario = passing();
  expected(scenario, "mapped@50000000").from_firmware = true;
  expected(scenario, "placed-no-map").from_firmware = true;
  for (const char *seen : {"some", "all", "none"}) {
    probed(scenario, "mapped@50000000").mapped = seen;
    EXPECT_EQ(outcome("probe-mapping", scenario), Outcome::pass) << seen;
  }
  probed(scenario, "placed-no-map").mapped = "all";
  EXPECT_EQ(only_finding("probe-mapping", scenario).region, "placed-no-map");
}

TEST(ProbeMapping, IsInconclusiveWhereTheProbeDoesNotFindAll) {
  Scenario scenario = passing();
  probed(scenario, "mapped@50000000").found = false;
  EXPECT_EQ(outcome("probe-mapping", scenario), Outcome::inconclusive);
  scenario = passing();
  probed(scenario, "mapped@50000000").range.begin -= 0x1000; // it has read other pages
  EXPECT_EQ(outcome("probe-mapping", scenario), Outcome::inconclusive);
}

TEST(ProbeMapping, DoesNotCountWhatIsUnknown) {
  Scenario scenario = passing();
  probed(scenario, "mapped@50000000").mapped = "unknown";
  EXPECT_EQ(outcome("probe-mapping", scenario), Outcome::pass);
  for (ProbedRegion &region : *scenario.evidence.probe)
    region.mapped = "unknown";
  EXPECT_EQ(outcome("probe-mapping", scenario), Outcome::skip);
}

TEST(ProbeMapping, IsSkippedWithoutProbeOrRegions) {
  Scenario scenario = passing();
  scenario.evidence.probe.reset();
  EXPECT_EQ(outcome("probe-mapping", scenario), Outcome::skip);
  EXPECT_EQ(outcome("probe-mapping", empty_tree()), Outcome::skip);
}

TEST(RamMapped, FailsWhereSystemRamHasAHole) {
  Scenario scenario = passing();
  EXPECT_EQ(outcome("ram-mapped", scenario), Outcome::pass);
  // As where no-map was taken back when the page tables stood already
  for (IomemEntry &entry : *scenario.evidence.iomem)
    if (entry.range == range(0x50020000, 0x10000))
      entry.name = "System RAM";
  EXPECT_EQ(only_finding("ram-mapped", scenario).at.file, "iomem");
}

TEST(RamMapped, IsSkippedWithoutPageTables) {
  Scenario scenario = passing();
  scenario.evidence.linear_mapping.reset();
  EXPECT_EQ(outcome("ram-mapped", scenario), Outcome::skip);
}

} // namespace
} // namespace rmemcheck::test
