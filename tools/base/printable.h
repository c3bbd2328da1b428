// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rmemcheck {

/// The text with every byte that a terminal may obey as \xNN: what trees and consoles say is not
/// ours.
std::string printable(std::string_view text);

} // namespace rmemcheck
