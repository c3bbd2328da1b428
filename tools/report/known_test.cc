// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/known.h"

#include "report/test_results.h"

#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

using namespace test;

CaseResult failing(const std::vector<std::string> &known) {
  CaseResult result = case_result("patched", "one", Outcome::fail);
  result.verdict.rules = {rule("recorded", Outcome::fail, "", known.size())};
  for (std::size_t index = 0; index < known.size(); ++index)
    result.verdict.rules[0].findings[index].known = known[index];
  return result;
}

TEST(Known, NamesEachFaultOnce) {
  const CaseResult result = failing({"b", "a", "", "b"});
  EXPECT_EQ(faults_named_by(result), (std::vector<std::string>{"b", "a"}));
}

TEST(Known, NothingExcusesAFailureThatIsNew) {
  const CaseResult result = failing({"a", ""});
  EXPECT_FALSE(is_excused(result, result.verdict.rules[0]));
  EXPECT_FALSE(is_excused(failing({}), failing({}).verdict.rules[0]));
}

TEST(Known, FaultsThatAreKnownExcuseIt) {
  const CaseResult result = failing({"a", "b"});
  EXPECT_TRUE(is_excused(result, result.verdict.rules[0]));
  EXPECT_EQ(excuse_of(result, result.verdict.rules[0]), "known: a, b");
}

TEST(Known, WhatIsDemandedOrToldIsExcused) {
  CaseResult result = failing({""});
  result.must_fail = {"recorded"};
  EXPECT_TRUE(is_excused(result, result.verdict.rules[0]));
  EXPECT_EQ(excuse_of(result, result.verdict.rules[0]), "it must fail here");
  result.must_fail.clear();
  result.role = Role::told;
  EXPECT_FALSE(is_excused(result, result.verdict.rules[0]));
  result.conclusion = Outcome::pass;
  EXPECT_TRUE(is_excused(result, result.verdict.rules[0]));
  EXPECT_EQ(excuse_of(result, result.verdict.rules[0]), "told as it is");
}

} // namespace
} // namespace rmemcheck
