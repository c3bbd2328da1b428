// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/test_folder.h"
#include "catalogue/serving.h"
#include "devicetree/test_tree.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class PrepareCasesTest : public FolderTest {
protected:
  [[nodiscard]] Error refused(const std::vector<std::string> &names) const {
    std::vector<std::filesystem::path> files;
    files.reserve(names.size());
    for (const std::string &name : names)
      files.push_back(folder / name);
    return error_of([&] { prepare_cases(files, Machine{}, ""); });
  }
};

TEST_F(PrepareCasesTest, RefusesARuleThatIsNone) {
  write("one.toml", "title = \"t\"\nbaseline-fails = [\"recorded\", \"recodred\"]\n");
  const Error error = refused({"one.toml"});
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr("one.toml"), HasSubstr("\"recodred\""), HasSubstr("known-errors")));
}

TEST_F(PrepareCasesTest, RefusesTwoCasesOfOneName) {
  write("one.toml", "title = \"t\"\n");
  write("more/one.toml", "title = \"t\"\n");
  const Error error = refused({"one.toml", "more/one.toml"});
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("more/one.toml"));
}

std::vector<std::string> left_out(std::vector<PreparedCase> &cases, const Machine &machine) {
  return take_out_unserved(cases, machine, {EarlyEntries::of_baseline, EarlyEntries::of_series});
}

TEST(TakeOutUnserved, TakesWhatTheMachineHasNot) {
  std::vector<PreparedCase> cases(2);
  cases[0].what.name = "plain";
  cases[1].what.name = "pool";
  cases[1].what.needs = {"CONFIG_SWIOTLB=y"};
  Machine machine;
  machine.name = "small";
  machine.config = {"CONFIG_SWIOTLB=y"};
  EXPECT_TRUE(left_out(cases, machine).empty());
  machine.config.clear();
  EXPECT_EQ(left_out(cases, machine),
            std::vector<std::string>{"pool: not on small, which has no CONFIG_SWIOTLB=y"});
  EXPECT_EQ(cases.size(), 1u);
  EXPECT_EQ(cases.front().what.name, "plain");
}

TEST(TakeOutUnserved, TakesWhatTheMachineSaysItLacks) {
  std::vector<PreparedCase> cases(2);
  cases[0].what.name = "pool";
  cases[1].what.name = "plain";
  Machine machine;
  machine.name = "small";
  machine.lacks = {{"pool", "DMA"}, {"other", "pages"}};
  EXPECT_EQ(left_out(cases, machine),
            std::vector<std::string>{"pool: not on small, which has no DMA"});
  EXPECT_EQ(cases.size(), 1u);
}

TEST(TakeOutUnserved, TakesWhatNeedsADeviceTreeWhereThereIsNone) {
  std::vector<PreparedCase> cases(3);
  cases[0].what.name = "nothing";
  cases[0].what.tree.node = false;
  cases[1].what.name = "node";
  cases[2].what.name = "memreserve";
  cases[2].what.tree.node = false;
  cases[2].what.tree.memreserve = {{0, 0x1000}};
  Machine machine;
  machine.name = "pc";
  EXPECT_TRUE(left_out(cases, machine).empty());
  machine.board.has_device_tree = false;
  EXPECT_EQ(left_out(cases, machine),
            (std::vector<std::string>{"node: not on pc, which has no device tree",
                                      "memreserve: not on pc, which has no device tree"}));
  ASSERT_EQ(cases.size(), 1u);
  EXPECT_EQ(cases.front().what.name, "nothing");
}

TEST_F(PrepareCasesTest, MakesNoTreeWhereTheKernelIsHandedNone) {
  write("one.toml", "title = \"t\"\n");
  Machine machine;
  machine.board.has_device_tree = false;
  const auto cases = prepare_cases({folder / "one.toml"}, machine, "");
  ASSERT_EQ(cases.size(), 1u);
  EXPECT_EQ(cases.front().dtb, "");
}

TEST(TakeOutUnserved, TakesWhatTheFirmwarePushesOverTheLimit) {
  std::vector<PreparedCase> cases(3);
  for (std::size_t count = 63; count < 66; ++count) {
    RegionBlock block;
    block.count = count;
    block.offset = 0x10000000;
    PreparedCase &prepared = cases[count - 63];
    prepared.what.name = fmt::format("with-{}", count);
    prepared.what.tree.blocks = {block};
    prepared.dtb = make_tree(board(), prepared.what.tree, memory_base);
  }
  Machine machine;
  machine.name = "board";
  EXPECT_TRUE(left_out(cases, machine).empty());
  machine.firmware_regions = 1;
  EXPECT_EQ(left_out(cases, machine),
            std::vector<std::string>{
                "with-64: not on board, which has no room for 64 regions: its firmware adds 1"});
}

TEST(TakeOutUnserved, TakesHolesThatTheKernelCannotMapAround) {
  RegionBlock block;
  block.count = 2;
  block.offset = 0x10000000;
  std::vector<PreparedCase> cases(2);
  for (PreparedCase &each : cases) {
    each.what.name = block.no_map == NoMapShare::none ? "mapped" : "no-map";
    each.what.tree.blocks = {block};
    each.dtb = make_tree(board(), each.what.tree, memory_base);
    block.no_map = NoMapShare::alternate;
  }
  Machine machine;
  machine.name = "board";
  EXPECT_TRUE(left_out(cases, machine).empty());
  machine.maps_around_holes = false;
  EXPECT_EQ(left_out(cases, machine),
            std::vector<std::string>{"no-map: not on board, which has no linear mapping that comes "
                                     "out right around no-map memory"});
}

TEST(TakeOutUnserved, TakesWhatMemblockCannotHoldEarly) {
  RegionBlock block;
  block.count = 20;
  block.offset = 0x10000000;
  block.no_map = NoMapShare::alternate;
  std::vector<PreparedCase> cases(1);
  cases[0].what.name = "twenty";
  cases[0].what.tree.blocks = {block};
  cases[0].dtb = make_tree(board(), cases[0].what.tree, memory_base);
  Machine machine;
  machine.name = "small";
  EXPECT_TRUE(left_out(cases, machine).empty());
  machine.memblock_memory_regions = 23; // 21 pieces and two to spare
  machine.memblock_reserved_regions = 26;
  EXPECT_TRUE(left_out(cases, machine).empty());
  machine.memblock_reserved_regions = 25;
  std::vector<PreparedCase> again = cases;
  EXPECT_EQ(left_out(again, machine),
            std::vector<std::string>{"twenty: not on small, which has no room for 26 early entries "
                                     "in memblock.reserved, but for 25"});
  machine.memblock_memory_regions = 22;
  EXPECT_EQ(left_out(cases, machine),
            std::vector<std::string>{"twenty: not on small, which has no room for 23 early entries "
                                     "in memblock.memory, but for 22"});
}

/// Twenty static regions, ten of them no-map: 21 pieces of memory.
PreparedCase twenty() {
  RegionBlock block;
  block.count = 20;
  block.offset = 0x10000000;
  block.no_map = NoMapShare::alternate;
  PreparedCase prepared;
  prepared.what.name = "twenty";
  prepared.what.baseline_fails = {"recorded"};
  prepared.what.tree.blocks = {block};
  prepared.dtb = make_tree(board(), prepared.what.tree, memory_base);
  return prepared;
}

TEST(TakeOutUnserved, KeepsWhatABaselineSurelyCannotHoldEarly) {
  Machine machine;
  machine.name = "small";
  machine.memblock_memory_regions = 20;
  machine.patched_memory_regions = 23;
  std::vector<PreparedCase> cases = {twenty()};
  EXPECT_TRUE(left_out(cases, machine).empty());
  EXPECT_EQ(must_fail(twenty(), "6.9.0", machine), std::vector<std::string>{"boots"});
  // It may be that it can.
  machine.memblock_memory_regions = 21;
  EXPECT_EQ(must_fail(twenty(), "6.9.0", machine), std::vector<std::string>{"recorded"});
  EXPECT_EQ(left_out(cases, machine).size(), 1u);
  // A patched kernel cannot, or is none.
  machine.memblock_memory_regions = 20;
  machine.patched_memory_regions = 22;
  cases = {twenty()};
  EXPECT_EQ(left_out(cases, machine).size(), 1u);
  machine.patched_memory_regions = 23;
  cases = {twenty()};
  EXPECT_EQ(take_out_unserved(cases, machine, {EarlyEntries::unknown}).size(), 1u);
}

TEST(TakeOutUnserved, TakesWhatIsWrittenForOtherCells) {
  std::vector<PreparedCase> cases = {twenty()};
  cases[0].what.needs_cells = 1;
  Machine machine;
  machine.name = "wide";
  EXPECT_EQ(left_out(cases, machine),
            std::vector<std::string>{
                "twenty: not on wide, which has no 1 cells for addresses and sizes"});
}

TEST(TakeOutUnserved, TakesTheCrashOfANarrowKernel) {
  Machine machine;
  machine.name = "narrow";
  machine.address_bits = 32;
  std::vector<PreparedCase> cases = {twenty()};
  EXPECT_THAT(left_out(cases, machine), testing::IsEmpty());
  cases[0].what.tree.elfcorehdr = {{0, 0x1000}};
  cases[0].dtb = make_tree(board(), cases[0].what.tree, memory_base);
  EXPECT_EQ(
      left_out(cases, machine),
      std::vector<std::string>{"twenty: not on narrow, which has no 64-bit linux,elfcorehdr"});
}

TEST(MustFail, DependsOnVersionAndMachine) {
  PreparedCase prepared;
  prepared.what.baseline_fails = {"recorded"};
  prepared.what.baseline_fails_where = {{"6.5", {}, {"logged"}}, {"", {"arm"}, {"placement"}}};
  using Names = std::vector<std::string>;
  Machine machine;
  EXPECT_EQ(must_fail(prepared, "6.9.0", machine), Names{"recorded"});
  EXPECT_EQ(must_fail(prepared, "6.1.0", machine), (Names{"recorded", "logged"}));
  machine.name = "arm";
  EXPECT_EQ(must_fail(prepared, "6.9.0", machine), (Names{"recorded", "placement"}));
}

} // namespace
} // namespace rmemcheck::test
