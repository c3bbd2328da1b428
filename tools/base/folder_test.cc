// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/folder.h"

#include "base/file.h"
#include "base/file_error.h"
#include "base/test_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class Folder : public FolderTest {
protected:
  Folder() {
    write("b/file", "");
    write("b/below/file", "");
    write("a", "");
    fs::create_directory_symlink(".", folder / "b/link");
    fs::create_symlink("loop", folder / "loop");
  }
};

TEST_F(Folder, HasItsEntriesInOrder) {
  EXPECT_THAT(entries_of(folder, bad_input),
              ElementsAre(folder / "a", folder / "b", folder / "loop"));
}

TEST_F(Folder, HasFilesAndLinksBelowIt) {
  EXPECT_THAT(files_below(folder, bad_input),
              ElementsAre("a", "b/below/file", "b/file", "b/link", "loop"));
}

TEST_F(Folder, ThatCannotBeReadIsNamedWithTheReason) {
  const Error given = error_of([&] { (void)entries_of(folder / "a/below", bad_input); });
  EXPECT_EQ(given.status(), ExitStatus::bad_input);
  EXPECT_EQ(given.what(), (folder / "a/below").string() + ": cannot be read: Not a directory");
  const Error ours = error_of([&] { (void)files_below(folder / "none", could_not_find_out); });
  EXPECT_EQ(ours.status(), ExitStatus::unknown);
  EXPECT_EQ(ours.what(),
            (folder / "none").string() + ": cannot be read: No such file or directory");
}

TEST_F(Folder, WhetherThereIsOneMayNotBeToBeTold) {
  EXPECT_TRUE(is_found(folder / "b"));
  EXPECT_FALSE(is_found(folder / "a/below"));
  EXPECT_FALSE(is_file(folder / "loop"));
  const Error error = error_of([&] { (void)is_found(folder / "loop"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_EQ(error.what(), (folder / "loop").string() + ": Too many levels of symbolic links");
}

TEST_F(Folder, AnErrorOfTheLibraryBecomesOneOfOurs) {
  const Error error = error_of([&] {
    with_our_errors(could_not_find_out, [&] { fs::rename(folder / "none", folder / "b"); });
  });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_EQ(error.what(), (folder / "none").string() + ", to become " + (folder / "b").string() +
                              ": No such file or directory");
}

} // namespace
} // namespace rmemcheck::test
