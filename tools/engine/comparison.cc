// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/comparison.h"

#include "judge/comparison.h"

namespace rmemcheck {

void compare_boots(CaseResult &result, const ReadBoot &baseline, const ReadBoot &patched,
                   bool is_across_trees) {
  if (baseline.dtb != patched.dtb)
    return compare_unknown(result.verdict, "the baseline was booted with another tree");
  for (const ReadBoot *read : {&baseline, &patched})
    if (!read->trouble.empty())
      return compare_unknown(result.verdict, "cannot be compared: " + read->trouble);
  const Expectation before = as_decided(baseline.expectation, baseline.evidence);
  const Expectation after = as_decided(patched.expectation, patched.evidence);
  compare(result.verdict, {before, baseline.evidence, baseline.verdict.outcome},
          {after, patched.evidence, patched.verdict.outcome}, is_across_trees);
}

} // namespace rmemcheck
