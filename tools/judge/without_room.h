// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "expectation/expectation.h"

namespace rmemcheck {

/// The expectation without the boot-placed regions for which others have left no room: the kernel
/// says of each that it finds none, and it is believed only where there is none beside all that is
/// known to be taken. They are refused.
Expectation without_unplaced(Expectation expectation, const Evidence &evidence);

} // namespace rmemcheck
