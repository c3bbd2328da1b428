// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/comparison.h"

#include "judge/comparison.h"

#include <algorithm>
#include <iterator>

namespace rmemcheck {

void compare_boots(CaseResult &result, const ReadBoot &baseline, const ReadBoot &patched) {
  if (baseline.dtb != patched.dtb)
    return compare_unknown(result.verdict, "the baseline was booted with another tree");
  for (const ReadBoot *read : {&baseline, &patched})
    if (!read->trouble.empty())
      return compare_unknown(result.verdict, "cannot be compared: " + read->trouble);
  Expectation expectation = patched.expectation;
  // A region over the kernel keeps its image out of /proc/iomem: the other boot shows it.
  std::ranges::copy(baseline.expectation.taken, std::back_inserter(expectation.taken));
  compare(result.verdict, expectation, baseline.evidence, patched.evidence);
}

} // namespace rmemcheck
