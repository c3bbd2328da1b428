// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rmemcheck {

/// A line whose time has something else in its brackets, with the time alone: Amlogic's
/// "[    0.000000@0]", and "[    0.000000 <    0.000001 >]" (journalctl -o short-delta). Any other
/// line as it is. The brackets begin within `longest_prefix` characters.
std::string with_plain_time(std::string_view line, std::size_t longest_prefix);

/// The text of a line behind its time, without what vendors' kernels put between: "[0: swapper: 0]
/// " (Samsung), "(0)[0:swapper]" (MediaTek), "c0 " (Spreadtrum). Any other text as it is.
std::string_view without_vendors_prefix(std::string_view text);

} // namespace rmemcheck
