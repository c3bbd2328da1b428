// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/read_json.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// What a maintainer would paste into a mail: kernels and configuration, before and after in a
/// table, how their logs differ, findings, how to see it again. Plain text of 72 columns; what has
/// no space to break at may be longer.
std::string mail_text(const std::vector<KeptRun> &runs);

/// Breaks lines at spaces; what goes on is indented by `indent` columns.
std::string wrapped(const std::string &text, std::size_t columns, std::size_t indent);

} // namespace rmemcheck
