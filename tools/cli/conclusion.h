// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.h"
#include "report/results.h"

namespace rmemcheck {

/// Stands among the rules that a kernel must fail where it must not get through its boot at all.
inline constexpr const char *boots_rule = "boots";

/// Sets conclusion and remarks from verdict, ending and must_fail. A kernel that must fail some
/// rules passes only if it fails exactly those: one that it passes means that the check proves
/// nothing. A rule that it must fail and cannot show (skip) counts for nothing as long as another
/// one failed; nor does any other rule that could not find out.
void conclude(CaseResult &result);

/// fail is 1, inconclusive 3, skip 4, pass 0.
ExitStatus exit_status(Outcome outcome);

} // namespace rmemcheck
