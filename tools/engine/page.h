// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/read_json.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// The page (report/page.h) of runs, with a map for each boot whose folder is there. Where it is
/// not, or is not as a boot leaves it, the page says why.
std::string page_of(const std::vector<KeptRun> &runs);

/// Adds the words of "rmemcheck run" that name a kernel, if they do not yet: a range of commits is
/// one spec for many.
void append_kernel(std::vector<std::string> &words, const KernelResult &kernel);

/// Adds those that name the cases of boots, of the kit or in files.
void append_cases(std::vector<std::string> &words, const std::vector<const CaseResult *> &boots);

/// The words of "rmemcheck run" that boot one case on one kernel again, and on the kernel that it
/// is held against. Empty where the results do not say which kernel it was.
std::vector<std::string> words_to_see_again(const RunResults &results, const CaseResult &result);

} // namespace rmemcheck
