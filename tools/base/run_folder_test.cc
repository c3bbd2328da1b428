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
};

TEST_F(RunFolderTest, KeepsWhatAnEarlierRunHasLeftUntilItIsCleared) {
  { const RunFolder run(out(), "run"); }
  write("out/runs/a", "x");
  const RunFolder again(out(), "run");
  EXPECT_EQ(read("out/runs/a"), "x");
  again.clear();
  EXPECT_FALSE(exists("out/runs"));
  EXPECT_TRUE(exists("out"));
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
  { const RunFolder cost(folder / "cost", "cost"); }
  write("cost/table", "x");
  EXPECT_THAT(error_of([&] { const RunFolder run(folder / "cost", "run"); }).what(),
              HasSubstr("holds something else"));
}

TEST_F(RunFolderTest, RefusesNoNameAtAll) {
  EXPECT_EQ(error_of([] { const RunFolder run("", "run"); }).status(), ExitStatus::bad_input);
}

} // namespace
} // namespace rmemcheck::test
