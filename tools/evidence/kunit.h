// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <optional>

namespace rmemcheck {

/// What KUnit's suites have printed (KTAP version 1, lib/kunit/test.c): each suite a level deeper
/// than its result, and deeper still what belongs to one test alone, which is passed over. Nothing
/// if KUnit did not run.
std::optional<KunitReport> parse_kunit(const KernelLog &log);

} // namespace rmemcheck
