// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

constexpr const char *elfcorehdr_rule = "elfcorehdr";

Scenario kdump() {
  Scenario scenario = passing();
  scenario.expectation.elfcorehdr = range(0x70fe0000, 0x10000);
  scenario.evidence.memblock_reserved->push_back(
      {range(0x70fe0000, 0x10000), "NONE", line("memblock-reserved", 20)});
  add_log_line(scenario.evidence.log,
               "OF: fdt: Reserving 64 KiB of memory at 0x70fe0000 for elfcorehdr");
  return scenario;
}

TEST(Elfcorehdr, PassesWhereItIsReserved) {
  EXPECT_EQ(outcome(elfcorehdr_rule, kdump()), Outcome::pass);
}

TEST(Elfcorehdr, FailsWhereItIsNot) {
  Scenario scenario = kdump();
  scenario.evidence.memblock_reserved->pop_back();
  EXPECT_EQ(only_finding(elfcorehdr_rule, scenario).seen, "not reserved");
}

TEST(Elfcorehdr, FailsWhereSomethingLiesOverIt) {
  for (const char *text : {"OF: fdt: elfcorehdr is overlapped", "Kdump: vmcore not initialized",
                           "Warning: Core image elf header is not sane"}) {
    Scenario scenario = kdump();
    add_log_line(scenario.evidence.log, text);
    EXPECT_EQ(only_finding(elfcorehdr_rule, scenario).seen, text);
  }
}

TEST(Elfcorehdr, FailsWithoutTheLogLine) {
  Scenario scenario = kdump();
  scenario.evidence.log.lines.pop_back();
  EXPECT_EQ(only_finding(elfcorehdr_rule, scenario).seen, "no line");
  scenario.evidence.log.is_cut = true;
  EXPECT_EQ(outcome(elfcorehdr_rule, scenario), Outcome::inconclusive);
}

TEST(Elfcorehdr, IsSkippedWithoutOne) {
  EXPECT_EQ(outcome(elfcorehdr_rule, passing()), Outcome::skip);
}

TEST(Placement, FailsOverTheElfcorehdr) {
  Scenario scenario = kdump();
  EXPECT_EQ(outcome("placement", scenario), Outcome::pass);
  probed(scenario, "placed").range = range(0x70fe0000, 0x10000);
  EXPECT_EQ(only_finding("placement", scenario).expected,
            "clear of elfcorehdr (0x0000000070fe0000..0x0000000070feffff)");
}

} // namespace
} // namespace rmemcheck::test
