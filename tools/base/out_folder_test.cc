// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/out_folder.h"
#include "base/test_folder.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OutFolderTest : public FolderTest {
protected:
  void leave(const std::string &verb, const std::string &text) const {
    OutFolder out(folder / "out", verb);
    std::ofstream(out.path() / "results.json") << text;
    out.commit();
  }
  [[nodiscard]] Error refused(const std::string &verb) const {
    return error_of([&] { const OutFolder out(folder / "out", verb); });
  }
};

TEST_F(OutFolderTest, IsNotReplacedWithAnInputInIt) {
  leave("run", "first");
  const auto check = [&](const fs::path &input) {
    return [this, input] { check_outside(input, "--kernel", folder / "out"); };
  };
  EXPECT_THAT(error_of(check(folder / "out/results.json")).what(),
              HasSubstr("--kernel " + (folder / "out/results.json").string() + ": lies in --out"));
  fs::create_symlink(folder / "out/results.json", folder / "link");
  EXPECT_EQ(error_of(check(folder / "link")).status(), ExitStatus::bad_input);
  write("outside", "");
  EXPECT_NO_THROW(check(folder / "outside")());
  EXPECT_NO_THROW(check(folder / "out/none")());
  EXPECT_NO_THROW(check("")());
}

TEST_F(OutFolderTest, AppearsWhole) {
  leave("run", "first");
  EXPECT_EQ(read("out/results.json"), "first");
  EXPECT_EQ(entries(), 1);
}

TEST_F(OutFolderTest, ReplacesWhatTheSameVerbLeft) {
  leave("run", "first");
  write("out/more", "of the first");
  leave("run", "second");
  EXPECT_EQ(read("out/results.json"), "second");
  EXPECT_FALSE(exists("out/more"));
  EXPECT_EQ(entries(), 1);
}

TEST_F(OutFolderTest, MakesTheFoldersAbove) {
  OutFolder out(folder / "a" / "b/", "run");
  out.commit();
  EXPECT_TRUE(exists("a/b"));
}

TEST_F(OutFolderTest, TakesAnEmptyFolder) {
  fs::create_directory(folder / "out");
  leave("run", "first");
  EXPECT_EQ(read("out/results.json"), "first");
}

TEST_F(OutFolderTest, RefusesWhatIsNotItsOwn) {
  write("out/letter", "dear");
  EXPECT_EQ(refused("run").status(), ExitStatus::bad_input);
  EXPECT_THAT(refused("run").what(), HasSubstr((folder / "out").string()));
  EXPECT_EQ(read("out/letter"), "dear");
  EXPECT_EQ(entries(), 1);
}

TEST_F(OutFolderTest, RefusesWhatAnotherVerbLeft) {
  leave("run", "first");
  EXPECT_EQ(refused("boot").status(), ExitStatus::bad_input);
  EXPECT_EQ(read("out/results.json"), "first");
}

TEST_F(OutFolderTest, RefusesAFile) {
  write("out", "text");
  EXPECT_THAT(refused("run").what(), HasSubstr("not a folder"));
}

TEST_F(OutFolderTest, LeavesNothingWithoutCommit) {
  leave("run", "first");
  {
    const OutFolder out(folder / "out", "run");
    std::ofstream(out.path() / "results.json") << "half";
  }
  EXPECT_EQ(read("out/results.json"), "first");
  EXPECT_EQ(entries(), 1);
}

TEST_F(OutFolderTest, TakesAwayWhatAKilledRunLeft) {
  const pid_t child = ::fork();
  if (child == 0) {
    const OutFolder out(folder / "out", "run");
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(entries(), 1);
  leave("run", "first");
  EXPECT_EQ(entries(), 1);
  EXPECT_EQ(read("out/results.json"), "first");
}

} // namespace
} // namespace rmemcheck::test
