// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/read_json.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// Whether KCIDB takes the name of a CI system: lower-case letters, digits and "_".
bool is_origin(const std::string &name);

/// KernelCI's database, I/O schema 5.3: a checkout and a build for each kernel of each machine, a
/// test with the path rmemcheck.CASE for each boot. A status is what the kernel itself does,
/// whatever its role demands: FAIL for a check that fails, by a known fault too, ERROR where
/// nothing could be found out, MISS where the guest never started. Identifiers are the same for the
/// same results. `origin` is the CI system's name.
std::string kcidb_json(const std::vector<KeptRun> &runs, const std::string &origin);

} // namespace rmemcheck
