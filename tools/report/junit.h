// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/read_json.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// JUnit's XML as GitLab and Jenkins read it: a testsuite for each kernel of each machine, a
/// testcase for each case with at most one of failure, error and skipped. A known fault is skipped,
/// and says so.
std::string junit_xml(const std::vector<KeptRun> &runs);

} // namespace rmemcheck
