// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "evidence/log_line.h"

#include <optional>
#include <string_view>

namespace rmemcheck {

struct Trouble {
  LoggedTrouble::Kind kind;
  std::string_view family; ///< as in LoggedTrouble
};

/// What trouble the line reports, absent for an ordinary line. Texts known from the kernel's
/// sources decide; for reserved memory an error level (3 or lower) decides too.
std::optional<Trouble> trouble_of(const LogLine &line);

} // namespace rmemcheck
