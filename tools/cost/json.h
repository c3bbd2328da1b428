// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cost/growth.h"
#include "cost/result.h"

#include <string>
#include <vector>

namespace rmemcheck {

// One JSON object, indented, with a newline at the end:
//
//   format       "rmemcheck-cost 1"
//   machine
//   kernels      list of: name, late_function, resident_bytes, init_bytes, memblock_slots_bytes,
//                results
//   results      list of: static, boot_placed, reason ("" where it booted), recorded,
//                allocated_bytes, instructions; null where nobody knows
//   instructions total, early, late, insertion, search, logging
//   checks       list of: outcome ("holds", "fails", "not-known"), text
std::string cost_json(const std::string &machine, const std::vector<KernelCost> &kernels,
                      const std::vector<GrowthLine> &checks);

/// "holds", ...
std::string to_string(GrowthLine::Outcome outcome);

} // namespace rmemcheck
