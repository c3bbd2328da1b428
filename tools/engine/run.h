// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/run_folder.h"
#include "engine/expected.h"
#include "engine/plan.h"
#include "engine/random_run.h"
#include "engine/telling.h"
#include "kernel/machine.h"
#include "report/results.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// What a person wants to know: planned kernels, cases, where the results go.
struct RunRequest {
  Kit kit;
  Plan plan;
  std::vector<std::string> cases; ///< names or files; none: those of the kernels, or else all
  /// Folders and files of boards that are cases, too; without `cases` the only ones.
  std::vector<std::filesystem::path> boards;
  /// A file: a whole .config, for kernels that are built, or that of one that was given.
  std::string config;
  std::string part;  ///< of the run's folder that the results go to; empty: all of it
  unsigned jobs = 1; ///< guests at once
  bool resume = false;
  std::optional<RandomRequest> random; ///< instead of cases
  std::vector<KnownFailure> known;
};

/// Makes the kernels of a plan that are for a machine, boots and judges them, and leaves
/// results.json, kernels/ and runs/ in its part of `folder`, as boots end. Nothing where no kernel
/// is for the machine. A kernel that cannot be had takes nothing from the others, but where it is
/// the only one or one of a baseline and what is held against it. What an earlier run has left in
/// `folder` stays until there are kernels to boot.
std::optional<RunResults> run_on(const Machine &machine, const RunRequest &request,
                                 RunFolder &folder, const Telling &telling);

} // namespace rmemcheck
