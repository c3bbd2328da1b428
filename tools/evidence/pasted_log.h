// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// A kernel log that somebody has pasted, with as many lines, each as parse_log_line() knows it:
/// without quotation marks of a mail, colours and carriage returns, and what a terminal, dmesg -x,
/// journalctl, a daemon or a vendor's kernel puts in front of lines, without blanks, tags and
/// quotation marks behind them, and in ASCII if it was UTF-16. A region's line that a mail has
/// broken in two is one again, and the other is empty.
std::string as_dmesg(std::string_view given);

/// The boots in what as_dmesg() has made, one text each: it begins with as many empty lines as the
/// log has in front of it, so that numbers stay the same. A log that begins later is one boot.
std::vector<std::string> boots_of(const std::string &dmesg);

/// Whether a text is JSON, as "dmesg -J" and "journalctl -o json" print a log.
bool is_json(std::string_view given);

/// Whether any line of a pasted text is one that a kernel prints, and not a program or a person.
bool is_kernel_log(std::string_view given);

} // namespace rmemcheck
