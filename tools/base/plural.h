// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rmemcheck {

/// "1 boot", "2 boots", "2 patches".
std::string plural(std::size_t count, std::string_view word);

} // namespace rmemcheck
