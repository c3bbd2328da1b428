// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

constexpr const char *witnesses_rule = "witnesses";

TEST(Witnesses, AreMissedWhereTheyCouldBeThere) {
  Scenario scenario = passing();
  EXPECT_EQ(outcome(witnesses_rule, scenario), Outcome::skip);
  scenario.expectation.witnesses = {"dmesg", "iomem", "linear mapping"};
  scenario.evidence.files = {"dmesg", "iomem"};
  EXPECT_EQ(outcome(witnesses_rule, scenario), Outcome::pass);
  scenario.evidence.linear_mapping.reset();
  EXPECT_EQ(run(witnesses_rule, scenario).reason,
            "this kernel can show linear mapping, and it is not there");
  scenario.evidence.files.erase("iomem");
  EXPECT_EQ(outcome(witnesses_rule, scenario), Outcome::inconclusive);
}

TEST(Witnesses, AreToldWithWhatHelps) {
  Scenario scenario = passing();
  scenario.expectation.witnesses = {"iomem"};
  scenario.evidence.absences["iomem"] = {"it shows zeros", "be root", false};
  EXPECT_EQ(run(witnesses_rule, scenario).reason,
            "this kernel can show iomem, and it is not there; it shows zeros; remedy: be root");
}

/// What stood in the way leaves a rule open; what no boot of the kernel shows is skipped.
TEST(Witnesses, AreAbsentForAReason) {
  Scenario scenario = passing();
  scenario.evidence.iomem.reset();
  scenario.evidence.absences["iomem"] = {"it shows zeros", "be root", false};
  EXPECT_EQ(outcome("iomem", scenario), Outcome::inconclusive);
  EXPECT_EQ(run("iomem", scenario).reason,
            "nothing shows /proc/iomem; it shows zeros; remedy: be root");
  scenario.evidence.absences["iomem"] = {"no CONFIG_X", "", true};
  EXPECT_EQ(outcome("iomem", scenario), Outcome::skip);
  EXPECT_EQ(run("iomem", scenario).reason, "the kernel does not show /proc/iomem; no CONFIG_X");
}

TEST(Witnesses, MustAnswer) {
  Scenario scenario = passing();
  scenario.expectation.witnesses = {"probe"};
  scenario.evidence.files = {"probe"};
  probed(scenario, "two@50040000").mapped = "unknown";
  EXPECT_EQ(run(witnesses_rule, scenario).reason,
            "the probe does not know whether it can read 1 region (two@50040000)");
  // Without page tables nobody knows how the mapping is made.
  scenario.evidence.linear_mapping.reset();
  EXPECT_EQ(outcome(witnesses_rule, scenario), Outcome::pass);
}

/// What is not placed is recorded as 0, 0 by kernels such as v6.9.
TEST(Witnesses, NobodyCanReadARegionWithoutBytes) {
  Scenario scenario = passing();
  scenario.expectation.witnesses = {"probe"};
  scenario.evidence.files = {"probe"};
  ProbedRegion &seen = probed(scenario, "mapped@50000000");
  seen.mapped = "unknown";
  EXPECT_EQ(outcome("witnesses", scenario), Outcome::inconclusive);
  seen.range = {};
  EXPECT_EQ(outcome("witnesses", scenario), Outcome::pass);
}

} // namespace
} // namespace rmemcheck::test
