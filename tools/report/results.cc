// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/results.h"

#include <algorithm>
#include <array>

namespace rmemcheck {

Outcome worse(Outcome one, Outcome other) {
  static constexpr std::array order = {Outcome::fail, Outcome::inconclusive, Outcome::known,
                                       Outcome::skip, Outcome::pass};
  return *std::ranges::find_if(order, [=](Outcome each) { return each == one || each == other; });
}

Outcome conclusion(const std::vector<Outcome> &outcomes) {
  if (outcomes.empty())
    return Outcome::inconclusive;
  Outcome worst = Outcome::pass;
  for (const Outcome each : outcomes)
    worst = worse(worst, each);
  const bool all_skipped =
      std::ranges::all_of(outcomes, [](Outcome each) { return each == Outcome::skip; });
  return worst == Outcome::skip && !all_skipped ? Outcome::inconclusive : worst;
}

Outcome conclusion(const RunResults &results) {
  if (results.nothing_to_do)
    return Outcome::skip;
  std::vector<Outcome> outcomes;
  if (results.random)
    outcomes.push_back(results.random->outcome);
  else
    for (const CaseResult &each : results.cases)
      outcomes.push_back(each.conclusion);
  for (const KernelResult &kernel : results.kernels)
    if (!kernel.trouble.empty())
      outcomes.push_back(Outcome::inconclusive);
  if (!results.is_complete)
    outcomes.push_back(Outcome::inconclusive);
  return conclusion(outcomes);
}

} // namespace rmemcheck
