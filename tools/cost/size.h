// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/make.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// How many regions a tree has.
struct CostSize {
  std::uint64_t statics = 0;
  std::uint64_t boot_placed = 0;

  [[nodiscard]] std::uint64_t regions() const { return statics + boot_placed; }
  bool operator==(const CostSize &) const = default;
};

inline constexpr const char *default_cost_sizes = "60+4,50+14,200+40,1024+256,4096+256";

/// "60+4,50+14": what is no such list, or has a size without a region, is bad_input.
std::vector<CostSize> parse_cost_sizes(std::string_view text);

/// "60+4".
std::string to_string(const CostSize &size);

/// Static regions of 64 KiB, every other one no-map and each on its own, as many as any kernel has
/// early memblock slots for on arm64 with EFI; those beyond lie side by side, mapped, so that
/// memblock makes one range of them. Boot-placed ones have alloc-ranges, and stand among the
/// static ones.
TreeRequest cost_tree(const CostSize &size);

} // namespace rmemcheck
