// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rmemcheck {

/// A line whose time has something else in its brackets, with the time alone: Amlogic's
/// "[    0.000000@0]", and "[    0.000000 <    0.000001 >]" (journalctl -o short-delta). Any other
/// line as it is. The brackets begin within `longest_prefix` characters.
std::string with_plain_time(std::string_view line, std::size_t longest_prefix);

/// "<6>OF: reserved mem: x" of "11-29 08:00:00.000     0     0 I OF      : reserved mem: x", as
/// Android's "logcat -b kernel" shows it: number of the process, which the kernel has not, and of
/// its task, level, and the first word as a tag. Nothing of any other line.
std::optional<std::string> from_logcat(std::string_view line);

/// The text of a line behind its time, without what vendors' kernels put between: "[0: swapper: 0]
/// " (Samsung), "(0)[0:swapper]" (MediaTek), "c0 " (Spreadtrum). Any other text as it is.
std::string_view without_vendors_prefix(std::string_view text);

} // namespace rmemcheck
