// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cost/symbols.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// Bytes of the variables that a kernel has for reserved regions, from the distance between the
/// symbols of System.map.
struct StaticMemory {
  std::uint64_t resident = 0;       ///< for as long as the kernel runs
  std::uint64_t init = 0;           ///< given back with init memory
  std::uint64_t memblock_slots = 0; ///< memblock's own early arrays, wherever they lie
};

StaticMemory static_memory(const std::vector<Symbol> &symbols);

/// Bytes that the reserved-memory code took from memblock and has not given back, by the lines of
/// "memblock=debug": `log` is the whole kernel log. The regions themselves are no part of it.
std::uint64_t allocated_memory(std::string_view log);

} // namespace rmemcheck
