// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json.h"
#include "report/test_results.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rmemcheck::test {
namespace {

using nlohmann::json;

TEST(VerdictJson, HasEveryFinding) {
  const json verdict =
      json::parse(verdict_json(case_result("baseline", "static-65", Outcome::fail)));
  EXPECT_EQ(verdict.at("format"), "rmemcheck-results 1");
  EXPECT_EQ(verdict.at("outcome"), "fail");
  EXPECT_EQ(verdict.at("regions_recorded"), 64);
  EXPECT_EQ(verdict.at("ending"), "powered-off");
  const json &recorded = verdict.at("rules").at(0);
  EXPECT_FALSE(recorded.at("demands").get<std::string>().empty());
  ASSERT_EQ(recorded.at("findings").size(), 136u);
  const json last = {{"region", "region135"},     {"expected", "recorded"},
                     {"seen", "nothing"},         {"known", ""},
                     {"file", "evidence/probe"},  {"line", 136},
                     {"text", "text of the line"}};
  EXPECT_EQ(recorded.at("findings").back(), last);
}

TEST(VerdictJson, PointsNowhereWhereNothingWas) {
  CaseResult result;
  result.verdict.rules = {rule("recorded", Outcome::fail)};
  result.verdict.rules[0].findings = {finding("recorded", "a", 0)};
  const json verdict = json::parse(verdict_json(result));
  EXPECT_EQ(verdict.at("rules").at(0).at("findings").at(0).at("file"), "");
  EXPECT_EQ(verdict.at("rules").at(0).at("findings").at(0).at("line"), 0);
}

TEST(VerdictJson, CopesWithWhatIsNoText) {
  CaseResult result = case_result("patched", "a", Outcome::fail);
  result.verdict.reason = "console: \xff\xfe";
  EXPECT_EQ(json::parse(verdict_json(result)).at("reason"), "console: \uFFFD\uFFFD");
}

TEST(ResultsJson, HasKernelsCasesAndTheOutcomeOfAll) {
  RunResults run;
  run.tool_version = "1";
  run.machine = "arm64";
  run.tree_version = "6.1.192";
  run.kernels.resize(1);
  run.kernels.front().name = "baseline";
  run.kernels.front().role = Role::baseline;
  run.kernels.front().from_cache = true;
  run.cases = {case_result("baseline", "a", Outcome::pass),
               case_result("patched", "a", Outcome::inconclusive)};
  const json results = json::parse(results_json(run));
  EXPECT_EQ(results.at("format"), "rmemcheck-results 1");
  EXPECT_EQ(results.at("tool"), (json{{"name", "rmemcheck"}, {"version", "1"}}));
  EXPECT_EQ(results.at("tree").at("version"), "6.1.192");
  EXPECT_EQ(results.at("kernels").at(0).at("from_cache"), true);
  EXPECT_EQ(results.at("kernels").at(0).at("role"), "baseline");
  EXPECT_EQ(results.at("cases").size(), 2u);
  EXPECT_EQ(results.at("cases").at(1).at("kernel"), "patched");
  EXPECT_EQ(results.at("outcome"), "inconclusive");
}

TEST(EndingWord, IsOneOfItsOwn) {
  EXPECT_EQ(to_string(Ending::powered_off), "powered-off");
  EXPECT_EQ(to_string(Ending::panic), "panic");
  EXPECT_EQ(to_string(Ending::oops), "oops");
  EXPECT_EQ(to_string(Ending::hang), "hang");
  EXPECT_EQ(to_string(Ending::died), "died");
  EXPECT_EQ(to_string(Ending::cut_short), "cut-short");
}

} // namespace
} // namespace rmemcheck::test
