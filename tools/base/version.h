// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace rmemcheck {

inline constexpr const char *tool_version = "0.1";

} // namespace rmemcheck
