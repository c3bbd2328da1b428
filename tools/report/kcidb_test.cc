// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/kcidb.h"

#include "report/test_results.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rmemcheck {
namespace {

using namespace test;
using nlohmann::json;

json kcidb_of(const RunResults &results) {
  return json::parse(kcidb_json({{"", results}}, "ours"));
}

std::string status_of(const CaseResult &result) {
  return kcidb_of(results_of({result})).at("tests").at(0).at("status");
}

TEST(Kcidb, TellsWhatTheKernelDoesWhateverIsDemanded) {
  CaseResult result = case_result("baseline", "one", Outcome::known);
  result.conclusion = Outcome::pass;
  EXPECT_EQ(status_of(result), "FAIL");
  EXPECT_EQ(status_of(case_result("patched", "one", Outcome::pass)), "PASS");
  EXPECT_EQ(status_of(case_result("patched", "one", Outcome::skip)), "SKIP");
}

TEST(Kcidb, TellsAGuestThatNeverStartedFromOneThatWasLost) {
  CaseResult result = case_result("patched", "one", Outcome::inconclusive);
  result.ending = Ending::died;
  EXPECT_EQ(status_of(result), "ERROR");
  result.boot_seconds = 0;
  EXPECT_EQ(status_of(result), "MISS");
}

TEST(Kcidb, LeavesOutWhatIsNotKnown) {
  CaseResult result = case_result("patched", "a b", Outcome::pass);
  result.verdict.regions_recorded.reset();
  const json all = kcidb_of(results_of({result}));
  EXPECT_FALSE(all.at("checkouts").at(0).contains("patchset_hash"));
  EXPECT_FALSE(all.at("builds").at(0).contains("architecture"));
  EXPECT_FALSE(all.at("tests").at(0).contains("start_time"));
  EXPECT_FALSE(all.at("tests").at(0).at("misc").contains("regions_recorded"));
  EXPECT_EQ(all.at("tests").at(0).at("path"), "rmemcheck.a_b");
}

TEST(Kcidb, TakesNamesOfLowerCaseLetters) {
  EXPECT_TRUE(is_origin("ci_2"));
  for (const char *name : {"", "A", "a-b", "a:b", "a b"})
    EXPECT_FALSE(is_origin(name)) << name;
}

} // namespace
} // namespace rmemcheck
