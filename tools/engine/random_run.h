// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/random_case.h"
#include "engine/engine.h"
#include "report/random_summary.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// Trees by chance instead of the catalogue's cases.
struct RandomRequest {
  std::uint64_t count = 0;
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> only; ///< the tree of that number alone
  std::filesystem::path keep;        ///< where smallest trees are kept as cases; empty: in the run
  std::size_t most_shrinking = 300;  ///< trees that are booted for each smallest one
  std::vector<std::string> command;  ///< "rmemcheck run", and the options that name the kernels
};

/// What has been found, and evidence of some boots that are not as they must be.
struct RandomResult {
  RandomSummary summary;
  std::vector<CaseResult> cases;
};

/// Takes trees that the machine cannot serve out of a list.
using TakeOut = std::function<void(std::vector<PreparedCase> &)>;

/// Called as trees have been booted, with what there is so far.
using SaveRandom = std::function<void(const RandomResult &)>;

/// Boots trees by chance, a few at a time, on the kernels of `boots`, whose list of cases is not
/// looked at. A baseline is told as it is, and what the others do is held against it; where there
/// is none, against the first of them. `board` is the tree that they are put into. Of each kernel,
/// rule and kind of region the first failing tree is made as small as can be at once and kept as a
/// case. Evidence stays of those alone.
RandomResult run_random(const Boots &boots, const std::string &board, const RandomRoom &room,
                        const RandomRequest &request, const TakeOut &take_out,
                        const Telling &telling, const SaveRandom &save);

/// The kernels as a run of trees by chance takes them: roles, and what each is compared with.
std::vector<KernelUnderTest> kernels_by_chance(std::vector<KernelUnderTest> kernels);

} // namespace rmemcheck
