// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/test_folder.h"
#include "catalogue/kit.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KitTest : public FolderTest {
protected:
  KitTest() {
    for (const char *part : {"patches", "machines", "kmod", "guest"})
      fs::create_directories(folder / part);
    write("Kconfig.fragment", "");
    write("machines/arm64.toml", "");
    for (const char *name : {"static-64", "static-128", "one"})
      write(fs::path("selftests/cases") / (name + std::string(".toml")), "");
    kit = {folder};
  }
  [[nodiscard]] std::vector<std::string> names(const std::vector<std::string> &given) const {
    std::vector<std::string> result;
    for (const fs::path &file : case_files(given, kit))
      result.push_back(file.stem().string());
    return result;
  }
  Kit kit;
};

TEST_F(KitTest, IsFoundFromBelow) {
  fs::create_directories(folder / "build/deep");
  const auto found = find_kit_above(folder / "build/deep");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->folder, folder);
}

TEST_F(KitTest, IsNotFoundWhereAPartIsMissing) {
  fs::remove(folder / "Kconfig.fragment");
  EXPECT_FALSE(find_kit_above(folder));
  const Error error = error_of([&] { find_kit(folder.string()); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), AllOf(HasSubstr(folder.string()), HasSubstr("Kconfig.fragment")));
}

TEST_F(KitTest, TakesTheNamedOne) { EXPECT_EQ(find_kit(folder.string()).folder, folder); }

TEST_F(KitTest, FindsAMachineByNameOrPath) {
  EXPECT_EQ(machine_file("arm64", kit), folder / "machines/arm64.toml");
  const std::string path = (folder / "machines/arm64.toml").string();
  EXPECT_EQ(machine_file(path, kit), path);
}

TEST_F(KitTest, ReadsAllMachinesOrThoseThatAreNamed) {
  const fs::path machines = fs::path(__FILE__).parent_path() / "../../machines";
  fs::copy(machines, folder / "machines",
           fs::copy_options::overwrite_existing | fs::copy_options::recursive);
  EXPECT_EQ(read_bootable_machines({"arm64"}, kit).front().name, "arm64");
  write("machines/compiled.toml", "arch = 'arc'\nimage = 'vmlinux'\nimage-target = 'vmlinux'\n");
  const auto all = read_bootable_machines({"all"}, kit);
  EXPECT_THAT(all, testing::Contains(testing::Field(&Machine::name, "arm64")));
  EXPECT_THAT(all, testing::Each(testing::Field(&Machine::boots, true)));
  const Error error = error_of([&] { (void)read_bootable_machines({"compiled"}, kit); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("compiled.toml: expected a [qemu]"));
}

TEST_F(KitTest, ReadsAMachineOnce) {
  const fs::path machines = fs::path(__FILE__).parent_path() / "../../machines";
  fs::copy(machines, folder / "machines",
           fs::copy_options::overwrite_existing | fs::copy_options::recursive);
  EXPECT_EQ(read_bootable_machines({"arm64", "arm64"}, kit).size(), 1u);
  EXPECT_EQ(read_bootable_machines({"arm64", "all"}, kit).size(),
            read_bootable_machines({"all"}, kit).size());
  write("mine/arm64.toml", read("machines/arm64.toml") + "\n");
  const Error error = error_of([&] {
    (void)read_bootable_machines({"arm64", (folder / "mine/arm64.toml").string()}, kit);
  });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("--machine arm64: expected names that differ"));
}

TEST_F(KitTest, AllIsNoNameOfOneMachine) {
  const Error error = error_of([&] { (void)read_bootable_machine("all", kit); });
  EXPECT_THAT(error.what(), HasSubstr("all: no machine of this name"));
}

TEST_F(KitTest, ListsMachinesForAWrongName) {
  const Error error = error_of([&] { machine_file("arm46", kit); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("arm46"), HasSubstr("arm64")));
}

TEST_F(KitTest, TakesAllCasesWithNumbersInOrder) {
  EXPECT_THAT(names({}), ElementsAre("one", "static-64", "static-128"));
  EXPECT_THAT(names({(folder / "selftests/cases").string()}),
              ElementsAre("one", "static-64", "static-128"));
}

TEST_F(KitTest, TakesNamedCasesOnceInTheirOrder) {
  EXPECT_THAT(names({"static-128", "one", "static-128"}), ElementsAre("static-128", "one"));
}

TEST_F(KitTest, ListsCasesForAWrongName) {
  const Error error = error_of([&] { case_files({"static-65"}, kit); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("static-65"), HasSubstr("static-128")));
}

TEST_F(KitTest, RefusesAFolderWithoutCases) {
  const Error error = error_of([&] { case_files({(folder / "guest").string()}, kit); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
}

TEST_F(KitTest, RefusesAFolderWithoutCasesBesideOthers) {
  const std::string guest = (folder / "guest").string();
  fs::create_directories(folder / "guest/folder.toml");
  EXPECT_THAT(error_of([&] { case_files({"one", guest}, kit); }).what(), HasSubstr(guest));
}

TEST_F(KitTest, TakesAFolderWithAndWithoutASlashAndACaseBeforeIt) {
  const fs::path before = fs::current_path();
  write("mine/here.toml", "");
  write("one/there.toml", "");
  fs::current_path(folder);
  EXPECT_THAT(names({"mine"}), ElementsAre("here"));
  EXPECT_THAT(names({"mine/", (folder / "mine").string(), "./mine/here.toml"}),
              ElementsAre("here"));
  EXPECT_THAT(names({"one"}), ElementsAre("one"));
  EXPECT_THAT(names({"one/"}), ElementsAre("there"));
  fs::current_path(before);
}

} // namespace
} // namespace rmemcheck::test
