// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/test_results.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

Outcome of(const std::vector<Outcome> &outcomes) {
  RunResults results;
  for (const Outcome outcome : outcomes)
    results.cases.push_back(case_result("patched", "a", outcome));
  return conclusion(results);
}

TEST(Conclusion, IsTheWorst) {
  EXPECT_EQ(of({Outcome::pass, Outcome::pass}), Outcome::pass);
  EXPECT_EQ(of({Outcome::pass, Outcome::inconclusive}), Outcome::inconclusive);
  EXPECT_EQ(of({Outcome::inconclusive, Outcome::fail, Outcome::skip}), Outcome::fail);
}

TEST(Conclusion, IsASkipOnlyIfAllWereSkipped) {
  EXPECT_EQ(of({Outcome::skip, Outcome::skip}), Outcome::skip);
  EXPECT_EQ(of({Outcome::pass, Outcome::skip}), Outcome::inconclusive);
}

TEST(Conclusion, OfAKernelThatCannotBeHadIsNoPass) {
  RunResults results = results_of({case_result("patched", "a", Outcome::pass)});
  EXPECT_EQ(conclusion(results), Outcome::pass);
  results.kernels.front().trouble = "does not build";
  EXPECT_EQ(conclusion(results), Outcome::inconclusive);
}

TEST(Conclusion, OfAMachineWithoutCasesIsASkip) {
  RunResults results;
  results.nothing_to_do = true;
  EXPECT_EQ(conclusion(results), Outcome::skip);
}

TEST(Conclusion, OfNothingIsNoPass) { EXPECT_EQ(of({}), Outcome::inconclusive); }

} // namespace
} // namespace rmemcheck::test
