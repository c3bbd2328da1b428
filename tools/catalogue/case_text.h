// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/case.h"

#include <string>

namespace rmemcheck {

/// The file of a case (TOML): read_case() makes the same case of it again.
std::string case_text(const Case &what);

} // namespace rmemcheck
