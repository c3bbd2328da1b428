// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/range_set.h"
#include "judge/rule_report.h"
#include "judge/rules.h"

namespace rmemcheck {

/// Holds the line of the log that tells of all memory against memblock, against the CMA areas that
/// the log names, and against itself. `hidden` is memory that need not be given to the page
/// allocator though memblock has not reserved it, and `hidden_anywhere` bytes of such memory
/// whose places nobody knows.
void demand_memory_totals(RuleReport &report, const Expectation &expectation,
                          const Evidence &evidence, const RangeSet &hidden,
                          std::uint64_t hidden_anywhere);

} // namespace rmemcheck
