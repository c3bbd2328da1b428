// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/refused_cma.h"
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

constexpr const char *pool = "linux,cma@52000000";

/// A kernel that has made so many areas and says why it takes no more.
Scenario refused_for(const std::string &why, std::size_t areas) {
  Scenario scenario = passing();
  for (std::size_t count = 0; count < areas; ++count)
    add_log_line(scenario.evidence.log, "Reserved memory: created CMA memory pool at 0x0, size 4");
  add_log_line(scenario.evidence.log, why);
  add_log_line(scenario.evidence.log, "Reserved memory: unable to setup CMA region");
  add_log_line(scenario.evidence.log,
               std::string("OF: reserved mem: node ") + pool + " compatible matching fail");
  return scenario;
}

Fate fate(const Scenario &scenario) {
  Expectation after = without_refused_cma(scenario.expectation, scenario.evidence);
  return named(after.regions, pool).fate;
}

TEST(RefusedCma, NoMoreAreasThanThereAre) {
  const char *const why = "cma: Not enough slots for CMA reserved regions!";
  EXPECT_EQ(fate(refused_for(why, 8)), Fate::refused);
  EXPECT_EQ(fate(refused_for(why, 3)), Fate::recorded); // any kernel has more
  EXPECT_EQ(fate(passing()), Fate::recorded);
}

TEST(RefusedCma, OnlyPoolsThatAskForAnAreaAreCounted) {
  Expectation many;
  for (int count = 0; count < 8; ++count)
    many.regions.push_back(default_cma(static_region("pool", range(0x52000000, 0x1000000))));
  EXPECT_TRUE(has_many_cma_pools(many));
  many.regions.front() = no_map(many.regions.front());
  EXPECT_FALSE(has_many_cma_pools(many));
}

TEST(RefusedCma, IsNoNeighbourWhereOverlapsAreLookedForLast) {
  Scenario scenario = refused_for("cma: Not enough slots for CMA reserved regions!", 8);
  const ExpectedRegion inner = static_region("inner@52100000", range(0x52100000, 0x1000));
  scenario.expectation.regions.push_back(inner);
  scenario.expectation.overlaps = {{pool, inner.node.name}};
  EXPECT_EQ(without_refused_cma(scenario.expectation, scenario.evidence).overlaps.size(), 1u);
  scenario.expectation.checks_overlaps_last = true;
  for (const ExpectedOverlap &overlap :
       without_refused_cma(scenario.expectation, scenario.evidence).overlaps)
    EXPECT_FALSE(overlap.required);
}

TEST(RefusedCma, AlignmentThatIsLargerThanAPage) {
  const char *const why = "Reserved memory: incorrect alignment of CMA region";
  Scenario scenario = refused_for(why, 0);
  EXPECT_EQ(fate(scenario), Fate::recorded); // it is aligned to whatever there is
  expected(scenario, pool).range = range(0x52010000, 0x1000000);
  EXPECT_EQ(fate(scenario), Fate::refused);
  Expectation after = without_refused_cma(scenario.expectation, scenario.evidence);
  EXPECT_TRUE(named(after.regions, pool).given_back);
}

TEST(RefusedCma, APlaceThatIsNotFound) {
  Scenario scenario = passing();
  add_error(scenario.evidence.log,
            std::string("OF: reserved mem: failed to allocate memory for node '") + pool +
                "': size 16 MiB");
  EXPECT_EQ(fate(scenario), Fate::recorded); // there is room
  expected(scenario, pool).may_find_no_place = true;
  EXPECT_EQ(fate(scenario), Fate::refused);
  EXPECT_FALSE(expected(scenario, pool).given_back);
}

TEST(RefusedCma, AWordWithoutAReasonIsNotTaken) {
  Scenario scenario = refused_for("nothing", 20);
  expected(scenario, pool).range = range(0x52010000, 0x1000000);
  EXPECT_EQ(fate(scenario), Fate::recorded);
}

/// Of several nodes of one name it need not be the first that is refused.
TEST(RefusedCma, ANamesakeMayHaveFailedForAnotherReason) {
  Scenario scenario = passing();
  expected(scenario, pool).range = range(0x52001000, 0x1000000);
  const auto fate = [&] {
    const Expectation decided = without_refused_cma(scenario.expectation, scenario.evidence);
    return named(decided.regions, pool).fate;
  };
  for (int count = 0; count < 5; ++count)
    add_log_line(scenario.evidence.log, "OF: reserved mem: something else");
  add_log_line(scenario.evidence.log,
               std::string("OF: reserved mem: node ") + pool + " compatible matching fail");
  EXPECT_EQ(fate(), Fate::recorded);
  add_log_line(scenario.evidence.log, "Reserved memory: incorrect alignment of CMA region");
  add_log_line(scenario.evidence.log,
               std::string("OF: reserved mem: node ") + pool + " compatible matching fail");
  EXPECT_EQ(fate(), Fate::refused);
}

} // namespace
} // namespace rmemcheck::test
