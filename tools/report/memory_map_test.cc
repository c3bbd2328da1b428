// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/memory_map.h"

#include "report/test_results.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

ExpectedRegion region(const std::string &name, std::uint64_t begin, bool no_map) {
  ExpectedRegion expected;
  expected.node.name = name;
  expected.node.reg = {{begin, begin + 0x1000}};
  expected.node.no_map = expected.no_map = no_map;
  expected.range = expected.node.reg.front();
  expected.size = 0x1000;
  return expected;
}

struct Boot {
  Boot() {
    expectation.memory = {{0x1000, 0x10000}};
    expectation.regions = {region("a@2000", 0x2000, false), region("b@4000", 0x4000, true)};
    ProbedRegion found;
    found.name = "a@2000";
    found.found = true;
    found.range = {0x2000, 0x3000};
    found.mapped = "all";
    ProbedRegion lost;
    lost.name = "b@4000";
    evidence.probe = {found, lost};
    evidence.linear_mapping = {{{0x1000, 0x4000}, {}}, {{0x5000, 0x10000}, {}}};
  }
  Expectation expectation;
  Evidence evidence;
};

const MapRow *row(const MemoryMap &map, const std::string &name) {
  const auto found = std::ranges::find(map.rows, name, &MapRow::name);
  return found == map.rows.end() ? nullptr : &*found;
}

bool has(const MapRow &row, MapKind kind, const PhysicalRange &range) {
  return std::ranges::any_of(
      row.spans, [&](const MapSpan &span) { return span.kind == kind && span.range == range; });
}

TEST(MemoryMap, ShowsWhatIsExpectedAndWhatIsSeen) {
  const Boot boot;
  const MemoryMap map = memory_map(boot.expectation, boot.evidence);
  ASSERT_EQ(map.rows.size(), 3u);
  EXPECT_EQ(map.rows.front().name, "expected");
  EXPECT_TRUE(has(map.rows.front(), MapKind::reserved, {0x2000, 0x3000}));
  EXPECT_TRUE(has(map.rows.front(), MapKind::no_map, {0x4000, 0x5000}));
  ASSERT_NE(row(map, "probe"), nullptr);
  EXPECT_TRUE(has(*row(map, "probe"), MapKind::reserved, {0x2000, 0x3000}));
  EXPECT_FALSE(has(*row(map, "probe"), MapKind::no_map, {0x4000, 0x5000}));
  ASSERT_NE(row(map, "page tables"), nullptr);
  EXPECT_TRUE(has(*row(map, "page tables"), MapKind::no_map, {0x4000, 0x5000}));
}

TEST(MemoryMap, TellsOfEachRegionInWords) {
  const Boot boot;
  const MemoryMap map = memory_map(boot.expectation, boot.evidence);
  ASSERT_EQ(map.regions.size(), 2u);
  EXPECT_EQ(map.regions[0].expected, "recorded at 0x0000000000002000..0x0000000000002fff");
  EXPECT_EQ(map.regions[0].seen, "found at 0x0000000000002000..0x0000000000002fff, mapped: all");
  EXPECT_EQ(map.regions[1].seen, "not found by of_reserved_mem_lookup()");
}

TEST(MemoryMap, DoesNotShowWhatNobodySent) {
  Boot boot;
  boot.evidence = {};
  const MemoryMap map = memory_map(boot.expectation, boot.evidence);
  EXPECT_EQ(map.rows.size(), 1u);
  EXPECT_EQ(map.regions[0].seen, "this kernel shows no regions");
}

TEST(MemoryMap, MarksWhatFindingsAreAbout) {
  const Boot boot;
  const MemoryMap map = memory_map(boot.expectation, boot.evidence);
  Verdict verdict;
  verdict.rules = {test::rule("recorded", Outcome::fail, "", 3)};
  auto &findings = verdict.rules.front().findings;
  findings[0].region = "b@4000";
  findings[1].seen = "mapped: 0x0000000000008000..0x0000000000008fff";
  findings[1].known = "a fault";
  const std::vector<MapMark> marks = marks_of(verdict, map);
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(marks[0].range, (PhysicalRange{0x4000, 0x5000}));
  EXPECT_EQ(marks[0].finding, 0u);
  EXPECT_FALSE(marks[0].is_known);
  EXPECT_EQ(marks[1].range, (PhysicalRange{0x8000, 0x9000}));
  EXPECT_EQ(marks[1].finding, 1u);
  EXPECT_TRUE(marks[1].is_known);
}

} // namespace
} // namespace rmemcheck
