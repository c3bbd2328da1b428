// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/boot.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// The files of one guest, relative to the folder that QEMU runs in.
struct GuestFiles {
  std::filesystem::path initramfs;
  std::filesystem::path dtb;
  std::filesystem::path evidence;   ///< what comes over the port
  std::filesystem::path entry = {}; ///< code that starts the kernel, where the machine has some
  std::filesystem::path disk = {};  ///< folder that UEFI's shell reads, where that starts it
};

/// The script that UEFI's shell runs: starts "image" with "initrd" and "dtb" of the same disk.
std::string shell_script(const BootRequest &request);

/// The name of a memory image's file in that folder.
std::string image_name(std::size_t index);

/// The kernel's command line: the machine's words, those that make it tell what it must, and more.
std::string kernel_command_line(const BootRequest &request);

/// The command line of a guest. The console is on stdout, the evidence port a file of its own,
/// and a guest that restarts ends. The image's path is made absolute.
std::vector<std::string> qemu_command(const BootRequest &request, const GuestFiles &files);

} // namespace rmemcheck
