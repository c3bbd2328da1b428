// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/qemu.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/process.h"
#include "devicetree/make.h"
#include "devicetree/source.h"
#include "guest/native.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// A line on an emulated serial port takes as long as half a millisecond of boot, and the whole log
/// comes with the evidence. So the console shows notices and worse; a panic shows the rest (32 is
/// PANIC_PRINT_ALL_PRINTK_MSG of kernel/panic.c), an oops all that follows.
constexpr const char *quiet_words = " loglevel=6 panic_print=32";

/// Without user space the console is all there is: the whole log, memblock's ranges, and KUnit,
/// which powers off when its suites have run (lib/kunit/executor.c).
constexpr const char *telling_words = " loglevel=8 memblock=debug kunit_shutdown=poweroff";

/// The board, without whatever QEMU or a person's settings add.
std::vector<std::string> board(const Machine &machine, const std::string &machine_options) {
  return {machine.board.program,
          "-machine",
          machine.board.machine + machine_options,
          "-cpu",
          machine.board.cpu,
          "-m",
          fmt::format("{}M", machine.board.memory_mib),
          "-smp",
          "1",
          "-nodefaults",
          "-no-user-config",
          "-display",
          "none"};
}

/// The port that evidence goes out by.
void add_evidence_port(std::vector<std::string> &command, const Machine &machine,
                       const GuestFiles &files) {
  command.insert(
      command.end(),
      {"-chardev", "file,id=evidence,path=" + files.evidence.string(), "-device",
       machine.board.serial_bus_device + ",max_ports=2", // 31 by default, two queues each
       "-device", "virtserialport,chardev=evidence,name=rmemcheck.evidence"});
}

/// Puts a file into memory. An ELF file would be loaded by its program headers otherwise.
void add_loader(std::vector<std::string> &command, const std::string &file, std::uint64_t address) {
  command.insert(command.end(),
                 {"-device", fmt::format("loader,file={},addr={:#x},force-raw=on", file, address)});
}

/// By QEMU, or by code that has the tree's address.
void add_tree(std::vector<std::string> &command, const std::optional<EntryCode> &entry,
              const GuestFiles &files) {
  if (!entry) {
    command.insert(command.end(), {"-dtb", files.dtb.string()});
    return;
  }
  add_loader(command, files.dtb.string(), entry->tree_address);
  add_loader(command, files.entry.string(), entry->address);
  command.insert(command.end(),
                 {"-device", fmt::format("loader,addr={:#x},cpu-num=0", entry->address)});
}

/// Kernel, initrd, command line and tree from QEMU itself. UEFI takes them from there.
void add_kernel(std::vector<std::string> &command, const BootRequest &request,
                const GuestFiles &files) {
  command.insert(command.end(), {"-kernel", std::filesystem::absolute(request.image).string(),
                                 "-append", kernel_command_line(request)});
  if (request.machine.has_user_space && request.machine.board.initrd_address == 0)
    command.insert(command.end(), {"-initrd", files.initramfs.string()});
  if (request.machine.board.has_device_tree)
    add_tree(command, request.machine.board.entry, files);
}

/// A disk that has all of them: where UEFI describes the board by ACPI it hands over no tree, and
/// only the kernel's EFI stub can, by its word "dtb=".
void add_disk(std::vector<std::string> &command, const GuestFiles &files) {
  command.insert(command.end(), {"-drive",
                                 fmt::format("file=fat:{},format=raw,read-only=on,if=none,id=efi",
                                             files.disk.string()),
                                 "-device", "virtio-blk-device,drive=efi"});
}

} // namespace

std::string kernel_command_line(const BootRequest &request) {
  return request.machine.board.console +
         (request.machine.has_user_space ? quiet_words : telling_words) + " panic=-1" +
         (request.append.empty() ? "" : " " + request.append);
}

/// The shell takes a line without its \r for a part of the word before it.
std::string shell_script(const BootRequest &request) {
  return fmt::format("fs0:\r\nimage dtb=\\dtb initrd=\\initrd {}\r\nreset -s\r\n",
                     kernel_command_line(request));
}

std::vector<std::string> qemu_command(const BootRequest &request, const GuestFiles &files) {
  std::vector<std::string> command = board(request.machine, "");
  for (std::uint64_t port = 0; port < request.machine.board.console_port; ++port)
    command.insert(command.end(), {"-serial", "null"});
  const std::vector<std::string> guest = {
      "-no-reboot", "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
  };
  command.insert(command.end(), guest.begin(), guest.end());
  if (!request.machine.board.firmware.empty())
    command.insert(command.end(), {"-bios", request.machine.board.firmware.string()});
  if (request.machine.has_user_space)
    add_evidence_port(command, request.machine, files);
  if (request.machine.board.has_acpi)
    add_disk(command, files);
  else
    add_kernel(command, request, files);
  for (std::size_t index = 0; index < request.images.size(); ++index)
    add_loader(command, image_name(index), request.images[index].address);
  command.insert(command.end(), request.qemu_words.begin(), request.qemu_words.end());
  return command;
}

std::string image_name(std::size_t index) { return fmt::format("memory-{}", index); }

std::string board_dtb(const Machine &machine, const std::filesystem::path &kernel) {
  if (machine.board.is_native)
    return native_dtb(machine);
  if (!machine.board.tree.empty())
    return compiled_tree(machine.board.tree);
  const TemporaryFolder folder;
  const std::filesystem::path dtb = folder.path() / "board.dtb";
  std::vector<std::string> command = board(machine, ",dumpdtb=" + dtb.string());
  // Some boards' trees have the serial ports that are there.
  command.insert(command.end(), {"-serial", "null"});
  if (machine.board.dumps_tree_with_kernel)
    command.insert(command.end(), {"-kernel", kernel.string()});
  // A board that makes no tree is started instead, and that has no end.
  run_child_or_throw({command, ".", {}, {}, std::chrono::seconds(20)});
  const std::string tree = without_seeds(read_file(dtb));
  const std::string &bus = machine.board.serial_bus_node;
  return bus.empty() ? tree : without_siblings(tree, bus, machine.name + ": serial-bus-node");
}

} // namespace rmemcheck
