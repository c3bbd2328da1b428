// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "evidence/log_line.h"

#include <optional>

namespace rmemcheck {

/// What kind of trouble the line reports, absent for an ordinary line. Texts known from the
/// kernel's sources decide; for reserved memory an error level (3 or lower) decides too.
std::optional<LoggedTrouble::Kind> trouble_kind(const LogLine &line);

} // namespace rmemcheck
