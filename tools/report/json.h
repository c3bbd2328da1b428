// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/results.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// What a text of results says of itself, and whoever reads it asks for.
inline constexpr const char *results_format = "rmemcheck-results 1";

// Both texts are one JSON object, indented, with a newline at the end. Strings that are no valid
// UTF-8 (a garbled console line) keep what is valid; the rest becomes U+FFFD.
//
// verdict.json, and each element of "cases" of results.json:
//
//   format          "rmemcheck-results 1"
//   kernel          name of one of "kernels" below; empty where nobody knows
//   role            what is demanded of it: "pass", "baseline", "mutant" or "told"
//   case, title     name of the case and its one line
//   case_file       of the case, or of the board that it is made of; empty: the kit has it
//   folder          of the run, relative to the folder of results.json
//   ending          "powered-off", "panic", "oops", "hang", "died" or "cut-short"
//   outcome         "pass", "known", "fail", "inconclusive" or "skip", of this kernel alone
//   reason          why; empty for a pass
//   regions_in_tree, regions_recorded, regions_no_map     counts
//   no_map_proven   whether the page tables were seen to lack every no-map byte
//   must_fail       rules that this kernel must fail here
//   fails_without   of a mutant: rules that the kernel fails without it
//   conclusion      "pass" where the kernel does exactly what it must, even if that is to fail
//   remarks         why the conclusion is no pass, a sentence each
//   notes           why evidence that was sent is not used, a sentence each
//   boot_seconds, judge_seconds
//   rules           list of: rule, demands, outcome, reason, findings
//   findings        list of: region, expected, seen, known, file, line, text; known names the
//                   fault that explains it; file is relative to the folder of the run, or the log
//                   that was judged; line is 0 (and file empty) where nothing was there
//
// results.json:
//
//   format          "rmemcheck-results 1"
//   tool            {name, version}
//   machine, arch, series
//   started         of the run, in UTC
//   complete        false while it goes on, and of one that was stopped
//   interrupted     whether a signal has stopped it, such as that of Ctrl-C
//   tree            {path, version}
//   config          that kernels were built on, as run --config named it; empty: allnoconfig
//   seconds         of the whole run
//   kernels         list of: name, role, spec, title, version, key, from_cache, build_seconds,
//                   trouble, modules, patchset (not there where nobody knows)
//   modules         that run --module has named, in that order: list of file, sha256
//   cases           as above
//   outcome         of the whole run, as the exit status tells it
//   random          of trees by chance (report/random_summary.h), of which "cases" has some alone
//                   that are not as they must be; not there in any other run

/// The verdict of one case on one kernel.
std::string verdict_json(const CaseResult &result);

/// All of a run.
std::string results_json(const RunResults &results);

/// The same of one run; of several, or of none, an array of them.
std::string all_results_json(const std::vector<RunResults> &runs);

/// "powered-off", "panic", ...
std::string to_string(Ending ending);

} // namespace rmemcheck
