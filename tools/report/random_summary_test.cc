// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json.h"
#include "report/read_json.h"
#include "report/results.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;
using testing::Not;

RandomFinding finding() {
  RandomFinding found;
  found.kernel = "patched";
  found.rule = "recorded";
  found.kind = "static no-map";
  found.trees = 3;
  found.first = "random-7-12";
  found.again = "rmemcheck run --seed 7 --only 12";
  found.text = "recorded: a@50000000: expected recorded, seen nothing";
  found.source = "/dts-v1/;\n/ {\n};\n";
  found.file = "found/random-7-12-patched-recorded.toml";
  found.command = "rmemcheck run --cases found/random-7-12-patched-recorded.toml";
  found.tried = 40;
  return found;
}

RandomSummary summary() {
  RandomSummary random;
  random.seed = 7;
  random.trees = 100;
  random.left_out = 2;
  random.boots = 240;
  random.seconds = 60;
  random.verdicts = {{"baseline", {{"known", 60}, {"pass", 40}}},
                     {"patched", {{"fail", 3}, {"pass", 97}}}};
  random.outcome = Outcome::fail;
  random.findings = {finding()};
  return random;
}

TEST(RandomText, CountsTreesBootsVerdictsAndRules) {
  const std::string text = random_text(summary());
  EXPECT_THAT(text, HasSubstr("patched  recorded  3 trees  static no-map  "
                              "found/random-7-12-patched-recorded.toml\n"));
  EXPECT_THAT(text, HasSubstr("baseline: 60 known, 40 pass\npatched: 3 fail, 97 pass\n"));
  EXPECT_THAT(text, HasSubstr("fail: 100 trees of seed 7 (2 more that the machine cannot serve), "
                              "240 boots in 60 s, 1 rule failing: recorded\n"));
}

TEST(FindingText, HasTheTreeAndTheCommandThatBootsItAgain) {
  const std::string text = finding_text(finding());
  EXPECT_THAT(text, HasSubstr("patched fails recorded: static no-map, first on random-7-12\n"
                              "  recorded: a@50000000: expected recorded, seen nothing\n"
                              "/dts-v1/;\n"));
  EXPECT_THAT(text, HasSubstr("again: rmemcheck run --cases found/"));
  EXPECT_THAT(text, Not(HasSubstr("limit")));
}

TEST(FindingText, SaysWhereTheLimitEndedIt) {
  RandomFinding found = finding();
  found.is_at_limit = true;
  EXPECT_THAT(finding_text(found), HasSubstr("There may be a smaller tree: the limit of 40 trees"));
  found.source.clear();
  EXPECT_THAT(finding_text(found), HasSubstr("again: rmemcheck run --seed 7 --only 12\n"));
}

/// The outcome is that of all trees, although the results have some boots alone.
TEST(RandomSummaryJson, IsReadAgain) {
  RunResults results;
  results.random = summary();
  const RunResults again = parse_results(results_json(results), "results.json");
  ASSERT_TRUE(again.random);
  EXPECT_EQ(random_text(*again.random), random_text(summary()));
  EXPECT_EQ(finding_text(again.random->findings.at(0)), finding_text(finding()));
  EXPECT_EQ(conclusion(again), Outcome::fail);
  results.random->outcome = Outcome::pass;
  EXPECT_EQ(conclusion(results), Outcome::pass);
  results.random.reset();
  EXPECT_FALSE(parse_results(results_json(results), "results.json").random);
}

} // namespace
} // namespace rmemcheck
