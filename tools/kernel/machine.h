// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// Code that a board runs first, where its QEMU starts a kernel without a tree or without the
/// firmware that it needs: it hands over the tree.
struct EntryCode {
  std::uint64_t address = 0;      ///< where it lies and begins, physical
  std::uint64_t tree_address = 0; ///< where it says that the tree lies
  std::string bytes;
};

/// What a kernel is booted on: the table [qemu], or [native].
struct Board {
  /// [native]: the kernel is a program of this machine (User-mode Linux). It has no user space
  /// here, and its tree has RAM alone.
  bool is_native = false;
  bool has_device_tree = true;         ///< whether the kernel is handed a DTB
  bool dumps_tree_with_kernel = false; ///< QEMU makes the board's tree for a -kernel alone
  /// The firmware describes the board by ACPI. Its shell starts the kernel's EFI stub, which is
  /// handed the tree all the same.
  bool has_acpi = false;
  std::string program; ///< QEMU's
  std::string machine;
  std::string cpu;
  std::filesystem::path firmware; ///< that QEMU starts instead of the kernel; empty: none
  std::uint64_t memory_mib = 0;
  std::uint64_t memory_base = 0; ///< physical address of RAM in bytes; 0 without a DTB
  /// Where the initrd is put, and 0 where QEMU does that. On a board whose QEMU hands over a -dtb
  /// and no initrd, or that and no command line, the tree has to carry both.
  std::uint64_t initrd_address = 0;
  std::optional<EntryCode> entry; ///< of a board that has to be told how to start
  std::filesystem::path tree; ///< source of the board's tree, where QEMU makes none; may be empty
  std::string serial_bus_device; ///< that carries evidence out of user space
  /// The node of its bus, "NAME@ADDRESS"; buses of that name that have no device are left out of
  /// the board's tree. Empty: all stay.
  std::string serial_bus_node;
  std::uint64_t console_port = 0; ///< which of the board's serial ports the console is, from 0
  std::string console;            ///< kernel command line words
};

/// An architecture: one file of machines/, and shaped like it (machines/README.md).
struct Machine {
  std::string name;            ///< the file's stem
  std::string key;             ///< of the file's content
  std::string arch;            ///< ARCH= of the kernel build
  std::string compiler_prefix; ///< CROSS_COMPILE=
  std::string image;           ///< path of the boot image below the build folder
  std::string image_target;    ///< make target
  /// Source of a GCC plugin, for a compiler that makes wrong code without it; may be empty.
  std::filesystem::path compiler_plugin;
  std::vector<std::string> packages; ///< Debian packages that it needs
  std::vector<std::string> config;   ///< lines beyond Kconfig.fragment
  /// Lines of options that not every kernel has, such as those that a series adds: dropped where
  /// the kernel does not take them.
  std::vector<std::string> optional_config;
  /// INIT_MEMBLOCK_MEMORY_REGIONS and INIT_MEMBLOCK_RESERVED_REGIONS (mm/memblock.c): entries that
  /// memblock's arrays have before the page tables are set up. A tree that needs more is lost on
  /// any kernel. 0: not known, not minded.
  std::size_t memblock_memory_regions = 0;
  std::size_t memblock_reserved_regions = 0;
  /// The same of a kernel with the series, which may have more.
  std::size_t patched_memory_regions = 0;
  std::size_t patched_reserved_regions = 0;
  /// Regions that firmware between QEMU and the kernel adds to the tree.
  std::size_t firmware_regions = 0;
  unsigned address_bits = 64; ///< width of phys_addr_t
  /// Bytes that a kernel may reserve for itself; 0: a share of RAM (judge/own_memory.cc).
  std::uint64_t most_own_memory = 0;
  /// Whether a shared-dma-pool may be neither no-map nor reusable; on 32-bit ARM it may not.
  bool has_mapped_pools = true;
  /// Whether the kernel maps memory right that has a hole, as no-map regions make one.
  bool maps_around_holes = true;
  /// Whether the kernel is given a guest to run. Where none can be made or be trusted there is no
  /// initramfs and no module: the console is all evidence, with what "memblock=debug" and KUnit
  /// print there, and the guest ends when KUnit powers it off.
  bool has_user_space = true;
  bool boots = false; ///< whether there is a board; if not it is only compiled
  Board board;
  /// Cases that need what the machine has not, and what that is, to stand behind "which has no".
  std::map<std::string, std::string> lacks;
  /// Text that the log must have: what shows that the kernel is what the machine is for.
  std::vector<std::string> must_log;
};

/// Reads a machine file. Unknown keys and wrong types are bad_input with file and line.
Machine read_machine(const std::filesystem::path &path);

} // namespace rmemcheck
