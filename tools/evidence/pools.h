// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <string>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// What an init function in kernel/dma says that it has made of a region:
/// "Reserved memory: created CMA memory pool at 0x0000000050000000, size 64 MiB".
struct LoggedPool {
  std::string kind;    ///< "CMA memory", "DMA memory", "restricted DMA"
  PhysicalRange range; ///< its size is rounded down to MiB
  std::string name;    ///< of the node, which the line behind it tells; empty where that is missing
  SourceLine at;
};

/// All of a log, in its order.
std::vector<LoggedPool> parse_pools(const KernelLog &log);

/// Whether a line begins as that of a pool and is not all of one.
bool is_damaged_pool(std::string_view text);

} // namespace rmemcheck
