// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/qemu.h"

#include "base/process.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::Contains;
using testing::HasSubstr;

BootRequest arm64_request() {
  BootRequest request;
  request.machine = read_machine(test::kit_folder() / "machines/arm64.toml");
  request.image = "/kernels/Image";
  return request;
}

/// The word after `option`.
std::string value_of(const std::vector<std::string> &command, const std::string &option) {
  const auto at = std::ranges::find(command, option);
  return at == command.end() ? "missing" : at[1];
}

TEST(QemuCommand, BootsWhatWasAskedFor) {
  const auto command = qemu_command(arm64_request(), {"initramfs", "tree.dtb", "evidence"});
  EXPECT_EQ(command.front(), "qemu-system-aarch64");
  EXPECT_EQ(value_of(command, "-machine"), "virt");
  EXPECT_EQ(value_of(command, "-m"), "1024M");
  EXPECT_EQ(value_of(command, "-kernel"), "/kernels/Image");
  EXPECT_EQ(value_of(command, "-initrd"), "initramfs");
  EXPECT_EQ(value_of(command, "-dtb"), "tree.dtb");
  EXPECT_THAT(command, Contains("file,id=evidence,path=evidence"));
}

TEST(QemuCommand, LeavesItToUefisShellWhereTheBoardHasAcpi) {
  BootRequest acpi = arm64_request();
  acpi.machine = read_machine(test::kit_folder() / "machines/arm64-acpi.toml");
  const auto command = qemu_command(acpi, {"initramfs", "tree.dtb", "evidence", "entry", "disk"});
  for (const char *option : {"-kernel", "-initrd", "-dtb", "-append"})
    EXPECT_EQ(value_of(command, option), "missing");
  EXPECT_EQ(value_of(command, "-drive"), "file=fat:disk,format=raw,read-only=on,if=none,id=efi");
  EXPECT_THAT(shell_script(acpi), HasSubstr("image dtb=\\dtb initrd=\\initrd acpi=force "));
}

TEST(QemuCommand, StartsTheFirmwareWhereThereIsOne) {
  EXPECT_EQ(value_of(qemu_command(arm64_request(), {}), "-bios"), "missing");
  BootRequest efi = arm64_request();
  efi.machine = read_machine(test::kit_folder() / "machines/arm64-efi.toml");
  const auto command = qemu_command(efi, {"initramfs", "tree.dtb", "evidence"});
  EXPECT_EQ(value_of(command, "-bios"), "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd");
  EXPECT_EQ(value_of(command, "-kernel"), "/kernels/Image");
  EXPECT_EQ(value_of(command, "-dtb"), "tree.dtb");
}

TEST(QemuCommand, HandsOverNoTreeWhereTheMachineHasNone) {
  BootRequest none = arm64_request();
  none.machine.board.has_device_tree = false;
  EXPECT_EQ(value_of(qemu_command(none, {}), "-dtb"), "missing");
}

TEST(QemuCommand, LetsTheConsoleTellAllWhereThereIsNoUserSpace) {
  BootRequest none = arm64_request();
  none.machine.has_user_space = false;
  const auto command = qemu_command(none, {});
  EXPECT_EQ(value_of(command, "-initrd"), "missing");
  EXPECT_THAT(command, testing::Not(Contains(HasSubstr("virtserialport"))));
  EXPECT_THAT(value_of(command, "-append"),
              HasSubstr(" loglevel=8 memblock=debug kunit_shutdown=poweroff panic=-1"));
}

TEST(QemuCommand, LeavesThePortsBeforeTheConsolesAlone) {
  BootRequest second = arm64_request();
  EXPECT_THAT(qemu_command(second, {}), testing::Not(Contains("null")));
  second.machine.board.console_port = 1;
  const auto command = qemu_command(second, {});
  EXPECT_EQ(value_of(command, "-serial"), "null");
  const auto console = std::ranges::find(command, "chardev:console");
  ASSERT_NE(console, command.end());
  EXPECT_EQ(console[-1], "-serial");
  EXPECT_EQ(std::ranges::count(command, "null"), 1);
}

TEST(QemuCommand, StartsCodeThatKnowsWhereTheTreeIs) {
  BootRequest told = arm64_request();
  told.machine.board.entry = EntryCode{0x20000000, 0x48000000, "code"};
  const auto command = qemu_command(told, {"initramfs", "tree.dtb", "evidence", "entry"});
  EXPECT_EQ(value_of(command, "-dtb"), "missing");
  EXPECT_THAT(command, Contains("loader,file=tree.dtb,addr=0x48000000,force-raw=on"));
  EXPECT_THAT(command, Contains("loader,file=entry,addr=0x20000000,force-raw=on"));
  EXPECT_THAT(command, Contains("loader,addr=0x20000000,cpu-num=0"));
}

TEST(QemuCommand, EndsWithAGuestThatRestarts) {
  const auto command = qemu_command(arm64_request(), {});
  EXPECT_THAT(command, Contains("-no-reboot"));
  EXPECT_THAT(value_of(command, "-append"), HasSubstr("panic=-1"));
}

TEST(QemuCommand, TakesNobodysSettings) {
  const auto command = qemu_command(arm64_request(), {});
  EXPECT_THAT(command, Contains("-nodefaults"));
  EXPECT_THAT(command, Contains("-no-user-config"));
}

TEST(QemuCommand, PutsMoreWordsLast) {
  BootRequest more = arm64_request();
  more.append = "cma=16M";
  EXPECT_THAT(value_of(qemu_command(more, {}), "-append"), testing::EndsWith(" cma=16M"));
}

TEST(QemuCommand, FindsTheImageFromAnyFolder) {
  BootRequest relative = arm64_request();
  relative.image = "Image";
  EXPECT_EQ(value_of(qemu_command(relative, {}), "-kernel"),
            (std::filesystem::current_path() / "Image").string());
}

TEST(BoardDtb, IsWhatQemuMakes) {
  const std::string dtb = board_dtb(arm64_request().machine, "");
  EXPECT_EQ(dtb.substr(0, 4), "\xd0\x0d\xfe\xed");
  EXPECT_THAT(dtb, HasSubstr("linux,dummy-virt"));
}

class TreeBesideTheMachine : public test::FolderTest {};

TEST_F(TreeBesideTheMachine, IsTheBoards) {
  Machine machine = arm64_request().machine;
  machine.board.tree = folder / "board.dts";
  write("board.dts", "/dts-v1/;\n/ { model = \"no QEMU's\"; };\n");
  EXPECT_THAT(board_dtb(machine, ""), HasSubstr("no QEMU's"));
  write("board.dts", "/dts-v1/;\n/ { model = 1; };\n");
  const Error error = test::error_of([&] { board_dtb(machine, ""); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("board.dts: expected a device tree: "));
  EXPECT_THAT(error.what(), HasSubstr("board.dts:2."));
}

TEST(BoardDtb, NamesAMachineThatQemuDoesNotKnow) {
  Machine machine = arm64_request().machine;
  machine.board.machine = "no-such-board";
  const Error error = test::error_of([&] { board_dtb(machine, ""); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), HasSubstr("no-such-board"));
}

TEST(QemuCommand, HandsOverNoInitrdWhereTheTreeHasIt) {
  BootRequest in_memory = arm64_request();
  in_memory.machine.board.initrd_address = 0x8000000;
  EXPECT_EQ(value_of(qemu_command(in_memory, {}), "-initrd"), "missing");
}

TEST(BoardDtb, HandsOverAKernelWhereThereIsNoTreeWithoutOne) {
  Machine machine = arm64_request().machine;
  machine.board.dumps_tree_with_kernel = true;
  const Error error = test::error_of([&] { board_dtb(machine, "/no/such-kernel"); });
  EXPECT_THAT(error.what(), HasSubstr("/no/such-kernel"));
}

TEST(QemuCommand, TakesMoreWords) {
  BootRequest more = arm64_request();
  more.qemu_words = {"-plugin", "counter.so"};
  EXPECT_EQ(value_of(qemu_command(more, {}), "-plugin"), "counter.so");
}

TEST(QemuCommand, LoadsMemoryImages) {
  BootRequest with_image = arm64_request();
  with_image.images = {{0x50000000, "bytes"}};
  // An image may be an ELF file, which QEMU would load by its program headers.
  EXPECT_THAT(qemu_command(with_image, {}),
              Contains("loader,file=memory-0,addr=0x50000000,force-raw=on"));
}

} // namespace
} // namespace rmemcheck
