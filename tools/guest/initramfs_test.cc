// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/initramfs.h"

#include "base/process.h"
#include "base/test_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

class MakeInitramfs : public test::FolderTest {
protected:
  /// What cpio, a reader that is not ours, says of the archive.
  [[nodiscard]] std::string cpio(const std::string &archive,
                                 std::vector<std::string> options) const {
    write("archive", archive);
    options.insert(options.begin(), {"cpio", "--quiet"});
    return run_child_or_throw({options, folder, {}, folder / "archive"}).out;
  }
};

TEST_F(MakeInitramfs, HoldsPid1AndTheConsole) {
  write("guest-init", "#!ELF");
  const std::string list = cpio(make_initramfs(folder / "guest-init", {}), {"-itv"});
  EXPECT_THAT(list, testing::ContainsRegex("-rwxr-xr-x .* init\n"));
  EXPECT_THAT(list, testing::ContainsRegex("crw------- .* 5, +1 .* dev/console\n"));
  for (const char *name : {"dev", "modules", "proc", "sys"})
    EXPECT_THAT(list, testing::ContainsRegex(std::string("drwxr-xr-x .* ") + name + "\n"));
}

TEST_F(MakeInitramfs, KeepsTheOrderOfTheModules) {
  write("init", "init");
  write("b/zebra.ko", "zebra");
  write("a/ant.ko", std::string("a\0nt", 4));
  const std::string archive =
      make_initramfs(folder / "init", {folder / "b/zebra.ko", folder / "a/ant.ko"});
  (void)cpio(archive, {"-id"});
  EXPECT_EQ(read("modules/order"), "zebra.ko\nant.ko\n");
  EXPECT_EQ(read("modules/zebra.ko"), "zebra");
  EXPECT_EQ(read("modules/ant.ko"), std::string("a\0nt", 4));
}

TEST_F(MakeInitramfs, NamesAFileThatIsMissing) {
  write("init", "init");
  const Error error =
      test::error_of([&] { make_initramfs(folder / "init", {folder / "probe.ko"}); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr((folder / "probe.ko").string()));
}

} // namespace
} // namespace rmemcheck
