// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "expectation/expectation.h"

namespace rmemcheck {

/// The expectation without the boot-placed regions that the kernel has left out: those that are not
/// found, are named in an error for want of room, and of which there may be as many. What is left
/// out is refused.
Expectation without_left_out(Expectation expectation, const Evidence &evidence);

} // namespace rmemcheck
