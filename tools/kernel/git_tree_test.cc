// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/git_tree.h"
#include "kernel/test_kernel.h"
#include "kernel/tree.h"

#include <gmock/gmock.h>
#include <unistd.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class GitTree : public KernelTest {
protected:
  GitTree() { make_repository("linux"); }
  [[nodiscard]] SourceTree take(const fs::path &name = "linux") const {
    return take_work_tree(folder / name, quiet);
  }
  [[nodiscard]] SourceTree take(const fs::path &name, const std::string &commit) const {
    return take_commit(folder / name, commit, quiet);
  }
  /// The files of a repository's work tree that git knows or would add.
  [[nodiscard]] std::map<std::string, std::string> files(const fs::path &name = "linux") const {
    std::map<std::string, std::string> found = contents(folder / name);
    std::erase_if(found, [](const auto &file) { return file.first.starts_with(".git/"); });
    return found;
  }
};

using IsGitRepository = GitTree;

TEST_F(IsGitRepository, IsTheTopOfAWorkTreeOrABareOne) {
  make_bare("linux", "bare.git");
  git("linux", {"worktree", "add", "--quiet", (folder / "linked").string()});
  EXPECT_TRUE(is_git_repository(folder / "linux"));
  EXPECT_TRUE(is_git_repository(folder / "linked"));
  EXPECT_TRUE(is_git_repository(folder / "bare.git"));
}

TEST_F(IsGitRepository, IsNoFolderOfOne) {
  make_bare("linux", "bare.git");
  EXPECT_FALSE(is_git_repository(folder / "linux/drivers"));
  EXPECT_FALSE(is_git_repository(folder / "bare.git/objects"));
  EXPECT_FALSE(is_git_repository(folder));
  EXPECT_FALSE(is_git_repository(folder / "missing"));
}

using WorkTree = GitTree;

TEST_F(WorkTree, HasNameKeyAndFilesOfTheCommit) {
  const SourceTree tree = take();
  EXPECT_EQ(tree.name, (folder / "linux").string() + "@" +
                           git_prints("linux", {"rev-parse", "--short=12", "HEAD"}));
  EXPECT_EQ(tree.key, "git-" + git_prints("linux", {"rev-parse", "HEAD^{tree}"}));
  EXPECT_EQ(contents(tree.path), files());
}

TEST_F(WorkTree, HasChangedNewAndNoDeletedFiles) {
  write("linux/Kconfig", "changed\n");
  write("linux/drivers/of/new.c", "new\n");
  fs::permissions(folder / "linux/Makefile", fs::perms{0755});
  fs::remove(folder / "linux/drivers/of/of_reserved_mem.c");
  const SourceTree tree = take();
  EXPECT_EQ(contents(tree.path), files());
  EXPECT_THAT(tree.name, testing::EndsWith(" with uncommitted changes"));
}

TEST_F(WorkTree, HasWhatIsOnDiskNotWhatIsStaged) {
  write("linux/Kconfig", "staged\n");
  git("linux", {"add", "Kconfig"});
  write("linux/Kconfig", "on disk\n");
  EXPECT_EQ(contents(take().path), files());
}

TEST_F(WorkTree, HasNoIgnoredFiles) {
  const std::string key = take().key;
  write("linux/.config", "CONFIG_OF=y\n");
  write("linux/drivers/of/of.o", "object");
  EXPECT_EQ(take().key, key);
  EXPECT_FALSE(fs::exists(take().path / ".config"));
}

/// Same files, same key, whether they are committed or not.
TEST_F(WorkTree, KeyIsThatOfTheFiles) {
  const std::string first = take().key;
  write("linux/Kconfig", "changed\n");
  const std::string changed = take().key;
  EXPECT_NE(changed, first);
  commit("linux");
  EXPECT_EQ(take().key, changed);
}

TEST_F(WorkTree, LeavesTheRepositoryAsItWas) {
  write("linux/Kconfig", "staged\n");
  git("linux", {"add", "Kconfig"});
  write("linux/Kconfig", "changed\n");
  write("linux/new.c", "new\n");
  const auto before = contents(folder / "linux"); // index and objects too
  (void)take();
  (void)take("linux", "HEAD");
  EXPECT_EQ(contents(folder / "linux"), before);
}

TEST_F(WorkTree, IsTakenByARelativePath) {
  write("linux/new.c", "new\n");
  const fs::path relative = fs::relative(folder / "linux");
  const SourceTree tree = take_work_tree(relative, quiet);
  EXPECT_EQ(contents(tree.path), files());
  EXPECT_THAT(tree.name, StartsWith(relative.string() + "@"));
}

TEST_F(WorkTree, OfALinkedOneIsItsOwn) {
  git("linux", {"worktree", "add", "--quiet", (folder / "linked").string()});
  write("linked/Kconfig", "of the linked one\n");
  EXPECT_EQ(contents(take("linked").path).at("Kconfig"), files("linked").at("Kconfig"));
}

TEST_F(WorkTree, MayBorrowObjectsOfAnotherRepository) {
  git(".", {"clone", "--quiet", "--shared", "linux", "clone"});
  write("clone/new.c", "new\n");
  EXPECT_EQ(contents(take("clone").path), files("clone"));
}

TEST_F(WorkTree, MayBelongToAnotherUser) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "only root can give files away";
  for (const char *path : {"linux", "linux/.git"})
    ASSERT_EQ(::chown((folder / path).c_str(), 12345, 12345), 0);
  EXPECT_TRUE(is_git_repository(folder / "linux"));
  EXPECT_EQ(contents(take().path), files());
}

TEST_F(WorkTree, WithoutACommitIsNamed) {
  fs::create_directory(folder / "empty");
  git("empty", {"init", "--quiet"});
  const Error error = error_of([&] { (void)take("empty"); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), AllOf(HasSubstr((folder / "empty").string()), HasSubstr("HEAD")));
}

TEST_F(WorkTree, OfABareRepositoryIsItsHead) {
  make_bare("linux", "bare.git");
  const auto before = contents(folder / "bare.git");
  const SourceTree tree = take("bare.git");
  EXPECT_EQ(contents(tree.path), files());
  EXPECT_EQ(tree.key, "git-" + git_prints("linux", {"rev-parse", "HEAD^{tree}"}));
  EXPECT_EQ(contents(folder / "bare.git"), before);
}

using TakeCommit = GitTree;

TEST_F(TakeCommit, TakesItByAnyOfItsNames) {
  const auto first = files();
  git("linux", {"tag", "--annotate", "--message", "a tag", "v6.1.7"});
  write_kernel("linux", 8);
  commit("linux");
  const std::string id = git_prints("linux", {"rev-parse", "HEAD~"});
  for (const std::string &name : {std::string("v6.1.7"), std::string("main~"), id, id.substr(0, 9)})
    EXPECT_EQ(contents(take("linux", name).path), first) << name;
  EXPECT_EQ(take("linux", "main").name, (folder / "linux").string() + "@main");
  EXPECT_EQ(contents(take("linux", "main").path), files());
}

TEST_F(TakeCommit, LeavesOutWhatIsNotCommitted) {
  const auto committed = files();
  write("linux/Kconfig", "changed\n");
  EXPECT_EQ(contents(take("linux", "HEAD").path), committed);
}

TEST_F(TakeCommit, TakesItFromABareRepository) {
  make_bare("linux", "bare.git");
  EXPECT_EQ(contents(take("bare.git", "main").path), files());
}

TEST_F(TakeCommit, RefusesAnUnknownOne) {
  for (const std::string &commit :
       {std::string("v9.9"), std::string(40, 'a'), std::string("--all"), std::string()}) {
    const Error error = error_of([&] { (void)take("linux", commit); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_EQ(error.what(), commit + ": expected a commit of " + (folder / "linux").string());
  }
}

TEST(IsReleaseTag, KnowsReleases) {
  for (const char *tag : {"v6.9", "v6.9-rc1", "v6.1.90", "v4.19", "v6.10-rc12"})
    EXPECT_TRUE(is_release_tag(tag)) << tag;
  for (const char *name : {"6.9", "v6", "v6.", "v6.9-rc", "v6.9-next", "v6.1.2.3", "V6.9", "",
                           "xv6.9", "v6.9/x", "next-20240301"})
    EXPECT_FALSE(is_release_tag(name)) << name;
}

/// Git takes a folder of the test for a repository of kernel.org.
class TakeRelease : public GitTree {
protected:
  TakeRelease() {
    git("linux", {"tag", "--annotate", "--message", "a release", "v6.9-rc1"});
    git("linux", {"tag", "v6.1.7"});
  }
  /// Takes the release where NAME of kernel.org is folder/REPOSITORY.
  [[nodiscard]] SourceTree take(const std::string &tag, const std::string &name,
                                const std::string &repository,
                                const Progress &progress = quiet) const {
    const Variable count("GIT_CONFIG_COUNT", "1");
    const Variable key("GIT_CONFIG_KEY_0",
                       "url.file://" + (folder / repository).string() + ".insteadOf");
    const Variable value("GIT_CONFIG_VALUE_0",
                         "https://git.kernel.org/pub/scm/linux/kernel/git/" + name);
    return take_release(tag, progress);
  }
};

TEST_F(TakeRelease, FetchesACandidateFromTorvalds) {
  const SourceTree tree = take("v6.9-rc1", "torvalds/linux.git", "linux");
  EXPECT_EQ(tree.name, "v6.9-rc1");
  EXPECT_EQ(tree.key, "git-" + git_prints("linux", {"rev-parse", "HEAD^{tree}"}));
  EXPECT_EQ(contents(tree.path), files());
}

TEST_F(TakeRelease, FetchesAStableOneFromStable) {
  EXPECT_EQ(contents(take("v6.1.7", "stable/linux.git", "linux").path), files());
}

TEST_F(TakeRelease, IsCalledWhatItWasNamed) {
  std::vector<std::string> steps;
  (void)take("v6.1.7", "stable/linux.git", "linux",
             [&](const std::string &what, double) { steps.push_back(what); });
  EXPECT_THAT(steps,
              ElementsAre(StartsWith("fetching v6.1.7 from "), "taking the files of v6.1.7"));
}

TEST_F(TakeRelease, IsFetchedOnce) {
  const SourceTree first = take("v6.9-rc1", "torvalds/linux.git", "linux");
  const SourceTree second = take("v6.9-rc1", "torvalds/linux.git", "missing");
  EXPECT_EQ(second.key, first.key);
  EXPECT_THAT(names_in(cache() / "git"), ElementsAre("v6.9-rc1"));
}

TEST_F(TakeRelease, SaysHowToDoWithoutANetwork) {
  const Error error = error_of([&] { (void)take("v6.9", "torvalds/linux.git", "missing"); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(),
              AllOf(StartsWith("v6.9: cannot be fetched from https://git.kernel.org/"),
                    HasSubstr("torvalds/linux.git: fatal: "),
                    HasSubstr("TREE=/path/to/linux@v6.9")));
  EXPECT_THAT(names_in(cache() / "git"), IsEmpty());
}

TEST_F(TakeRelease, NamesATagThatKernelOrgDoesNotHave) {
  const Error error = error_of([&] { (void)take("v6.99", "torvalds/linux.git", "linux"); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), AllOf(StartsWith("v6.99: "), HasSubstr("refs/tags/v6.99")));
  EXPECT_THAT(names_in(cache() / "git"), IsEmpty());
}

using Range = GitTree;

TEST_F(Range, IsOfCommitsFromOneToWhatHasGrownFromIt) {
  git("linux", {"branch", "old"});
  write("linux/Kconfig", "next\n");
  git("linux", {"commit", "--quiet", "-am", "next"});
  git("linux", {"branch", "new"});
  git("linux", {"checkout", "--quiet", "-b", "side", "old"});
  write("linux/Kconfig", "side\n");
  git("linux", {"commit", "--quiet", "-am", "side"});
  const std::string linux = (folder / "linux").string();
  const auto commits = find_commits(linux, "old", "new", quiet);
  ASSERT_EQ(commits.size(), 1U);
  EXPECT_EQ(commits[0].subject, "next");
  EXPECT_EQ(commits[0].version, find_tree(linux, quiet).version);
  const auto refused = [&](const std::string &from, const std::string &to) {
    return std::string(error_of([&] { (void)find_commits(linux, from, to, quiet); }).what());
  };
  EXPECT_THAT(refused("side", "new"), HasSubstr("side..new: expected an ancestor of new"));
  EXPECT_THAT(refused("new", "old"), HasSubstr("new is none"));
  EXPECT_THAT(refused("new", "new"), HasSubstr("no commit"));
  EXPECT_THAT(refused("old", ".new"), HasSubstr("old...new: expected a commit on either side"));
  EXPECT_THAT(refused("old", "new..side"), HasSubstr("expected a commit on either side"));
  EXPECT_THAT(refused("old", "none"), HasSubstr("expected two commits"));
}

TEST_F(Range, IsOfKernels) {
  git("linux", {"rm", "--quiet", "Kconfig"});
  git("linux", {"commit", "--quiet", "-m", "no kernel"});
  const Error error =
      error_of([&] { (void)find_commits((folder / "linux").string(), "HEAD~1", "HEAD", quiet); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("it has no Kconfig"));
}

} // namespace
} // namespace rmemcheck::test
