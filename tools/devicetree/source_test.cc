// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/source.h"

#include "base/test_folder.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/test_tree.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;
using testing::HasSubstr;

class ReadTree : public FolderTest {};

constexpr const char *source = "/dts-v1/;\n/ { reserved-memory { region { size = <1>; }; }; };\n";

TEST_F(ReadTree, LeavesADtbAsItIs) {
  write("board.dtb", board());
  EXPECT_EQ(read_tree(folder / "board.dtb"), board());
}

TEST_F(ReadTree, CompilesASourceWhateverItsName) {
  for (const char *name : {"board.dts", "board.txt"}) {
    write(name, source);
    EXPECT_EQ(read_reserved_memory(read_tree(folder / name), name).regions.size(), 1U);
  }
}

TEST_F(ReadTree, LeavesOverlaysToBeRefused) {
  EXPECT_NO_THROW(refuse_overlay(board(), "board"));
  write("over.dts", "/dts-v1/;\n/plugin/;\n&{/reserved-memory} { region { }; };\n");
  const std::string dtb = read_tree(folder / "over.dts");
  EXPECT_THAT(message_of([&] { refuse_overlay(dtb, "over.dts"); }),
              testing::AllOf(HasSubstr("over.dts: expected a board's tree"),
                             HasSubstr("/fragment@0/__overlay__")));
}

TEST_F(ReadTree, NamesTheLineOfAWrongSource) {
  write("board.dts", "/dts-v1/;\n/ {\n");
  EXPECT_THAT(
      message_of([&] { (void)read_tree(folder / "board.dts"); }),
      testing::AllOf(HasSubstr("board.dts: expected a device tree: "), HasSubstr("board.dts:2")));
}

TEST_F(ReadTree, SaysWhatIsToBeDoneWithASourceThatIncludes) {
  write("board.dts", "/dts-v1/;\n#include \"soc.dtsi\"\n");
  EXPECT_THAT(message_of([&] { (void)read_tree(folder / "board.dts"); }),
              testing::AllOf(HasSubstr("without #include"), HasSubstr("make dtbs"),
                             HasSubstr("board.dts:2")));
}

TEST_F(ReadTree, TakesAFolderOfARunningKernel) {
  write("tree/compatible", std::string("x,y") + '\0');
  write("tree/reserved-memory/region/size", cells(0x1000, 1));
  const ReservedMemory tree = read_reserved_memory(read_tree(folder / "tree"), "tree");
  ASSERT_EQ(tree.regions.size(), 1U);
  EXPECT_EQ(tree.regions.front().size, 0x1000U);
  EXPECT_THAT(message_of([&] { (void)read_tree(folder / "tree/reserved-memory"); }),
              HasSubstr("expected a device tree's folder"));
}

} // namespace
} // namespace rmemcheck
