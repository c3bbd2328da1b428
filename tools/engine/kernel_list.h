// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/plan.h"

#include <filesystem>
#include <vector>

namespace rmemcheck {

/// Reads a file of tables [[kernel]]: spec, and if wanted name, role, cases, machines, config and
/// array (KernelRequest::has_array).
/// Specs that name no base are of `tree`. Paths are those of the working folder. Errors are
/// bad_input with file and line.
std::vector<KernelRequest> read_kernel_list(const std::filesystem::path &path,
                                            const std::string &tree = "");

} // namespace rmemcheck
