// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/read_json.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// What is not the same in two runs. Each is a line of text: where, and what.
struct Changes {
  std::vector<std::string> new_failures; ///< a rule fails, or a boot ends badly, that did not
  std::vector<std::string> repaired;
  std::vector<std::string> unknown; ///< that one of the two could not find out, or has not booted
  std::vector<std::string> moved;   ///< regions
  std::vector<std::string> log;     ///< lines of the kernel about reserved memory, -old and +new
  std::vector<std::string> notes;   ///< what could not be compared, and why
};

/// Compares case by case, machine by machine, what kernels of the same name did; of runs with one
/// kernel each, these two. Regions and logs are compared where both have their evidence.
Changes changes_between(const std::vector<KeptRun> &before, const std::vector<KeptRun> &after);

/// For people, with a heading for each kind that there is.
std::string changes_text(const Changes &changes);

/// Lines of a kernel's log about reserved memory, without time stamps.
std::vector<std::string> reserved_memory_lines(const std::string &dmesg);

/// Lines of two texts that are in one of them alone: "-" in front of those of the first, "+" of
/// those of the second, in their order.
std::vector<std::string> line_difference(const std::vector<std::string> &before,
                                         const std::vector<std::string> &after);

} // namespace rmemcheck
