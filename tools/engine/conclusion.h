// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.h"
#include "report/results.h"

namespace rmemcheck {

/// Sets conclusion and remarks from verdict, ending, and what the role demands.
///
/// A kernel that must fail some rules passes only if it fails exactly those: one that it passes
/// means that the check proves nothing. A rule that it must fail and cannot show (skip) counts for
/// nothing as long as another one failed; nor does any other rule that could not find out.
/// A mutant must fail all of its rules, which may be words of an ending, and none of them without
/// the mutant; what else it fails is its own affair. What is told as it is passes if there is
/// anything to tell.
void conclude(CaseResult &result);

/// Rules that failed, and how it ended where that was no regular end ("panic", "oops", "hang").
std::vector<std::string> failures_of(const CaseResult &result);

/// fail is 1, and so is known if it is not allowed, inconclusive 3, skip 4, pass 0.
ExitStatus exit_status(Outcome outcome, bool are_known_allowed = false);

} // namespace rmemcheck
