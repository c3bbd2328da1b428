// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace rmemcheck {

/// Every number as "#", its sign and 0x included: addresses and times differ from boot to boot.
std::string without_numbers(const std::string &text);

} // namespace rmemcheck
