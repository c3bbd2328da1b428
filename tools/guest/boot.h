// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "kernel/machine.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// Bytes that are in the guest's memory before it starts.
struct MemoryImage {
  std::uint64_t address = 0; ///< physical
  std::string bytes;
};

struct BootRequest {
  Machine machine;
  std::filesystem::path image;
  std::string dtb;            ///< bytes; empty on a machine without a DTB
  std::filesystem::path init; ///< our static PID 1, built for the machine; none without user space
  std::vector<std::filesystem::path> modules; ///< loaded by PID 1 in this order; the probe is last
  std::string append;                         ///< more kernel command line
  std::vector<MemoryImage> images;
  std::vector<std::string> qemu_words; ///< more of QEMU's command line; not of a native machine
  /// No console byte for so long is a hang; what QEMU has waited for a CPU does not count. riscv64
  /// maps memory page by page where no-map regions are in the way, which takes an emulated
  /// processor long.
  double silence_seconds = 60;
  /// In all: a console that chatters for ever is a hang, too.
  double limit_seconds = 900;
};

struct BootResult {
  Ending ending = Ending::powered_off;
  std::string ending_reason;
  std::vector<std::string> qemu_argv;
  std::string qemu_version;
  std::string qemu_error; ///< what QEMU itself said
  std::string console;    ///< whole console log
  RawEvidence evidence;   ///< files whose length and checksum held, or the console as "dmesg"
  double seconds = 0;
};

/// Boots one guest and collects its evidence. A QEMU that never started is
/// could_not_find_out with its own message and command line; a guest that panics, hangs
/// or dies is a result. Nothing is left running, whatever happens.
BootResult boot(const BootRequest &request);

/// The DTB that QEMU makes for the machine (dumpdtb); of a native one, RAM alone. `kernel` is for
/// boards that make one only where there is something to boot: any program of their processor.
std::string board_dtb(const Machine &machine, const std::filesystem::path &kernel);

} // namespace rmemcheck
