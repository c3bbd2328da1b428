// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/results.h"

#include <cstddef>
#include <string>
#include <vector>

namespace rmemcheck {

/// How text is made for whoever reads it.
struct TextStyle {
  bool colour = false;          ///< words of outcome in ANSI colours
  std::size_t case_width = 0;   ///< columns for a case's name, so that lines stand in columns
  bool is_whole = false;        ///< every finding, those that are demanded too
  std::size_t kernel_width = 8; ///< the same of a kernel's name: "baseline"
};

/// "recorded: region@50000000: expected ..., seen ... (FOLDER/evidence/probe:7)".
std::string finding_line(const Finding &finding, const std::string &folder);

/// One line a finding, of each rule at most three and how many more; one line a rule that could
/// not find out although the guest reached its end; one line a note. Indented by two spaces.
/// Without findings of rules that must fail, but where the style is whole.
std::string findings_text(const CaseResult &result, const TextStyle &style);

/// "baseline  static-65  fail  64 of 65 recorded  0.9 s  as it must: ...", without newline.
std::string case_line(const CaseResult &result, const TextStyle &style);

/// Case, regions, recorded by each kernel, no-map proven, verdict: one line a case, aligned. Of
/// more than three kernels: kernel by case, and the first that is not as it must be.
std::string table_text(const RunResults &results, const TextStyle &style);

/// One sentence that says what the run comes to, with newline.
std::string summary_text(const RunResults &results, const TextStyle &style);

/// Why there is no kernel, for each that could not be had.
std::string troubles_text(const RunResults &results);

/// The modules that were named for kernels, a line each.
std::string modules_text(const RunResults &results);

/// The remarks of all boots, one line each.
std::string remarks_text(const RunResults &results);

/// How many regions are recorded, "?" where nothing shows it.
std::string recorded_text(const Verdict &verdict);

/// The word, padded to `width` columns, in its colour if the style has colours.
std::string outcome_text(Outcome outcome, const TextStyle &style, std::size_t width = 0);

} // namespace rmemcheck
