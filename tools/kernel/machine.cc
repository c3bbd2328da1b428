// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/machine.h"

#include "base/file.h"
#include "base/toml_table.h"

namespace rmemcheck {
namespace {

constexpr const char *some_text = "a string that is not empty";

void read_memory_size(TomlTable &reader, Machine &machine) {
  machine.board.memory_mib = reader.size("memory-mib").value_or(0);
  if (machine.board.memory_mib == 0)
    reader.refuse("memory-mib", "MiB of RAM, at least 1");
}

unsigned read_address_bits(TomlTable &reader) {
  const std::uint64_t bits = reader.size("address-bits").value_or(64);
  if (bits != 32 && bits != 64)
    reader.refuse("address-bits", "32 or 64, the width of phys_addr_t");
  return static_cast<unsigned>(bits);
}

void read_native(TomlTable reader, Machine &machine) {
  machine.board.is_native = true;
  read_memory_size(reader, machine);
  machine.board.console = reader.required_string("console", some_text);
  reader.finish();
}

EntryCode read_entry(TomlTable reader) {
  const auto address = [&](const char *key) {
    const auto value = reader.size(key);
    if (!value)
      reader.refuse(key, "a physical address");
    return *value;
  };
  EntryCode entry{address("address"), address("tree-address"), ""};
  const bool is_big_endian = reader.boolean("big-endian", false);
  for (const std::uint64_t word : reader.numbers("code", 0, 0xffffffff))
    for (const unsigned byte : {0U, 1U, 2U, 3U})
      entry.bytes += static_cast<char>(word >> 8 * (is_big_endian ? 3 - byte : byte));
  if (entry.bytes.empty())
    reader.refuse("code", "instructions, as 32-bit numbers");
  reader.finish();
  return entry;
}

/// A file that lies beside the machine's, or an empty path where the key is not there.
std::filesystem::path read_neighbour(TomlTable &reader, const char *key, const char *what,
                                     const std::filesystem::path &folder) {
  const auto name = reader.string(key);
  if (!name)
    return {};
  std::filesystem::path file = folder / *name;
  if (!is_file(file))
    reader.refuse(key, what);
  return file;
}

void read_qemu(TomlTable reader, Machine &machine, const std::filesystem::path &folder) {
  machine.board.program = reader.required_string("program", some_text);
  machine.board.machine = reader.required_string("machine", some_text);
  machine.board.cpu = reader.required_string("cpu", some_text);
  machine.board.firmware = reader.string("firmware").value_or("");
  machine.board.has_acpi = reader.boolean("acpi", false);
  if (machine.board.has_acpi && machine.board.firmware.empty())
    reader.refuse("acpi", "nothing where there is no firmware: ACPI's tables are its own");
  read_memory_size(reader, machine);
  machine.board.has_device_tree = reader.boolean("device-tree", true);
  const auto base = reader.size("memory-base");
  if (machine.board.has_device_tree && !base)
    reader.refuse("memory-base", "the physical address of RAM");
  if (!machine.board.has_device_tree && base)
    reader.refuse("memory-base", "nothing where device-tree is false: no region has an address");
  machine.board.memory_base = base.value_or(0);
  machine.board.initrd_address = reader.size("initrd-address").value_or(0);
  machine.board.dumps_tree_with_kernel = reader.boolean("dumps-tree-with-kernel", false);
  if (reader.has("entry"))
    machine.board.entry = read_entry(reader.table("entry"));
  machine.board.tree =
      read_neighbour(reader, "tree", "a device tree source beside this file", folder);
  for (const char *key : {"initrd-address", "dumps-tree-with-kernel", "entry", "tree"})
    if (!machine.board.has_device_tree && reader.has(key))
      reader.refuse(key, "nothing where device-tree is false: there is no tree");
  if (machine.has_user_space)
    machine.board.serial_bus_device = reader.required_string("serial-bus-device", some_text);
  machine.board.serial_bus_node = reader.string("serial-bus-node").value_or("");
  for (const char *key : {"serial-bus-device", "serial-bus-node", "initrd-address"})
    if (!machine.has_user_space && reader.has(key))
      reader.refuse(key, "nothing where user-space is false: nobody is there to use it");
  machine.board.console_port = reader.size("console-port").value_or(0);
  machine.board.console = reader.required_string("console", some_text);
  reader.finish();
}

} // namespace

Machine read_machine(const std::filesystem::path &path) {
  const TomlFile file(path);
  TomlTable reader = file.root();
  Machine machine;
  machine.name = path.stem().string();
  machine.key = sha256_of_file(path);
  machine.arch = reader.required_string("arch", "ARCH= of the kernel build");
  machine.compiler_prefix = reader.string("compiler-prefix").value_or("");
  machine.image = reader.required_string("image", "the image's path below the build folder");
  machine.image_target = reader.required_string("image-target", "a target of the kernel's make");
  machine.compiler_plugin = read_neighbour(reader, "compiler-plugin",
                                           "a source file beside this one", path.parent_path());
  machine.packages = reader.strings("packages");
  machine.config = reader.strings("config");
  machine.optional_config = reader.strings("optional-config");
  machine.memblock_memory_regions = reader.size("memblock-memory-regions").value_or(0);
  machine.memblock_reserved_regions = reader.size("memblock-reserved-regions").value_or(0);
  machine.patched_memory_regions =
      reader.size("patched-memblock-memory-regions").value_or(machine.memblock_memory_regions);
  machine.patched_reserved_regions =
      reader.size("patched-memblock-reserved-regions").value_or(machine.memblock_reserved_regions);
  machine.address_bits = read_address_bits(reader);
  machine.has_mapped_pools = reader.boolean("mapped-pools", true);
  machine.most_own_memory = reader.size("own-memory").value_or(0);
  machine.firmware_regions = reader.size("firmware-regions").value_or(0);
  machine.maps_around_holes = reader.boolean("maps-around-holes", true);
  machine.has_user_space = reader.boolean("user-space", true);
  machine.lacks = reader.texts("lacks");
  machine.must_log = reader.strings("must-log");
  machine.boots = reader.has("qemu") || reader.has("native");
  if (reader.has("native") && (reader.has("qemu") || machine.has_user_space))
    reader.refuse("native", "neither [qemu] beside it nor a user space: user-space = false");
  if (reader.has("qemu"))
    read_qemu(reader.table("qemu"), machine, path.parent_path());
  if (reader.has("native"))
    read_native(reader.table("native"), machine);
  reader.finish();
  return machine;
}

} // namespace rmemcheck
