// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/comparison.h"

#include "judge/comparison.h"

#include <algorithm>
#include <iterator>

namespace rmemcheck {

void compare_boots(CaseResult &result, const ReadBoot &unpatched, const ReadBoot &patched) {
  if (unpatched.dtb != patched.dtb)
    return compare_unknown(result.verdict, "the unpatched kernel was booted with another tree");
  for (const ReadBoot *read : {&unpatched, &patched})
    if (!read->trouble.empty())
      return compare_unknown(result.verdict, "cannot be compared: " + read->trouble);
  Expectation expectation = patched.expectation;
  // A region over the kernel keeps its image out of /proc/iomem: the other boot shows it.
  std::ranges::copy(unpatched.expectation.taken, std::back_inserter(expectation.taken));
  compare(result.verdict, expectation, unpatched.evidence, patched.evidence);
}

} // namespace rmemcheck
