// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "expectation/place_faults.h"

#include <string>

namespace rmemcheck {

/// The layout as a person reads it, one line a region with its reason, and below it what of the
/// regions' places is wrong or left open.
std::string explain(const Expectation &expectation, const LoadAddresses &loads = {});

} // namespace rmemcheck
