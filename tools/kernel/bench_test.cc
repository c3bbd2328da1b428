// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/bench.h"

#include "base/test_folder.h"

#include <cstdlib>
#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;

class BenchTest : public FolderTest {
protected:
  BenchTest() {
    ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
    write("first/kept", "same\n");
    write("first/changed", "one\n");
    write("first/gone/file", "x\n");
    write("second/kept", "same\n");
    write("second/changed", "two\n");
    write("second/new/file", "y\n");
    write("a.patch", "diff --git a/changed b/changed\n--- a/changed\n+++ b/changed\n"
                     "@@ -1 +1 @@\n-one\n+patched\n"
                     "diff --git a/added b/added\nnew file mode 100644\n--- /dev/null\n"
                     "+++ b/added\n@@ -0,0 +1 @@\n+added\n");
  }
  [[nodiscard]] SourceTree tree(const std::string &name) const {
    return {name, folder / name, "6.1", name};
  }
  static void silent(const std::string &, double) {}
  [[nodiscard]] std::string text(const Bench &bench, const std::string &name) const {
    return read(fs::relative(bench.tree(), folder) / name);
  }
  static auto time(const Bench &bench, const std::string &name) {
    return fs::last_write_time(bench.tree() / name);
  }
};

TEST_F(BenchTest, BecomesOneTreeAfterTheOther) {
  const Bench bench("linux", silent);
  bench.take(tree("first"), {});
  EXPECT_EQ(text(bench, "changed"), "one\n");
  const auto before = time(bench, "kept");
  write(fs::relative(bench.objects("arm64"), folder) / "x.o", "object");
  bench.take(tree("second"), {});
  EXPECT_EQ(text(bench, "changed"), "two\n");
  EXPECT_EQ(text(bench, "new/file"), "y\n");
  EXPECT_FALSE(fs::exists(bench.tree() / "gone/file"));
  EXPECT_EQ(time(bench, "kept"), before);
  EXPECT_TRUE(fs::exists(bench.objects("arm64") / "x.o"));
  EXPECT_EQ(read("first/changed"), "one\n"); // a hard link of it was there
}

TEST_F(BenchTest, PutsPatchesOnAndTakesThemOff) {
  const Bench bench("linux", silent);
  bench.take(tree("first"), {folder / "a.patch"});
  EXPECT_EQ(text(bench, "changed"), "patched\n");
  EXPECT_EQ(text(bench, "added"), "added\n");
  const auto before = time(bench, "changed");
  bench.take(tree("first"), {folder / "a.patch"});
  EXPECT_EQ(time(bench, "changed"), before);
  bench.take(tree("first"), {});
  EXPECT_EQ(text(bench, "changed"), "one\n");
  EXPECT_FALSE(fs::exists(bench.tree() / "added"));
  EXPECT_EQ(read("first/changed"), "one\n");
}

TEST_F(BenchTest, GivesMakeANewTimeForWhatComesBack) {
  const Bench bench("linux", silent);
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(folder / "first/changed", old);
  bench.take(tree("first"), {folder / "a.patch"});
  bench.take(tree("first"), {});
  EXPECT_GT(time(bench, "changed"), old);
}

TEST_F(BenchTest, StaysAsItIsWhereAPatchDoesNotApply) {
  const Bench bench("linux", silent);
  bench.take(tree("second"), {});
  EXPECT_EQ(error_of([&] { bench.take(tree("second"), {folder / "a.patch"}); }).status(),
            ExitStatus::bad_input);
  EXPECT_EQ(text(bench, "changed"), "two\n");
}

TEST_F(BenchTest, RemovesWhatNobodyUses) {
  { const Bench bench("linux", silent); }
  remove_old_benches(1);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "cache/rmemcheck/benches"), {}), 1);
  for (const auto &entry : fs::directory_iterator(folder / "cache/rmemcheck/benches"))
    fs::last_write_time(entry.path() / "lock",
                        fs::file_time_type::clock::now() - std::chrono::hours(48));
  remove_old_benches(1);
  EXPECT_TRUE(fs::is_empty(folder / "cache/rmemcheck/benches"));
}

} // namespace
} // namespace rmemcheck::test
