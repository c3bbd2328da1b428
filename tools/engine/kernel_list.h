// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/plan.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// Reads a file of tables [[kernel]]: spec, and if wanted name, role, cases, machines, config and
/// array (KernelRequest::has_array).
/// Specs that name no base are of `tree`. Paths are those of the working folder. A name stands
/// there once, and `cases` are all that there are; none: any will do. Errors are bad_input with
/// file and line.
std::vector<KernelRequest> read_kernel_list(const std::filesystem::path &path,
                                            const std::string &tree = "",
                                            const std::vector<std::string> &cases = {});

} // namespace rmemcheck
