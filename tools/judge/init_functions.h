// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "expectation/expectation.h"

#include <string>

namespace rmemcheck {

/// The symbol that the entry of a region must have as ops after its init function has run; null
/// where there is none, or the region must not be recorded.
const char *expected_ops(const ExpectedRegion &region);

/// Whether it is the symbol of one of these functions.
bool is_ops(const std::string &symbol);

} // namespace rmemcheck
