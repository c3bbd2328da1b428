// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/make.h"

#include <cstdint>
#include <string>

namespace rmemcheck {

/// What `dt make` is told of the regions where no case file tells it. Sizes are bytes.
struct TreeOptions {
  std::uint64_t statics = 0;
  std::uint64_t boot_placed = 0;
  NoMapShare no_map = NoMapShare::none;
  bool reusable = false;             ///< every region a reusable shared-dma-pool
  std::uint64_t offset = 0x10000000; ///< of the first static region, from the memory base
  std::uint64_t region_size = 0x10000;
  std::uint64_t gap = 0x10000;
  std::uint64_t alignment = 0; ///< of boot-placed regions
  bool mixed_order = false;
};

/// Options that cannot stand together are bad_input.
TreeRequest tree_request(const TreeOptions &options);

} // namespace rmemcheck
