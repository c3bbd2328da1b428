// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cost/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace rmemcheck {

/// Three digits: "940", "9.4 k", "1.94 M", "6.30 G".
std::string cost_number(std::uint64_t number);

/// Instructions of each kernel at each size, those of memblock's insertion among them, and how
/// many regions it has recorded where it has left some out; then what memory it takes. "-" where a
/// kernel did not boot, with the reasons below the table. `verbose` adds the parts of each number.
std::string cost_table(const std::vector<KernelCost> &kernels, bool verbose);

} // namespace rmemcheck
