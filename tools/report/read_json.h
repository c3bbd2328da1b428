// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/results.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// One results.json again, and the folder that its paths are relative to.
struct KeptRun {
  std::filesystem::path folder;
  RunResults results;
};

/// Whether one of them is of trees by chance, which has no cases.
bool has_random(const std::vector<KeptRun> &runs);

/// Reads results_json(). Texts of older programs, which lack some keys, are read too. What is none
/// is bad_input naming `origin`.
RunResults parse_results(const std::string &text, const std::string &origin);

/// A results.json, the folder of a run, or one with a folder for each machine. None is bad_input.
std::vector<KeptRun> read_runs(const std::filesystem::path &path);

} // namespace rmemcheck
