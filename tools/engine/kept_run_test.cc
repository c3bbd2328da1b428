// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kept_run.h"

#include "base/test_folder.h"
#include "report/json.h"
#include "report/test_results.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class KeptRunTest : public FolderTest {
protected:
  /// The run of one machine.
  [[nodiscard]] KeptBoots kept() const { return find_boots(folder).at(0); }
};

TEST_F(KeptRunTest, HasTheBootsOfAllKernelsAndMachines) {
  for (const char *boot : {"b/runs/y/one", "b/runs/x/two", "a/runs/x/one"})
    write(std::string(boot) + "/run.json", "");
  write("notes", "of somebody's");
  const auto runs = find_boots(folder);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].machine, "a");
  EXPECT_THAT(runs[1].boots, ElementsAre(folder / "b/runs/x/two", folder / "b/runs/y/one"));
  EXPECT_THAT(find_boots(folder / "a/runs/x/one"), ::testing::SizeIs(1));
  EXPECT_TRUE(find_boots(folder / "a/runs/x/one")[0].folder.empty());
}

TEST_F(KeptRunTest, HasTheKernelsOfItsBootsWhereNothingElseIsLeft) {
  write("runs/x/one/run.json", "");
  const RunResults results = judged_results(kept(), {case_result("x", "one", Outcome::pass)});
  ASSERT_EQ(results.kernels.size(), 1u);
  EXPECT_EQ(results.kernels[0].name, "x");
  EXPECT_EQ(conclusion(results), Outcome::pass);
}

TEST_F(KeptRunTest, IsInconclusiveWhereABootIsGone) {
  write("runs/x/one/run.json", "");
  const CaseResult one = case_result("x", "one", Outcome::pass);
  write("results.json", results_json(results_of({one, case_result("x", "two", Outcome::pass)})));
  const RunResults results = judged_results(kept(), {one});
  ASSERT_EQ(results.cases.size(), 2u);
  EXPECT_EQ(conclusion(results), Outcome::inconclusive);
  EXPECT_THAT(results.cases[1].folder, EndsWith("runs/x/two"));
  EXPECT_THAT(results.cases[1].verdict.reason, HasSubstr("no such folder"));
}

TEST_F(KeptRunTest, IsARunWhereAllItsBootsAreGone) {
  const RunResults before = results_of({case_result("x", "one", Outcome::pass)});
  write("a/results.json", results_json(before));
  write("b/runs/x/one/run.json", "");
  const auto runs = find_boots(folder);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(conclusion(judged_results(runs[0], {})), Outcome::inconclusive);
  EXPECT_EQ(find_boots(folder / "a").at(0).folder, folder / "a");
}

TEST_F(KeptRunTest, IsInconclusiveWhereAKernelWasNotToBeHad) {
  write("runs/x/one/run.json", "");
  const CaseResult one = case_result("x", "one", Outcome::pass);
  RunResults before = results_of({one});
  before.kernels.emplace_back();
  before.kernels.back().name = "y";
  before.kernels.back().trouble = "does not build";
  write("results.json", results_json(before));
  EXPECT_EQ(conclusion(judged_results(kept(), {one})), Outcome::inconclusive);
}

} // namespace
} // namespace rmemcheck::test
