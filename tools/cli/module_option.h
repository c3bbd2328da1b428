// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace rmemcheck {

/// What is given with --module must be a kernel module that finit_module() takes as it is, an ELF
/// file; bad_input names the option and the file that is none.
void demand_modules(const std::vector<std::string> &files);

} // namespace rmemcheck
