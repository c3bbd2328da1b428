// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/surroundings.h"
#include "expectation/place_faults.h"

namespace rmemcheck {

/// All that a tree has wrong about reserved memory, as the kernel will take it: `tree` and `around`
/// are of one DTB, and the expectation is what that leads to. What depends on RAM is left out where
/// nobody knows it.
std::vector<TreeFault> find_faults(const ReservedMemory &tree, const Surroundings &around,
                                   const Expectation &expectation, const LoadAddresses &loads);

} // namespace rmemcheck
