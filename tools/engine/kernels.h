// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "engine/plan.h"
#include "kernel/build.h"
#include "report/results.h"

namespace rmemcheck {

/// A planned kernel that is ready to boot, and what the results say of it.
struct ReadyKernel {
  KernelUnderTest kernel;
  KernelResult result;
  std::optional<BuiltKernel> built;  ///< nothing where it was there already
  std::filesystem::path config = {}; ///< of a package; empty for others
};

/// Builds a kernel for a machine, with `base_config` if it names a file (kernel/build.h), or takes
/// what is there. What does not build is could_not_find_out; a file that is none is bad_input.
ReadyKernel make_ready(const PlannedKernel &planned, const Machine &machine, const Kit &kit,
                       const std::filesystem::path &base_config, const Progress &progress);

} // namespace rmemcheck
