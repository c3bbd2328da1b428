// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <string_view>
#include <vector>

namespace rmemcheck {

/// A file of /sys/kernel/debug/memblock (mm/memblock.c, memblock_debug_show()):
/// "   0: 0xFIRST..0xLAST", from v6.6 on followed by the node, "x" for none, and the lowest flag.
/// `file` is the raw name.
std::vector<MemblockRange> parse_memblock(std::string_view file, std::string_view text);

} // namespace rmemcheck
