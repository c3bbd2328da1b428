// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/boot.h"
#include "guest/qemu.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// The command line of a kernel that is a program of this machine (User-mode Linux). Its console is
/// stdout. Without address space randomisation: its end of physical memory depends on
/// where the host has put its heap (linux_main() of arch/um/kernel/um_arch.c).
std::vector<std::string> native_command(const BootRequest &request, const GuestFiles &files);

/// The tree of a machine that has nothing but RAM.
std::string native_dtb(const Machine &machine);

} // namespace rmemcheck
