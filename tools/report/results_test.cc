// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/test_results.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

Outcome of(const std::vector<Outcome> &outcomes) {
  std::vector<CaseResult> cases;
  cases.reserve(outcomes.size());
  for (const Outcome outcome : outcomes)
    cases.push_back(case_result("patched", "a", outcome));
  return conclusion(cases);
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

TEST(Conclusion, OfNothingIsNoPass) { EXPECT_EQ(of({}), Outcome::inconclusive); }

} // namespace
} // namespace rmemcheck::test
