// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/series.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Lines 1 to 30, each its number but for the given ones.
std::string numbers(const std::map<int, std::string> &changed = {}) {
  std::string text;
  for (int line = 1; line <= 30; ++line)
    text += (changed.contains(line) ? changed.at(line) : std::to_string(line)) + "\n";
  return text;
}

/// Replaces a line of numbers().
std::string hunk(int line, const std::string &from, const std::string &to) {
  return fmt::format("@@ -{0},3 +{0},3 @@ int f(void)\n {0}\n-{2}\n+{3}\n {1}\n", line - 1,
                     line + 1, from, to);
}

std::string change(const std::string &file, const std::string &hunks) {
  return fmt::format("diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n{1}", file, hunks);
}

constexpr const char *new_file = "diff --git a/lib/new.sh b/lib/new.sh\nnew file mode 100755\n"
                                 "--- /dev/null\n+++ b/lib/new.sh\n@@ -0,0 +1 @@\n+new\n";
constexpr const char *deleted_file = "diff --git a/old.c b/old.c\ndeleted file mode 100644\n"
                                     "--- a/old.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n";

class ApplySeries : public KernelTest {
protected:
  ApplySeries() {
    write("linux/drivers/of.c", numbers());
    write("linux/mm.c", numbers());
    write("linux/old.c", "old\n");
    series.folder = folder / "series";
  }
  void add(const std::string &patch) {
    const std::string name = fmt::format("series/000{}-x.patch", series.patches.size() + 1);
    write(name,
          "From: A\nSubject: [PATCH] diff --git is not here\n---\n" + patch + "-- \n2.39.5\n");
    series.patches.push_back(folder / name);
  }
  void apply() const { apply_series(series, folder / "linux"); }
  void check(const std::string &name) const {
    check_series(series, {name, folder / "linux", "", ""});
  }
  /// Why neither apply nor check takes the series; the tree stays as it was.
  [[nodiscard]] std::string refusal() const {
    const auto before = contents(folder / "linux");
    const Error error = error_of([&] { apply(); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_STREQ(error_of([&] { check(folder / "linux"); }).what(), error.what());
    EXPECT_EQ(contents(folder / "linux"), before);
    return error.what();
  }
  Series series;
};

TEST_F(ApplySeries, AppliesPatchesOfOneFileInOrder) {
  add(change("mm.c", hunk(5, "5", "five")));
  add(change("mm.c", hunk(5, "five", "FIVE") + hunk(20, "20", "twenty")));
  apply();
  EXPECT_EQ(read("linux/mm.c"), numbers({{5, "FIVE"}, {20, "twenty"}}));
}

TEST_F(ApplySeries, LeavesOtherFilesAlone) {
  auto wanted = contents(folder / "linux");
  add(change("mm.c", hunk(5, "5", "five")));
  apply();
  auto got = contents(folder / "linux");
  EXPECT_NE(got.at("mm.c"), wanted.at("mm.c"));
  got.erase("mm.c");
  wanted.erase("mm.c");
  EXPECT_EQ(got, wanted);
}

TEST_F(ApplySeries, TakesAHunkThatHasMoved) {
  write("linux/mm.c", "a new first line\n" + numbers());
  add(change("mm.c", hunk(5, "5", "five")));
  apply();
  EXPECT_EQ(read("linux/mm.c"), "a new first line\n" + numbers({{5, "five"}}));
}

TEST_F(ApplySeries, MakesANewFile) {
  add(new_file);
  apply();
  EXPECT_EQ(read("linux/lib/new.sh"), "new\n");
  EXPECT_NE(fs::status(folder / "linux/lib/new.sh").permissions() & fs::perms::owner_exec,
            fs::perms::none);
}

TEST_F(ApplySeries, RemovesADeletedFile) {
  add(deleted_file);
  apply();
  EXPECT_FALSE(exists("linux/old.c"));
}

TEST_F(ApplySeries, MovesARenamedFile) {
  add("diff --git a/old.c b/lib/moved.c\nsimilarity index 100%\nrename from old.c\n"
      "rename to lib/moved.c\n");
  apply();
  EXPECT_FALSE(exists("linux/old.c"));
  EXPECT_EQ(read("linux/lib/moved.c"), "old\n");
}

TEST_F(ApplySeries, KeepsAFileExecutable) {
  fs::permissions(folder / "linux/mm.c", fs::perms{0755});
  add(change("mm.c", hunk(5, "5", "five")));
  apply();
  EXPECT_EQ(fs::status(folder / "linux/mm.c").permissions(), fs::perms{0755});
}

TEST_F(ApplySeries, LeavesAHardLinkedTwinAlone) {
  fs::create_hard_link(folder / "linux/mm.c", folder / "twin.c");
  add(change("mm.c", hunk(5, "5", "five")));
  apply();
  EXPECT_EQ(read("twin.c"), numbers());
  EXPECT_EQ(read("linux/mm.c"), numbers({{5, "five"}}));
}

TEST_F(ApplySeries, WorksBelowAnotherRepository) {
  git(".", {"init", "--quiet"});
  write(".gitignore", "linux\n");
  add(change("mm.c", hunk(5, "5", "five")));
  apply();
  EXPECT_EQ(read("linux/mm.c"), numbers({{5, "five"}}));
  EXPECT_FALSE(exists(".git/index"));
}

TEST_F(ApplySeries, NamesPatchFileAndHunk) {
  add(change("drivers/of.c", hunk(5, "5", "five")));
  add(change("mm.c", hunk(5, "5", "five")) +
      change("drivers/of.c", hunk(5, "five", "FIVE") + hunk(20, "twenty", "TWENTY")));
  EXPECT_THAT(refusal(), AllOf(HasSubstr(series.patches[1].string() + ": does not apply to " +
                                         (folder / "linux").string()),
                               HasSubstr("drivers/of.c: hunk 2 (@@ -19,3 +19,3 @@ int f(void))")));
}

/// Its files may lie in the cache, which tells nobody anything.
TEST_F(ApplySeries, NamesTheTreeAsAPersonDid) {
  add(change("mm.c", hunk(5, "five", "FIVE")));
  EXPECT_EQ(error_of([&] { check("linux-source-6.1.tar.xz"); }).what(),
            series.patches[0].string() + ": does not apply to linux-source-6.1.tar.xz: mm.c: "
                                         "hunk 1 (@@ -4,3 +4,3 @@ int f(void))");
}

TEST_F(ApplySeries, CountsHunksOfTheFileThatFails) {
  add(change("drivers/of.c", hunk(5, "5", "five") + hunk(20, "20", "twenty")) +
      change("mm.c", hunk(20, "twenty", "TWENTY")));
  EXPECT_THAT(refusal(), HasSubstr("mm.c: hunk 1 (@@ -19,3"));
}

TEST_F(ApplySeries, NamesAFileThatIsMissing) {
  fs::remove(folder / "linux/mm.c");
  add(change("mm.c", hunk(5, "5", "five")));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("0001-x.patch"), HasSubstr("mm.c: No such file")));
}

TEST_F(ApplySeries, NamesANewFileThatIsThereAlready) {
  write("linux/lib/new.sh", "mine\n");
  add(new_file);
  EXPECT_THAT(refusal(), HasSubstr("lib/new.sh: already exists"));
}

TEST_F(ApplySeries, RefusesWhatIsNoPatch) {
  write("series/0001-x.patch", "dear all\n");
  series.patches = {folder / "series/0001-x.patch"};
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("0001-x.patch: expected a patch"), Not(HasSubstr("git:"))));
}

TEST_F(ApplySeries, IsNotAppliedTwice) {
  add(change("mm.c", hunk(5, "5", "five")));
  apply();
  EXPECT_THAT(refusal(), HasSubstr("mm.c: hunk 1"));
}

/// git apply takes the series; that a folder stands where a file must go turns up late.
TEST_F(ApplySeries, PutsBackWhatItHasChanged) {
  fs::permissions(folder / "linux/mm.c", fs::perms{0755});
  write("linux/new.c/in-the-way", "");
  add(change("mm.c", hunk(5, "5", "five")) + deleted_file +
      "diff --git a/new.c b/new.c\nnew file mode 100644\n--- /dev/null\n+++ b/new.c\n"
      "@@ -0,0 +1 @@\n+new\n");
  const auto before = contents(folder / "linux");
  const Error error = error_of([&] { apply(); });
  EXPECT_THAT(error.what(), HasSubstr((folder / "linux/new.c").string()));
  EXPECT_EQ(contents(folder / "linux"), before);
}

TEST_F(ApplySeries, CheckDoesNotChangeTheTree) {
  const auto before = contents(folder / "linux");
  add(change("mm.c", hunk(5, "5", "five")) + new_file + deleted_file);
  check("linux");
  EXPECT_EQ(contents(folder / "linux"), before);
}

TEST_F(ApplySeries, TellsPatchByPatchWhatBecomesOfIt) {
  add(change("mm.c", hunk(5, "5", "five")));
  add(change("mm.c", hunk(20, "21", "twenty")));
  add(change("drivers/of.c", hunk(5, "five", "5"))); // the other way round: 5 is there
  add(change("mm.c", hunk(10, "10", "ten")));
  const auto before = contents(folder / "linux");
  const std::vector<PatchState> states = try_series(series, folder / "linux");
  EXPECT_EQ(contents(folder / "linux"), before);
  ASSERT_EQ(states.size(), 4u);
  EXPECT_EQ(states[0].kind, PatchState::Kind::applies);
  EXPECT_EQ(states[1].kind, PatchState::Kind::fails);
  EXPECT_THAT(states[1].why, HasSubstr("mm.c: hunk 1"));
  EXPECT_THAT(states[1].places, ::testing::ElementsAre("mm.c:f"));
  EXPECT_EQ(states[2].kind, PatchState::Kind::there);
  EXPECT_EQ(states[3].kind, PatchState::Kind::applies);
}

} // namespace
} // namespace rmemcheck::test
