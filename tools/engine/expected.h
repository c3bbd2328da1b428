// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/results.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// A failure that people know of: a table [[known]] of a file that lies in their tree.
struct KnownFailure {
  std::string kernel; ///< as the results call it; empty: any
  std::string machine;
  std::string case_name;
  std::string rule;         ///< or panic, oops, hang
  std::string reason;       ///< why it is accepted
  std::string until;        ///< YYYY-MM-DD, the first day on which it is not; empty: for ever
  std::string kernel_place; ///< where the file has the kernel's name, for messages
};

/// What an entry may name. Of a list that is empty the names are not known, and any will do.
struct KnownNames {
  std::vector<std::string> machines;
  std::vector<std::string> cases;
};

/// Reads a file of them. Errors are bad_input with file and line.
std::vector<KnownFailure> read_known_failures(const std::filesystem::path &path,
                                              const KnownNames &names);

/// Refuses a kernel that there is none of, as read_known_failures() would: their names are known of
/// a plan alone, and a pipe is read once.
void check_kernels(const std::vector<KnownFailure> &all, const std::vector<std::string> &names);

/// A kernel that must pass and fails nothing but what is known passes, with a remark that says so.
/// Returns sentences about entries that have expired by `today` (YYYY-MM-DD), which count for
/// nothing, and about those whose case was booted and no longer fails.
std::vector<std::string> apply_known(RunResults &results, const std::vector<KnownFailure> &known,
                                     const std::string &today);

/// YYYY-MM-DD, in UTC.
std::string date_of_today();

} // namespace rmemcheck
