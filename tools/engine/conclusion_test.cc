// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/conclusion.h"

#include "catalogue/prepared_case.h"
#include "report/test_results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A baseline that must fail `recorded` and `logged`.
CaseResult baseline(std::vector<RuleResult> rules, Outcome outcome = Outcome::fail) {
  CaseResult result = case_result("baseline", "static-65", outcome);
  result.verdict.rules = std::move(rules);
  result.must_fail = {"recorded", "logged"};
  conclude(result);
  return result;
}

TEST(Conclude, PassesABaselineThatFailsExactlyWhereItMust) {
  const CaseResult result =
      baseline({rule("recorded", Outcome::fail), rule("logged", Outcome::fail),
                rule("iomem", Outcome::pass), rule("init", Outcome::skip)});
  EXPECT_EQ(result.conclusion, Outcome::pass);
  EXPECT_THAT(result.remarks, IsEmpty());
}

TEST(Conclude, LetsABaselineSkipWhatItCannotShowIfAnotherRuleFails) {
  EXPECT_EQ(baseline({rule("recorded", Outcome::fail), rule("logged", Outcome::skip)}).conclusion,
            Outcome::pass);
  const CaseResult nothing_shown =
      baseline({rule("recorded", Outcome::skip), rule("logged", Outcome::skip)}, Outcome::skip);
  EXPECT_EQ(nothing_shown.conclusion, Outcome::inconclusive);
}

TEST(Conclude, FindsABaselineThatPasses) {
  const CaseResult result =
      baseline({rule("recorded", Outcome::pass), rule("logged", Outcome::skip)}, Outcome::pass);
  EXPECT_EQ(result.conclusion, Outcome::fail);
  EXPECT_THAT(result.remarks,
              ElementsAre("static-65: baseline passes, but must fail `recorded`: the check proves "
                          "nothing"));
}

TEST(Conclude, FindsABaselineThatPassesOneOfTwo) {
  const CaseResult result =
      baseline({rule("recorded", Outcome::pass), rule("logged", Outcome::fail)});
  EXPECT_EQ(result.conclusion, Outcome::fail);
  EXPECT_THAT(result.remarks, ElementsAre(HasSubstr("passes `recorded`, but must fail it")));
}

TEST(Conclude, FindsABaselineThatFailsElsewhere) {
  const CaseResult result = baseline({rule("recorded", Outcome::fail),
                                      rule("logged", Outcome::fail), rule("iomem", Outcome::fail)});
  EXPECT_EQ(result.conclusion, Outcome::fail);
  EXPECT_THAT(result.remarks, ElementsAre("static-65: baseline fails `iomem`, but must not"));
}

TEST(Conclude, DoesNotPassWhereAFailureThatIsAskedForIsUnknown) {
  const CaseResult result =
      baseline({rule("recorded", Outcome::inconclusive), rule("logged", Outcome::fail)});
  EXPECT_EQ(result.conclusion, Outcome::inconclusive);
  EXPECT_THAT(result.remarks, ElementsAre(HasSubstr("`recorded`")));
}

TEST(Conclude, LetsOtherRulesNotFindOutWhatAFailureHides) {
  const CaseResult result =
      baseline({rule("recorded", Outcome::fail), rule("logged", Outcome::fail),
                rule("placement", Outcome::inconclusive)});
  EXPECT_EQ(result.conclusion, Outcome::pass);
}

TEST(Conclude, DoesNotTakeACrashForTheFailureThatIsAskedFor) {
  for (const auto &[ending, outcome] :
       {std::pair{Ending::panic, Outcome::fail}, std::pair{Ending::oops, Outcome::fail},
        std::pair{Ending::hang, Outcome::fail}, std::pair{Ending::died, Outcome::inconclusive},
        std::pair{Ending::cut_short, Outcome::inconclusive}}) {
    CaseResult result = baseline({rule("recorded", Outcome::fail), rule("logged", Outcome::fail)});
    result.ending = ending;
    conclude(result);
    EXPECT_EQ(result.conclusion, outcome);
  }
}

TEST(Conclude, TakesTheVerdictOfAKernelThatMustPass) {
  for (const Outcome outcome :
       {Outcome::pass, Outcome::fail, Outcome::inconclusive, Outcome::skip}) {
    CaseResult result = case_result("patched", "static-65", outcome);
    conclude(result);
    EXPECT_EQ(result.conclusion, outcome);
    EXPECT_EQ(result.remarks.empty(), outcome == Outcome::pass);
  }
}

/// A mutant that must fail `recorded` and end in a panic.
CaseResult mutant(std::vector<RuleResult> rules, Ending ending,
                  const std::vector<std::string> &without = {}) {
  CaseResult result = case_result("at-most-64", "static-65", Outcome::fail);
  result.role = Role::mutant;
  result.verdict.rules = std::move(rules);
  result.ending = ending;
  result.must_fail = {"recorded", "panic"};
  result.fails_without = without;
  conclude(result);
  return result;
}

TEST(Conclude, PassesAMutantThatIsCaught) {
  const CaseResult result = mutant({rule("recorded", Outcome::fail), rule("logged", Outcome::fail)},
                                   Ending::panic, {"logged"});
  EXPECT_EQ(result.conclusion, Outcome::pass);
  EXPECT_THAT(result.remarks, IsEmpty());
}

TEST(Conclude, FindsAMutantThatSurvives) {
  const CaseResult result = mutant({rule("recorded", Outcome::fail)}, Ending::powered_off);
  EXPECT_EQ(result.conclusion, Outcome::fail);
  EXPECT_THAT(result.remarks, ElementsAre(HasSubstr("passes `panic`, but must fail it")));
}

TEST(Conclude, TakesNoProofFromWhatFailsWithoutTheMutant) {
  const CaseResult result = mutant({rule("recorded", Outcome::fail)}, Ending::panic, {"recorded"});
  EXPECT_EQ(result.conclusion, Outcome::fail);
  EXPECT_THAT(result.remarks, ElementsAre(HasSubstr("fails `recorded` without the mutant")));
}

TEST(Conclude, KnowsNothingOfAMutantThatWasLost) {
  EXPECT_EQ(mutant({rule("recorded", Outcome::fail)}, Ending::died).conclusion,
            Outcome::inconclusive);
}

TEST(Conclude, TellsWhatThereIsToTell) {
  for (const Outcome outcome :
       {Outcome::pass, Outcome::fail, Outcome::inconclusive, Outcome::skip}) {
    CaseResult result = case_result("sid", "static-65", outcome);
    result.role = Role::told;
    conclude(result);
    EXPECT_EQ(result.conclusion, outcome == Outcome::fail ? Outcome::pass : outcome);
  }
}

TEST(ExitStatusOf, IsWhatOtherProgramsRelyOn) {
  EXPECT_EQ(static_cast<int>(exit_status(Outcome::pass)), 0);
  EXPECT_EQ(static_cast<int>(exit_status(Outcome::fail)), 1);
  EXPECT_EQ(static_cast<int>(exit_status(Outcome::inconclusive)), 3);
  EXPECT_EQ(static_cast<int>(exit_status(Outcome::skip)), 4);
}

TEST(Conclude, ABaselineThatMustNotBootMustPanicOopsHangOrFailARule) {
  struct Row {
    Ending ending;
    Outcome verdict;
    Outcome conclusion;
  };
  for (const auto &[ending, verdict, outcome] :
       {Row{Ending::powered_off, Outcome::pass, Outcome::fail},
        Row{Ending::powered_off, Outcome::inconclusive, Outcome::fail},
        Row{Ending::powered_off, Outcome::fail, Outcome::pass},
        Row{Ending::powered_off, Outcome::known, Outcome::pass},
        Row{Ending::panic, Outcome::inconclusive, Outcome::pass},
        Row{Ending::oops, Outcome::inconclusive, Outcome::pass},
        Row{Ending::hang, Outcome::inconclusive, Outcome::pass},
        Row{Ending::died, Outcome::inconclusive, Outcome::inconclusive},
        Row{Ending::cut_short, Outcome::inconclusive, Outcome::inconclusive}}) {
    CaseResult result = baseline({rule("recorded", Outcome::inconclusive)}, verdict);
    result.must_fail = {boots_rule};
    result.ending = ending;
    conclude(result);
    EXPECT_EQ(result.conclusion, outcome);
  }
}

} // namespace
} // namespace rmemcheck::test
