// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/test_kernel.h"
#include "kernel/tree.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class FindTree : public KernelTest {
protected:
  FindTree() { write_kernel("linux"); }
  /// The tree that folder/NAME names.
  [[nodiscard]] SourceTree find(const std::string &name) const {
    return find_tree((folder / name).string(), quiet);
  }
  [[nodiscard]] std::string key(const std::string &name = "linux") const { return find(name).key; }
  void pack(const std::string &from, const std::string &to) const {
    (void)run_child_or_throw({{"tar", "-caf", to, from}, folder, {}, {}});
  }
  /// The message for a name that must be refused, without the folder before it.
  [[nodiscard]] std::string refusal(const std::string &name) const {
    const Error error = error_of([&] { (void)find(name); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), StartsWith(folder.string() + "/"));
    return std::string(error.what()).substr(folder.string().size() + 1);
  }
};

TEST_F(FindTree, TakesAFolder) {
  const SourceTree tree = find("linux");
  EXPECT_EQ(tree.name, (folder / "linux").string());
  EXPECT_EQ(tree.version, "6.1.7");
  EXPECT_EQ(contents(tree.path), contents(folder / "linux"));
}

TEST_F(FindTree, TakesAnArchive) {
  for (const char *name : {"linux-source-6.1.tar.xz", "linux.tar.gz", "linux.tar"}) {
    pack("linux", name);
    const SourceTree tree = find(name);
    EXPECT_EQ(tree.name, (folder / name).string());
    EXPECT_EQ(tree.version, "6.1.7");
    EXPECT_EQ(contents(tree.path), contents(folder / "linux"));
  }
}

TEST_F(FindTree, TakesARepository) {
  make_repository("repo");
  EXPECT_EQ(find("repo").version, "6.1.7");
  EXPECT_THAT(find("repo").name, StartsWith((folder / "repo").string() + "@"));
  write_kernel("repo", 8);
  EXPECT_EQ(find("repo").version, "6.1.8");
  EXPECT_THAT(find("repo").name, EndsWith(" with uncommitted changes"));
}

TEST_F(FindTree, TakesABareRepository) {
  make_repository("repo");
  make_bare("repo", "bare.git");
  EXPECT_EQ(find("bare.git").version, "6.1.7");
  EXPECT_EQ(key("bare.git"), key("repo"));
}

TEST_F(FindTree, TakesACommit) {
  make_repository("repo");
  write_kernel("repo", 8);
  commit("repo");
  EXPECT_EQ(find("repo@main~").version, "6.1.7");
  EXPECT_EQ(find("repo@main").version, "6.1.8");
  EXPECT_EQ(find("repo@main").name, (folder / "repo").string() + "@main");
}

TEST_F(FindTree, TakesAReleaseThatIsInTheCache) {
  make_repository("repo");
  git("repo", {"tag", "v6.1.7"});
  fs::create_directories(cache() / "git");
  make_bare("repo", "cache/rmemcheck/git/v6.1.7");
  EXPECT_EQ(find_tree("v6.1.7", quiet).version, "6.1.7");
}

TEST_F(FindTree, TakesAFolderWithAnAtSign) {
  write_kernel("linux@home");
  EXPECT_EQ(find("linux@home").version, "6.1.7");
}

TEST_F(FindTree, TakesAPlainFolderOfAnotherRepository) {
  git(".", {"init", "--quiet"});
  write(".gitignore", "*\n");
  const SourceTree tree = find("linux");
  EXPECT_EQ(tree.name, (folder / "linux").string());
  EXPECT_EQ(contents(tree.path), contents(folder / "linux"));
}

TEST_F(FindTree, ReadsTheWholeVersion) {
  write_kernel("rc", 0, "-rc1");
  EXPECT_EQ(find("rc").version, "6.1.0-rc1");
}

TEST_F(FindTree, SameContentHasTheSameKey) {
  const std::string first = key();
  fs::last_write_time(folder / "linux/Kconfig", fs::file_time_type::clock::now() - 1h);
  EXPECT_EQ(key(), first);
  write_kernel("copy");
  EXPECT_EQ(key("copy"), first);
}

TEST_F(FindTree, OtherContentHasAnotherKey) {
  std::set<std::string> keys = {key()};
  write("linux/Kconfig", "changed\n");
  EXPECT_TRUE(keys.insert(key()).second);
  write("linux/new.c", "");
  EXPECT_TRUE(keys.insert(key()).second);
  fs::rename(folder / "linux/new.c", folder / "linux/newer.c");
  EXPECT_TRUE(keys.insert(key()).second);
  fs::permissions(folder / "linux/newer.c", fs::perms{0755});
  EXPECT_TRUE(keys.insert(key()).second);
  fs::create_symlink("Kconfig", folder / "linux/link");
  EXPECT_TRUE(keys.insert(key()).second);
}

TEST_F(FindTree, AnotherArchiveHasAnotherKey) {
  pack("linux", "one.tar.xz");
  write("linux/new.c", "new\n");
  pack("linux", "two.tar.xz");
  EXPECT_NE(key("one.tar.xz"), key("two.tar.xz"));
}

TEST_F(FindTree, LeavesWhatWasNamedAsItWas) {
  make_repository("repo");
  write("repo/new.c", "new\n");
  const auto folder_before = contents(folder / "linux");
  const auto repository_before = contents(folder / "repo");
  (void)find("linux");
  (void)find("repo");
  (void)find("repo@HEAD");
  EXPECT_EQ(contents(folder / "linux"), folder_before);
  EXPECT_EQ(contents(folder / "repo"), repository_before);
  EXPECT_EQ(git_prints("repo", {"status", "--porcelain"}), "?? new.c");
}

TEST_F(FindTree, KeepsACopyThatLaterChangesDoNotReach) {
  const SourceTree tree = find("linux");
  std::ofstream(folder / "linux/Kconfig") << "changed in place\n";
  EXPECT_EQ(read(tree.path / "Kconfig"), "mainmenu \"Linux\"\n");
}

TEST_F(FindTree, RefusesAnUnknownCommit) {
  make_repository("repo");
  const Error error = error_of([&] { (void)find("repo@v9.9"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("v9.9"), HasSubstr((folder / "repo").string())));
}

TEST_F(FindTree, ListsWhatItTakesForANameThatIsNothing) {
  for (const char *name : {"missing", "missing@v6.9", "linux@v6.9", "missing.tar.xz"})
    EXPECT_THAT(refusal(name),
                AllOf(StartsWith(std::string(name) + ": expected a kernel tree: "),
                      HasSubstr("a folder, a git repository, REPOSITORY@COMMIT"),
                      HasSubstr("archive"), HasSubstr("a release such as v6.9-rc1")));
}

TEST_F(FindTree, RefusesAFileThatIsNoArchive) {
  write("letter.txt", "dear\n");
  EXPECT_THAT(refusal("letter.txt"), StartsWith("letter.txt: expected a kernel tree"));
}

TEST_F(FindTree, NamesWhatAFolderLacksToBeAKernel) {
  for (const char *file : {"Makefile", "Kconfig", "drivers/of/of_reserved_mem.c"}) {
    write_kernel("other");
    fs::remove(folder / "other" / file);
    EXPECT_THAT(refusal("other"), AllOf(StartsWith("other: expected a kernel tree"),
                                        EndsWith(std::string("it has no ") + file)));
  }
  EXPECT_THAT(names_in(cache() / "trees"), IsEmpty());
}

TEST_F(FindTree, RefusesARepositoryThatIsNoKernel) {
  make_repository("repo");
  fs::remove(folder / "repo/Kconfig");
  EXPECT_THAT(refusal("repo"), EndsWith("it has no Kconfig"));
}

TEST_F(FindTree, RefusesAMakefileWithoutVersion) {
  write("linux/Makefile", "KERNELVERSION = 6\nall:\n");
  EXPECT_THAT(refusal("linux"), StartsWith("linux/Makefile: expected a line \"VERSION = \""));
}

TEST_F(FindTree, RefusesAFolderThatWasBuiltIn) {
  write("linux/.config", "CONFIG_OF=y\n");
  EXPECT_THAT(refusal("linux"),
              AllOf(StartsWith("linux: has been built in"), HasSubstr("mrproper")));
  EXPECT_THAT(names_in(cache() / "trees"), IsEmpty());
}

TEST_F(FindTree, TakesARepositoryThatWasBuiltIn) {
  make_repository("repo");
  write("repo/.config", "CONFIG_OF=y\n");
  EXPECT_FALSE(fs::exists(find("repo").path / ".config"));
}

TEST_F(FindTree, DoesNotKeepAnArchiveThatIsNoKernel) {
  fs::remove(folder / "linux/Kconfig");
  pack("linux", "linux.tar.xz");
  write("text.tar.xz", "not found\n");
  write("empty.tar.xz", "");
  EXPECT_THAT(refusal("linux.tar.xz"), EndsWith("it has no Kconfig"));
  EXPECT_THAT(refusal("text.tar.xz"), StartsWith("text.tar.xz: expected an archive"));
  EXPECT_THAT(refusal("empty.tar.xz"), StartsWith("empty.tar.xz: expected a"));
  EXPECT_THAT(names_in(cache() / "trees"), IsEmpty());
}

} // namespace
} // namespace rmemcheck::test
