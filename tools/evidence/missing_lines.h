// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/log_line.h"

#include <string_view>

namespace rmemcheck {

/// Whether the kernel or a daemon says with the line that others are missing: a console that was
/// too slow, a journal that came too late.
bool tells_of_loss(const LogLine &line);

/// Whether a line is nothing but the mark of a person who has cut lines out: "[...]", "<snip>".
bool is_cut_mark(std::string_view line);

} // namespace rmemcheck
