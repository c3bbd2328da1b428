// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/read_json.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// KTAP version 1 (Documentation/dev-tools/ktap.rst): machine, kernel, case, and of a case how the
/// guest ended ("boot"), each rule, and what it comes to for the kernel's role ("verdict"). What is
/// not as it must be is "not ok", and so is all that it is part of. A failure that is known, or
/// demanded, is "ok" with XFAIL; what could not be found out is an ERROR.
std::string ktap_text(const std::vector<KeptRun> &runs);

} // namespace rmemcheck
