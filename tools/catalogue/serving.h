// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/prepared_case.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// Which early entries of memblock a kernel has, as the machine's file has them.
enum class EarlyEntries { of_baseline, of_series, unknown };

/// Takes out the cases that make no sense on the machine, and says which and why, a line each:
/// its file does not have what they need, or it has no device tree for what they put into one. A
/// case for which a baseline surely has too few early entries stays if the series has enough: the
/// baseline must not boot.
std::vector<std::string> take_out_unserved(std::vector<PreparedCase> &cases, const Machine &machine,
                                           const std::vector<EarlyEntries> &kernels);

/// Rules that a baseline of this version must fail, or boots_rule.
std::vector<std::string> must_fail(const PreparedCase &prepared, const std::string &version,
                                   const Machine &machine);

} // namespace rmemcheck
