// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/build.h"

#include <filesystem>

namespace rmemcheck {

/// Copies what a build left into a folder that is made for it: the boot image under the name that
/// the kernel gives it, .config, System.map, the module, and vmlinux where it was kept. Errors are
/// could_not_find_out naming the file.
void copy_kernel(const BuiltKernel &kernel, const Machine &machine,
                 const std::filesystem::path &folder);

} // namespace rmemcheck
