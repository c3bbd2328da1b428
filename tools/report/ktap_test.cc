// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/ktap.h"

#include "report/test_results.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

std::string ktap_of(RunResults results) {
  results.machine = "arm64";
  return ktap_text({{"", std::move(results)}});
}

TEST(Ktap, HasMachineKernelCaseAndRules) {
  EXPECT_EQ(ktap_of(results_of({case_result("patched", "one", Outcome::pass)})),
            "KTAP version 1\n1..1\n"
            "  KTAP version 1\n  1..1\n"
            "    KTAP version 1\n    1..1\n"
            "      KTAP version 1\n      1..4\n"
            "      ok 1 boot\n"
            "      ok 2 recorded\n"
            "      ok 3 logged # SKIP this kernel prints none\n"
            "      ok 4 verdict\n"
            "    ok 1 one\n"
            "  ok 1 patched\n"
            "ok 1 arm64\n");
}

TEST(Ktap, AFailureFailsAllThatItIsPartOf) {
  const std::string text = ktap_of(results_of({case_result("patched", "one", Outcome::fail),
                                               case_result("patched", "two", Outcome::pass)}));
  EXPECT_THAT(text, HasSubstr("# recorded: region0: expected recorded, seen nothing "
                              "(runs/patched/one/evidence/probe:1)\n"));
  for (const char *line : {"      not ok 2 recorded\n", "    not ok 1 one\n", "    ok 2 two\n",
                           "  not ok 1 patched\n", "\nnot ok 1 arm64\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Ktap, AFailureThatIsDemandedIsExpected) {
  CaseResult result = case_result("baseline", "one", Outcome::fail);
  result.must_fail = {"recorded"};
  result.conclusion = Outcome::pass;
  const std::string text = ktap_of(results_of({result}));
  EXPECT_THAT(text, HasSubstr("      ok 2 recorded # XFAIL it must fail here\n"));
  EXPECT_THAT(text, HasSubstr("\nok 1 arm64\n"));
}

TEST(Ktap, AnEndOfAKernelLogInARemarkEndsNothing) {
  CaseResult result = case_result("patched", "one", Outcome::fail);
  result.notes = {"Kernel panic - not syncing: VFS: Unable to mount", "reboot: System halted"};
  const std::string text = ktap_of(results_of({result}));
  EXPECT_THAT(text, HasSubstr("# Kernel panic - not syncing : VFS: Unable"));
  EXPECT_THAT(text, Not(HasSubstr("reboot: System halted")));
}

TEST(Ktap, NamesAreDescriptionsAndUnique) {
  const std::string text = ktap_of(results_of({case_result("patched", "a#b", Outcome::pass),
                                               case_result("patched", "a_b", Outcome::pass),
                                               case_result("patched", "- ", Outcome::pass)}));
  for (const char *line : {"    ok 1 a_b\n", "    ok 2 a_b-2\n", "    ok 3 unnamed\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

} // namespace
} // namespace rmemcheck
