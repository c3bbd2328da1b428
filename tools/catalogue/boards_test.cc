// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/boards.h"

#include "base/test_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class BoardsTest : public FolderTest {
protected:
  /// A source of a board with so many regions.
  void write_board(const fs::path &name, int regions) const {
    std::string text = "/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>;\nreserved-memory { "
                       "#address-cells = <1>; #size-cells = <1>; ranges;\n";
    for (int index = 0; index < regions; ++index)
      text += "r" + std::to_string(index) + " { size = <0x1000>; };\n";
    write(name, text + "}; };\n");
  }
  /// A machine whose kernel is handed no tree: nothing of QEMU is asked.
  static Machine machine() {
    Machine result;
    result.board.has_device_tree = false;
    return result;
  }
};

TEST_F(BoardsTest, AreTheTreesOfAFolderSorted) {
  for (const char *name : {"b.dtb", "a/c.dts", "a/d.dtbo", "e.txt"})
    write(name, "");
  EXPECT_THAT(board_files({folder}), ElementsAre(folder / "a/c.dts", folder / "b.dtb"));
  EXPECT_THAT(board_files({folder / "e.txt"}), ElementsAre(folder / "e.txt"));
}

TEST_F(BoardsTest, RefuseWhatHasNone) {
  fs::create_directories(folder / "empty");
  for (const fs::path &path : {folder / "empty", folder / "no"}) {
    const Error error = error_of([&] { (void)board_files({path}); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr(path.string()));
  }
}

TEST_F(BoardsTest, AreCasesWithNamesOfTheirOwn) {
  write_board("one/board.dts", 1);
  write_board("two/board.dts", 2);
  write_board("none.dts", 0);
  std::vector<std::string> left_out;
  const auto cases = prepare_boards({folder}, machine(), "", left_out);
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].what.name, "board");
  EXPECT_EQ(cases[1].what.name, "two-board");
  EXPECT_EQ(cases[1].what.title, "2 regions of board.dts, transplanted");
  EXPECT_THAT(board_names({folder}), IsSupersetOf({"board", "two-board"}));
  EXPECT_TRUE(cases[1].is_board);
  EXPECT_THAT(left_out, ElementsAre((folder / "none.dts").string()));
}

TEST_F(BoardsTest, NameTheOneThatIsNoTree) {
  write("bad.dtb", "no tree");
  std::vector<std::string> left_out;
  const Error error = error_of([&] { (void)prepare_boards({folder}, machine(), "", left_out); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("bad.dtb"));
}

} // namespace
} // namespace rmemcheck::test
