// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/reserved_memory.h"

#include <cstddef>

namespace rmemcheck {

/// Entries of memblock's two arrays. They have a fixed length until the page tables are set up
/// (INIT_MEMBLOCK_MEMORY_REGIONS and INIT_MEMBLOCK_RESERVED_REGIONS, mm/memblock.c).
struct MemblockEntries {
  std::size_t memory = 0;   ///< a no-map range inside RAM makes three of one
  std::size_t reserved = 0; ///< without what the kernel reserves for itself
};

/// What the regions of a tree take when it has been scanned. Static ones are counted exactly.
/// Boot-placed ones are taken to lie one behind the other in tree order if their alloc-ranges are
/// the same, so that neighbours of a kind share an entry.
MemblockEntries memblock_entries(const ReservedMemory &tree);

/// The same without boot-placed regions.
MemblockEntries static_memblock_entries(const ReservedMemory &tree);

} // namespace rmemcheck
