// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/test_results.h"
#include "report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> lines(const std::string &text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    result.push_back(line);
  return result;
}

TEST(FindingLine, NamesRuleRegionAndPlace) {
  EXPECT_EQ(finding_line(finding("recorded", "a@50000000", 7), "runs/baseline/static-65"),
            "recorded: a@50000000: expected recorded, seen nothing "
            "(runs/baseline/static-65/evidence/probe:7)");
}

TEST(FindingLine, LeavesOutWhatIsNotThere) {
  Finding without = finding("no-warning", "", 0);
  EXPECT_EQ(finding_line(without, "runs/a/b"), "no-warning: expected recorded, seen nothing");
}

TEST(FindingLine, PrintsNoCodesThatATerminalObeys) {
  Finding garbled = finding("no-warning", "", 0);
  garbled.seen = "\033[2J\x7f\n";
  EXPECT_EQ(finding_line(garbled, ""), "no-warning: expected recorded, seen \\x1b[2J\\x7f\\x0a");
}

TEST(FindingsText, ShowsThreeOfARuleAndCountsTheRest) {
  const auto text = lines(findings_text(case_result("patched", "c", Outcome::fail), {}));
  ASSERT_EQ(text.size(), 4u);
  EXPECT_THAT(text[2], StartsWith("  recorded: region2: "));
  EXPECT_EQ(text[3], "  recorded: and 133 more");
}

TEST(FindingsText, ShowsThreeWithoutACount) {
  CaseResult result;
  result.verdict.rules = {rule("iomem", Outcome::fail, "", 3)};
  EXPECT_EQ(lines(findings_text(result, {})).size(), 3u);
}

TEST(FindingsText, LeavesOutWhatMustFail) {
  CaseResult result = case_result("baseline", "c", Outcome::fail);
  result.must_fail = {"recorded"};
  result.verdict.rules.push_back(rule("iomem", Outcome::fail, "", 1));
  EXPECT_THAT(lines(findings_text(result, {})), ElementsAre(StartsWith("  iomem: ")));
}

TEST(FindingsText, SaysWhyARuleCouldNotFindOutAndWhatIsNotUsed) {
  CaseResult result;
  result.verdict.rules = {rule("iomem", Outcome::inconclusive, "the guest ended")};
  result.notes = {"kernel_page_tables: unknown"};
  EXPECT_EQ(findings_text(result, {}), "  iomem: inconclusive: the guest ended\n"
                                       "  note: kernel_page_tables: unknown\n");
}

TEST(FindingsText, LeavesTheEndOfAGuestToTheVerdict) {
  CaseResult result;
  result.ending = Ending::panic;
  result.verdict.rules = {rule("iomem", Outcome::inconclusive, "the guest ended"),
                          rule("no-warning", Outcome::fail, "", 1)};
  EXPECT_THAT(lines(findings_text(result, {})), ElementsAre(StartsWith("  no-warning: ")));
}

TEST(CaseLine, TellsKernelCaseVerdictCountsAndReason) {
  EXPECT_EQ(case_line(case_result("patched", "static-65", Outcome::fail), {false, 11}),
            "patched   static-65    fail           64 of  65 recorded    1.2 s  failed: recorded");
}

TEST(CaseLine, SaysThatAFailureIsAsItMustBe) {
  CaseResult result = case_result("baseline", "static-65", Outcome::fail);
  result.must_fail = {"recorded", "logged", "known-errors"};
  result.verdict.rules = {rule("recorded", Outcome::fail, "", 1), rule("logged", Outcome::skip, ""),
                          rule("known-errors", Outcome::fail, "", 1)};
  result.conclusion = Outcome::pass;
  EXPECT_THAT(case_line(result, {}), HasSubstr("fail"));
  EXPECT_THAT(case_line(result, {}), HasSubstr("as it must: recorded, known-errors"));
  result.ending = Ending::panic;
  result.verdict.reason = "the kernel panicked: memblock: cannot resize memory array";
  EXPECT_THAT(case_line(result, {}), HasSubstr("as it must: the kernel panicked: memblock"));
}

TEST(OutcomeText, IsColouredOnlyIfWanted) {
  EXPECT_EQ(outcome_text(Outcome::pass, {}, 6), "pass  ");
  EXPECT_THAT(outcome_text(Outcome::pass, {true, 0}), HasSubstr("\033["));
  EXPECT_THAT(outcome_text(Outcome::pass, {false, 0}), Not(HasSubstr("\033[")));
}

TEST(Table, HasALineACaseWithBothKernels) {
  CaseResult baseline = case_result("baseline", "static-65", Outcome::fail);
  baseline.conclusion = Outcome::pass;
  const CaseResult patched = case_result("patched", "static-65", Outcome::pass);
  CaseResult other = case_result("patched", "one", Outcome::pass);
  other.no_map = 0;
  EXPECT_THAT(lines(table_text(results_of({baseline, patched, other}), {})),
              ElementsAre("case       regions  baseline  patched  no-map proven  verdict",
                          "static-65       65        64       65            yes  pass",
                          "one             65         -       65              -  pass"));
}

TEST(Table, ShowsTheWorstOfTheKernelsAndWhatIsNotProven) {
  CaseResult baseline = case_result("baseline", "a", Outcome::fail);
  CaseResult patched = case_result("patched", "a", Outcome::inconclusive);
  patched.verdict.no_map_proven = false;
  const auto text = lines(table_text(results_of({baseline, patched}), {}));
  EXPECT_THAT(text.at(1), HasSubstr("no  fail"));
}

/// Kernels of a range: the second one fails one of two cases, of the third there is none.
RunResults range() {
  CaseResult bad = case_result("linux@b", "static-65", Outcome::fail);
  bad.remarks = {"static-65: linux@b must pass, but: failed: recorded"};
  RunResults results = results_of({case_result("linux@a", "one", Outcome::pass),
                                   case_result("linux@b", "one", Outcome::pass),
                                   case_result("linux@d", "one", Outcome::pass),
                                   case_result("linux@a", "static-65", Outcome::pass), bad,
                                   case_result("linux@d", "static-65", Outcome::fail)});
  results.kernels.insert(results.kernels.begin() + 2, KernelResult{});
  results.kernels[2].name = "linux@c";
  results.kernels[2].trouble = "does not build";
  results.kernels[1].title = "of: break it";
  return results;
}

TEST(Table, OfARangeHasALineAKernelAndNamesTheFirstBadOne) {
  EXPECT_THAT(lines(table_text(range(), {})),
              ElementsAre("kernel   one        static-65", "linux@a  pass       pass",
                          "linux@b  pass       fail       of: break it",
                          "linux@c  no kernel  no kernel", "linux@d  pass       fail",
                          "first bad: linux@b of: break it: static-65: static-65: linux@b must "
                          "pass, but: failed: recorded"));
}

TEST(Table, OfManyCasesCountsThem) {
  RunResults results = range();
  for (int number = 0; number < 20; ++number)
    results.cases.push_back(
        case_result("linux@a", "case-" + std::to_string(number), Outcome::pass));
  results.cases.push_back(case_result("linux@b", "case-1", Outcome::fail));
  const auto text = lines(table_text(results, {}));
  EXPECT_EQ(text.at(1), "linux@a  22 pass");
  EXPECT_EQ(text.at(2), "linux@b  1 pass     2 not: static-65, case-1  of: break it");
}

TEST(Troubles, SayWhyThereIsNoKernel) {
  RunResults results = range();
  EXPECT_EQ(troubles_text(results), "linux@c: no kernel: does not build\n");
  results.kernels[2].trouble = "make failed:\n  \033[1merror";
  EXPECT_EQ(troubles_text(results), "linux@c: no kernel: make failed:\n  \\x1b[1merror\n");
}

TEST(Summary, CountsWhatIsNotAsItMustBe) {
  const CaseResult good = case_result("patched", "a", Outcome::pass);
  const CaseResult bad = case_result("patched", "b", Outcome::fail);
  EXPECT_EQ(summary_text(results_of({good, good}), {}), "pass: 2 boots, each as it must be\n");
  EXPECT_EQ(summary_text(results_of({good, bad}), {}), "fail: 2 boots, 1 not as it must be\n");
}

} // namespace
} // namespace rmemcheck::test
