// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rmemcheck {

/// The text as other programs read it, XML's parsers among them: valid UTF-8 without control
/// characters but tab and newline. A byte that is none becomes U+FFFD, a control character \xNN as
/// printable() has it.
std::string clean_text(std::string_view text);

} // namespace rmemcheck
