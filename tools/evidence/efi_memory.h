// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <vector>

namespace rmemcheck {

/// The lines behind "efi: Processing EFI memory map:". A line there that is none ends them; one
/// that begins as they do and goes on otherwise is could_not_find_out.
std::vector<EfiMemory> parse_efi_memory(const KernelLog &log);

} // namespace rmemcheck
