// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/rule_report.h"
#include "judge/rules.h"

namespace rmemcheck {

/// Holds the line of the log that tells of all memory against memblock, against the CMA areas that
/// the log names, and against itself.
void demand_memory_totals(RuleReport &report, const Expectation &expectation,
                          const Evidence &evidence);

} // namespace rmemcheck
