// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/kunit.h"

#include "evidence/dmesg.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

// Linux 6.1.192 with the series, as User-mode Linux with a tree of malformed nodes.
const std::string suite_log =
    "[    0.070000] printk: console [tty0] enabled\n"
    "[    0.070000] KTAP version 1\n"
    "[    0.070000] 1..1\n"
    "[    0.070000]     KTAP version 1\n"
    "[    0.070000]     # Subtest: of_reserved_mem\n"
    "[    0.070000]     1..5\n"
    "[    0.070000]     # of_reserved_mem_finds_plain_regions: EXPECTATION FAILED at "
    "drivers/of/of_reserved_mem_test.c:60\n"
    "[    0.070000]     Expected rmem != ((void *)0), but\n"
    "[    0.070000]         rmem == 0000000000000000\n"
    "[    0.070000]         ((void *)0) == 0000000000000000\n"
    "[    0.070000] long-reg is lost\n"
    "[    0.070000]     not ok 1 of_reserved_mem_finds_plain_regions\n"
    "[    0.070000]     ok 2 of_reserved_mem_ignores_disabled_regions\n"
    "[    0.070000]     ok 3 of_reserved_mem_finds_many_regions # SKIP no more than 64 plain "
    "regions in this tree\n"
    "[    0.070000]     ok 4 of_reserved_mem_looks_up_by_name\n"
    "[    0.070000]     ok 5 of_reserved_mem_inits_devices_by_phandle\n"
    "[    0.070000] # of_reserved_mem: pass:3 fail:1 skip:1 total:5\n"
    "[    0.070000] # Totals: pass:3 fail:1 skip:1 total:5\n"
    "[    0.070000] not ok 1 of_reserved_mem\n"
    "[    0.070000] reboot: Power down\n";

std::optional<KunitReport> report_of(const std::string &log) {
  return parse_kunit(parse_dmesg(log));
}

TEST(KunitTest, ReadsSuitesTestsAndLines) {
  const auto report = report_of(suite_log);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->at.line, 2u);
  EXPECT_EQ(report->last_line, 19u);
  EXPECT_EQ(report->planned, 1u);
  ASSERT_EQ(report->suites.size(), 1u);
  const KunitSuite &suite = report->suites[0];
  EXPECT_EQ(suite.name, "of_reserved_mem");
  EXPECT_EQ(suite.planned, 5u);
  ASSERT_EQ(suite.tests.size(), 5u);
  EXPECT_EQ(suite.tests[0].name, "of_reserved_mem_finds_plain_regions");
  EXPECT_EQ(suite.tests[0].kind, KunitResult::Kind::failed);
  EXPECT_EQ(suite.tests[0].at.file, "dmesg");
  EXPECT_EQ(suite.tests[0].at.line, 12u);
  EXPECT_EQ(suite.tests[1].kind, KunitResult::Kind::passed);
  EXPECT_EQ(suite.tests[2].kind, KunitResult::Kind::skipped);
  EXPECT_EQ(suite.tests[2].number, 3u);
  ASSERT_TRUE(suite.totals);
  EXPECT_EQ(suite.totals->passed, 3u);
  EXPECT_EQ(suite.totals->failed, 1u);
  EXPECT_EQ(suite.totals->skipped, 1u);
  EXPECT_EQ(suite.totals->all, 5u);
  EXPECT_EQ(suite.totals->at.line, 17u);
  ASSERT_TRUE(suite.result);
  EXPECT_EQ(suite.result->kind, KunitResult::Kind::failed);
  EXPECT_EQ(suite.result->at.line, 19u);
}

TEST(KunitTest, PassesOverWhatBelongsToOneTest) {
  const auto report = report_of("KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: ranges\n"
                                "    1..1\n        KTAP version 1\n        # Subtest: parameters\n"
                                "        not ok 1 of one test\n    ok 1 parameters\nok 1 ranges\n");
  ASSERT_EQ(report->suites.size(), 1u);
  const KunitSuite &suite = report->suites[0];
  EXPECT_EQ(suite.name, "ranges");
  EXPECT_EQ(suite.planned, 1u);
  ASSERT_EQ(suite.tests.size(), 1u);
  EXPECT_EQ(suite.tests[0].kind, KunitResult::Kind::passed);
}

TEST(KunitTest, ReadsADashBeforeTheName) {
  const auto report = report_of("KTAP version 1\n1..1\n    # Subtest: one\n    1..1\n"
                                "    ok 1 - finds\nok 1 - one\n");
  EXPECT_EQ(report->suites[0].tests[0].name, "finds");
  EXPECT_TRUE(report->suites[0].result);
}

TEST(KunitTest, ASuiteThatDidNotEndHasNoResult) {
  const auto report = report_of(suite_log.substr(0, suite_log.find("[    0.070000]     ok 2")));
  ASSERT_EQ(report->suites.size(), 1u);
  EXPECT_EQ(report->suites[0].tests.size(), 1u);
  EXPECT_FALSE(report->suites[0].result);
}

TEST(KunitTest, ALogWithoutKunitHasNoReport) {
  EXPECT_FALSE(report_of("[    0.1] clk: Disabling unused clocks\nok 1 of something else\n"));
  const auto none = report_of("[    0.274576] KTAP version 1\n[    0.274617] 1..0\n");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->suites.empty());
  EXPECT_EQ(none->last_line, 2u);
}

} // namespace
} // namespace rmemcheck
