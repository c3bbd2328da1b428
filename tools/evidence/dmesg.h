// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <string_view>

namespace rmemcheck {

/// The kernel log as klogctl(SYSLOG_ACTION_READ_ALL) returns it or as a serial console shows it.
/// Anything may stand in a log, so only a region line and the "Linux version" line must parse.
KernelLog parse_dmesg(std::string_view text);

} // namespace rmemcheck
