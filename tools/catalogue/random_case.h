// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/case.h"
#include "devicetree/dtb.h"
#include "kernel/machine.h"

#include <cstdint>
#include <string>

namespace rmemcheck {

/// What a tree made by chance must fit into.
struct RandomRoom {
  std::uint64_t memory_base = 0;    ///< physical, bytes
  std::uint64_t memory_bytes = 0;   ///< of RAM from there on
  Cells cells;                      ///< of the board's root
  bool has_dma_pools = true;        ///< CONFIG_DMA_CMA: kernels know shared-dma-pool
  bool has_restricted_pools = true; ///< CONFIG_DMA_RESTRICTED_POOL
};

/// That of a machine whose board's tree is `board`, with all of its kernels' configuration.
RandomRoom room_of(const Machine &machine, const std::string &board);

/// A tree by chance, of the whole grammar of /reserved-memory and of what breaks it, weighted to
/// where counts and sizes have an edge. The same seed, index and room make the same tree for ever.
/// Its name is "random-SEED-INDEX".
Case random_case(std::uint64_t seed, std::uint64_t index, const RandomRoom &room);

} // namespace rmemcheck
