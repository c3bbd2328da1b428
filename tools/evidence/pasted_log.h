// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rmemcheck {

/// A kernel log that somebody has pasted, with as many lines, each as parse_log_line() knows it:
/// without quotation marks of a mail, colours and carriage returns, and what a terminal, dmesg -x,
/// journalctl or a daemon puts in front of lines. A region's line that a mail has broken in two is
/// one again, and the other is empty.
std::string as_dmesg(std::string_view pasted);

/// Whether any line of a pasted text is one that a kernel prints, and not a program or a person.
bool is_kernel_log(std::string_view pasted);

} // namespace rmemcheck
