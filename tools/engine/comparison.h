// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/kept_boot.h"

namespace rmemcheck {

/// Adds to the verdict of a patched kernel what the comparisons with the unpatched kernel's boot of
/// the same tree come to (judge/comparison.h). Evidence of either that is not understood, or two
/// trees that are not the same, make them inconclusive.
void compare_kept(CaseResult &result, const KeptBoot &unpatched, const KeptBoot &patched);

} // namespace rmemcheck
