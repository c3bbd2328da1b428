// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/kit.h"
#include "kernel/machine.h"
#include "kernel/tree.h"

#include <filesystem>

namespace rmemcheck {

/// PID 1 of the guest for a machine: compiled from the kit's guest/init.c, or taken from the cache,
/// where it is keyed by source, compiler and flags. A compiler that is missing or fails is
/// could_not_find_out.
std::filesystem::path guest_init(const Machine &machine, const Kit &kit, const Progress &progress);

/// What board_dtb() needs as a kernel: PID 1 will do. Empty for a machine that needs none.
std::filesystem::path kernel_for_dump(const Machine &machine, const Kit &kit,
                                      const Progress &progress);

} // namespace rmemcheck
