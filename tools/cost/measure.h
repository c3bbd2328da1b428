// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cost/result.h"
#include "guest/boot.h"

#include <filesystem>
#include <string>

namespace rmemcheck {

/// A kernel whose cost is asked for.
struct CostKernel {
  std::string name;
  std::filesystem::path image;
  std::filesystem::path system_map;
  std::filesystem::path module; ///< the probe; empty: only the log may show what is recorded
};

/// A tree to measure with.
struct CostTree {
  CostSize size;
  std::string dtb;
};

/// What of a kernel is the same for all sizes.
KernelCost cost_of_files(const CostKernel &kernel);

/// Boots a kernel once with the plugin and once more for what it allocates, as `base` has machine
/// and guest. A kernel that does not come to its
/// end, or records nothing, is a result that says why. The console is silent until it has its own
/// driver: an early one would be counted.
CostResult measure_cost(const CostKernel &kernel, const CostTree &tree, BootRequest base,
                        const std::filesystem::path &plugin);

} // namespace rmemcheck
