// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <string>
#include <string_view>

namespace rmemcheck {

/// The kernel log as klogctl(SYSLOG_ACTION_READ_ALL) returns it or as a serial console shows it.
/// Anything may stand in a log, so only a region line and the "Linux version" line must parse.
KernelLog parse_dmesg(std::string_view text);

/// The same of a log that a person has pasted, whose file is named in every message: where a mark
/// of the person's says that lines were cut out, or a line is damaged, it is no whole one.
KernelLog parse_pasted_log(std::string_view text, const std::string &file);

/// Whether the line is the last that rules look for: init is started, or a kernel without user
/// space powers off.
bool ends_boot(std::string_view text);

/// What a console has said after the last line that the log has too, to the power-off. Lines are
/// those of "console.log".
KernelLog parse_console_after(std::string_view console, const KernelLog &log);

/// Whether one of its lines has that text.
bool says(const KernelLog &log, std::string_view text);

/// Why a log is not as klogctl() gives it, which begins each line with its level; empty if it is.
std::string lack_of_levels(std::string_view dmesg);

/// Why a log is no whole one by the word of the console that was written at the same time: a line
/// of the kernel's that one of them has, and the other should; empty if they agree. A console shows
/// levels below `console_level`.
std::string disagreement(std::string_view console, std::string_view dmesg, unsigned console_level);

} // namespace rmemcheck
