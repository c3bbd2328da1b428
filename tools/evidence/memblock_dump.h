// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <optional>
#include <vector>

namespace rmemcheck {

/// What memblock_dump_all() has printed.
struct MemblockDump {
  std::vector<MemblockRange> memory;
  std::vector<MemblockRange> reserved;
};

/// The last dump of a log, which "memblock=debug" asks for and each architecture prints when it
/// has set up its memory; nothing if there is none. One that is not whole is could_not_find_out
/// with file and line. All flags are told here, so that none hides NOMAP.
std::optional<MemblockDump> parse_memblock_dump(const KernelLog &log);

} // namespace rmemcheck
