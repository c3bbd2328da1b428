// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/results.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// The boots that a run has kept of one machine, or a boot that was kept alone.
struct KeptBoots {
  std::string machine;          ///< as the folder says it; empty: it does not
  std::filesystem::path folder; ///< of the run; empty: a boot alone
  std::vector<std::filesystem::path> boots;
};

/// What a folder holds: one boot, a run, or runs of several machines. What stands among a run's
/// boots and is none is bad_input.
std::vector<KeptBoots> find_boots(const std::filesystem::path &folder);

/// The results of a run whose boots were judged again. From its results.json, where it is there,
/// come the kernels that could not be had and whether it came to its end; a boot that it lists and
/// that was not judged, since it is gone, is inconclusive.
RunResults judged_results(const KeptBoots &kept, std::vector<CaseResult> judged);

} // namespace rmemcheck
