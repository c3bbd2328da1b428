// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/kunit.h"

#include "evidence/dmesg.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using Kind = KunitResult::Kind;

// As Linux 6.1 prints it.
const std::string text =
    "[    0.274325] clk: Disabling unused clocks\n"
    "[    0.274576] KTAP version 1\n"
    "[    0.274617] 1..2\n"
    "[    0.274700]     KTAP version 1\n"
    "[    0.274701]     # Subtest: of_reserved_mem\n"
    "[    0.274702]     1..3\n"
    "[    0.274710]     # finds: EXPECTATION FAILED at drivers/of/of_reserved_mem_test.c:59\n"
    "[    0.274711]     Expected rmem is not null, but is\n"
    "[    0.274712] region@a0000000 is lost\n"
    "[    0.274720]     not ok 1 finds\n"
    "[    0.274730]     ok 2 ignores\n"
    "[    0.274740]     ok 3 many # SKIP no more than 64 plain regions in this tree\n"
    "[    0.274741] # of_reserved_mem: pass:1 fail:1 skip:1 total:3\n"
    "[    0.274742] # Totals: pass:1 fail:1 skip:1 total:3\n"
    "[    0.274743] not ok 1 of_reserved_mem\n"
    "[    0.274750]     KTAP version 1\n"
    "[    0.274751]     # Subtest: ranges\n"
    "[    0.274752]     1..1\n"
    "[    0.274753]         KTAP version 1\n"
    "[    0.274754]         # Subtest: parameters\n"
    "[    0.274755]         not ok 1 of one test\n"
    "[    0.274756]     ok 1 parameters\n"
    "[    0.274757] ok 2 ranges\n"
    "[    0.275031] reboot: Power down\n";

std::optional<KunitReport> parsed(const std::string &log) { return parse_kunit(parse_dmesg(log)); }

TEST(KunitTest, ReadsSuitesTestsAndLines) {
  const auto report = parsed(text);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->at.line, 2u);
  EXPECT_EQ(report->last_line, 23u);
  EXPECT_EQ(report->planned, 2u);
  ASSERT_EQ(report->suites.size(), 2u);
  const KunitSuite &suite = report->suites[0];
  EXPECT_EQ(suite.name, "of_reserved_mem");
  EXPECT_EQ(suite.planned, 3u);
  ASSERT_EQ(suite.tests.size(), 3u);
  EXPECT_EQ(suite.tests[0].name, "finds");
  EXPECT_EQ(suite.tests[0].kind, Kind::failed);
  EXPECT_EQ(suite.tests[0].at.file, "dmesg");
  EXPECT_EQ(suite.tests[0].at.line, 10u);
  EXPECT_EQ(suite.tests[1].kind, Kind::passed);
  EXPECT_EQ(suite.tests[2].kind, Kind::skipped);
  ASSERT_TRUE(suite.result);
  EXPECT_EQ(suite.result->kind, Kind::failed);
  EXPECT_EQ(suite.result->at.line, 15u);
}

TEST(KunitTest, PassesOverWhatBelongsToOneTest) {
  const KunitSuite suite = parsed(text)->suites[1];
  EXPECT_EQ(suite.name, "ranges");
  EXPECT_EQ(suite.planned, 1u);
  ASSERT_EQ(suite.tests.size(), 1u);
  EXPECT_EQ(suite.tests[0].kind, Kind::passed);
}

TEST(KunitTest, ReadsADashBeforeTheName) {
  const auto report = parsed("KTAP version 1\n1..1\n    # Subtest: one\n    1..1\n"
                             "    ok 1 - finds\nok 1 - one\n");
  EXPECT_EQ(report->suites[0].tests[0].name, "finds");
  EXPECT_TRUE(report->suites[0].result);
}

TEST(KunitTest, ASuiteThatDidNotEndHasNoResult) {
  const auto report = parsed(text.substr(0, text.find("[    0.274730]")));
  ASSERT_EQ(report->suites.size(), 1u);
  EXPECT_EQ(report->suites[0].tests.size(), 1u);
  EXPECT_FALSE(report->suites[0].result);
}

TEST(KunitTest, ALogWithoutKunitHasNoReport) {
  EXPECT_FALSE(parsed("[    0.1] clk: Disabling unused clocks\nok 1 of something else\n"));
  const auto none = parsed("[    0.274576] KTAP version 1\n[    0.274617] 1..0\n");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->suites.empty());
  EXPECT_EQ(none->last_line, 2u);
}

} // namespace
} // namespace rmemcheck
