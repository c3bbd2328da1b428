// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/read_boot.h"

namespace rmemcheck {

/// Adds to the verdict of a patched kernel what the comparisons with the baseline's boot of
/// the same tree come to (judge/comparison.h). Evidence of either that is not understood, or two
/// trees that are not the same, make them inconclusive.
/// Across trees the first is another kernel, of which less is asked.
void compare_boots(CaseResult &result, const ReadBoot &baseline, const ReadBoot &patched,
                   bool is_across_trees = false);

} // namespace rmemcheck
