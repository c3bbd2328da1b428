// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/run_folder.h"

#include "base/test_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

class RunFolderTest : public FolderTest {
protected:
  [[nodiscard]] std::filesystem::path out() const { return folder / "out"; }

  void leave_a_run() const {
    RunFolder(out(), "run").make_room();
    write("out/runs/a", "x");
  }
};

TEST_F(RunFolderTest, KeepsWhatAnEarlierRunHasLeftUntilThereIsSomethingElse) {
  leave_a_run();
  { const RunFolder failed(out(), "run"); }
  RunFolder again(out(), "run");
  EXPECT_EQ(read("out/runs/a"), "x");
  again.make_room();
  EXPECT_FALSE(exists("out/runs"));
  EXPECT_TRUE(exists("out"));
}

TEST_F(RunFolderTest, MakesRoomOnce) {
  RunFolder run(out(), "run");
  run.make_room();
  write("out/arm64/results.json", "x");
  run.make_room();
  EXPECT_TRUE(exists("out/arm64/results.json"));
}

TEST_F(RunFolderTest, LeavesNothingWhereNothingWasPut) {
  { const RunFolder run(out(), "run"); }
  EXPECT_FALSE(exists("out"));
}

TEST_F(RunFolderTest, SaysWhatAnotherRunHasLeft) {
  leave_a_run();
  write("out/results.json.aBcDeF", "half of it");
  const RunFolder run(out(), "run");
  run.check_holds_only({"results.json", "runs"});
  const Error error = error_of([&] { run.check_holds_only({"results.json", "arm64"}); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("out/runs: left by another run"));
}

TEST_F(RunFolderTest, BelongsToOneRunAtATime) {
  const RunFolder run(out(), "run");
  const Error error = error_of([&] { const RunFolder other(out(), "run"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("another run writes there"));
}

TEST_F(RunFolderTest, RefusesWhatSomebodyElseHasLeft) {
  write("out/letter", "x");
  const Error error = error_of([&] { const RunFolder run(out(), "run"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_EQ(read("out/letter"), "x");
  RunFolder(folder / "cost", "cost").make_room();
  write("cost/table", "x");
  EXPECT_THAT(error_of([&] { const RunFolder run(folder / "cost", "run"); }).what(),
              HasSubstr("holds something else"));
}

TEST_F(RunFolderTest, RefusesNoNameAtAll) {
  EXPECT_EQ(error_of([] { const RunFolder run("", "run"); }).status(), ExitStatus::bad_input);
}

} // namespace
} // namespace rmemcheck::test
