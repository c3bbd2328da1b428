// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cost/counts.h"
#include "cost/memory.h"
#include "cost/size.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// What one kernel did with a tree of one size.
struct CostResult {
  CostSize size;
  std::optional<Counts> counts; ///< nothing where it did not boot
  std::string reason;           ///< why there are none
  /// Regions that it says it has recorded; nothing where nothing shows it.
  std::optional<std::uint64_t> recorded;
  /// Bytes that it took at boot for what it recorded, and keeps.
  std::optional<std::uint64_t> allocated;

  /// Whether it shows that it has left regions out.
  [[nodiscard]] bool leaves_out() const { return recorded && *recorded < size.regions(); }
};

/// All of one kernel.
struct KernelCost {
  std::string name;
  std::string late_function; ///< empty where it has none
  StaticMemory memory;
  std::vector<CostResult> results; ///< in the order of the sizes
};

} // namespace rmemcheck
