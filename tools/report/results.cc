// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/results.h"

#include <algorithm>
#include <array>

namespace rmemcheck {

Outcome worse(Outcome one, Outcome other) {
  static constexpr std::array order = {Outcome::fail, Outcome::inconclusive, Outcome::skip,
                                       Outcome::pass};
  return *std::ranges::find_if(order, [=](Outcome each) { return each == one || each == other; });
}

Outcome conclusion(const std::vector<CaseResult> &cases) {
  if (cases.empty())
    return Outcome::inconclusive;
  Outcome worst = Outcome::pass;
  for (const CaseResult &each : cases)
    worst = worse(worst, each.conclusion);
  const bool all_skipped = std::ranges::all_of(
      cases, [](const CaseResult &each) { return each.conclusion == Outcome::skip; });
  return worst == Outcome::skip && !all_skipped ? Outcome::inconclusive : worst;
}

} // namespace rmemcheck
