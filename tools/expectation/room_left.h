// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "expectation/expectation.h"

namespace rmemcheck {

/// Refuses boot-placed regions for which those in front of them in the tree leave no room, however
/// they are placed: the bytes of alloc-ranges, or of RAM, are not enough for all. For a tree by
/// itself; where a kernel has booted with it, its evidence tells more (judge/without_room.h).
void refuse_without_room_left(Expectation &expectation);

} // namespace rmemcheck
