// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"
#include "guest/boot.h"

#include <string>

namespace rmemcheck {

/// What a crashed kernel leaves to the one that it starts, at the beginning of `place`: an ELF core
/// header with the RAM of that kernel and one note. `program` is any ELF file for the machine: it
/// tells the class, which must be 64-bit little-endian, and the architecture. Otherwise, or where
/// `place` is too small, bad_input.
MemoryImage elf_core_header(const PhysicalRange &place, const PhysicalRange &memory,
                            const std::string &program);

} // namespace rmemcheck
