// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "report/read_json.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// One thing that is not the same in two runs, or could not be compared.
struct Change {
  std::string machine;
  std::string kernel;    ///< by its name in the new run; empty: of the whole run
  std::string case_name; ///< empty: of all of the kernel's
  std::string rule{};    ///< or how a boot has ended; empty: of none
  std::string region{};
  std::string before{}; ///< an outcome, a place, a kernel's name; empty: there is none
  std::string after{};
  std::string text{}; ///< for people; empty where all is said
};

/// What is not the same in two runs, and what could not be compared.
struct Changes {
  std::size_t compared = 0;         ///< boots whose verdicts both runs have
  std::vector<Change> new_failures; ///< a rule fails, or a boot ends badly, that did not, or only
                                    ///< by a known fault
  std::vector<Change> repaired;
  std::vector<Change> not_compared; ///< verdicts that one of the two has not
  std::vector<Change> moved;        ///< regions
  std::vector<Change> log;          ///< lines of the kernel about reserved memory, -old and +new
  std::vector<Change> no_evidence;  ///< boots whose regions or logs are not compared, and why
  std::vector<Change> paired;       ///< kernels that have two names
};

/// Compares case by case, machine by machine, what kernels of the same name did; where a machine
/// has one kernel in each of the two, these. Regions and logs are compared where both have their
/// evidence. Two runs of one machine and kernel on the same side are bad_input.
Changes changes_between(const std::vector<KeptRun> &before, const std::vector<KeptRun> &after);

/// fail for new failures, inconclusive where verdicts could not be compared or there were none,
/// else pass.
Outcome conclusion(const Changes &changes);

/// For people, with a heading for each kind that there is.
std::string changes_text(const Changes &changes);

/// The same as one JSON object:
///
///   format          "rmemcheck-changes 1"
///   tool            {name, version}
///   outcome         "pass", "fail" or "inconclusive", as the exit status tells it
///   compared        how many boots
///   new_failures, repaired, not_compared, moved, log, no_evidence, paired
///                   lists of: machine, kernel, case, rule, region, before, after, text; empty
///                   where it is about none
std::string changes_json(const Changes &changes);

/// Lines of a kernel's log about reserved memory, without time stamps.
std::vector<std::string> reserved_memory_lines(const KernelLog &log);

/// Lines of two texts that are in one of them alone: "-" in front of those of the first, "+" of
/// those of the second, in their order.
std::vector<std::string> line_difference(const std::vector<std::string> &before,
                                         const std::vector<std::string> &after);

} // namespace rmemcheck
