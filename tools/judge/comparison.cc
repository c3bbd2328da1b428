// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/comparison.h"

#include "judge/known_fault.h"
#include "judge/rule_report.h"
#include "judge/rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rmemcheck {
namespace {

void add(Verdict &verdict, const Comparison &comparison, RuleResult result) {
  result.rule = comparison.name;
  for (Finding &finding : result.findings)
    finding.rule = comparison.name;
  verdict.rules.push_back(std::move(result));
}

bool settles_nothing(const RuleResult &result) {
  return result.outcome == Outcome::pass || result.outcome == Outcome::skip;
}

/// A baseline that got through its boot has to have shown all that it can: where a piece of it is
/// gone, a comparison that has found nothing has seen nothing.
std::string lost_of(const ShownBoot &baseline) {
  if (baseline.evidence.ending != Ending::powered_off)
    return "";
  const auto missing = missing_witnesses(baseline.expectation, baseline.evidence);
  return missing.empty() ? ""
                         : fmt::format("the baseline can show {}, and it is not there",
                                       fmt::join(missing, ", "));
}

} // namespace

const std::vector<Comparison> &comparisons() {
  static const std::vector<Comparison> all = {
      {"same-placement",
       "boot-placed regions lie where the baseline puts them, name by name from v6.5 on; "
       "before that, in the ranges that it uses for regions of that shape",
       check_same_placement, true},
      {"same-recording",
       "what the baseline records where the tree says so is recorded there, too, and for no "
       "boot-placed region that it finds room for there is none",
       check_same_recording, true},
      {"no-op",
       "with no region enabled, log, memblock's memory and /proc/iomem are those of the baseline "
       "but "
       "for what the kernel's own size moves",
       check_no_op},
      {"same-own-memory",
       "memblock has reserved as many bytes for the kernel itself as on the baseline, and its "
       "array "
       "of regions",
       check_same_own_memory},
  };
  return all;
}

std::vector<std::string> rule_names() {
  std::vector<std::string> names;
  for (const Rule &rule : rules())
    names.push_back(rule.name);
  for (const Comparison &comparison : comparisons())
    names.push_back(comparison.name);
  return names;
}

std::vector<std::string> failing_words() {
  std::vector<std::string> words = rule_names();
  words.insert(words.end(), {"panic", "oops", "hang"});
  return words;
}

bool can_fail(const std::string &word) {
  const std::vector<std::string> words = failing_words();
  return std::ranges::find(words, word) != words.end();
}

void compare(Verdict &patched_verdict, const ShownBoot &baseline, const ShownBoot &patched,
             bool is_across_trees) {
  const auto no_error = std::ranges::find(patched_verdict.rules, "no-error", &RuleResult::rule);
  const bool has_errors =
      no_error != patched_verdict.rules.end() && no_error->outcome == Outcome::fail;
  if (has_errors && !is_across_trees)
    forgive_errors_of(baseline.evidence, *no_error);
  bool is_as_before = !has_errors;
  const std::string lost = lost_of(baseline);
  for (const Comparison &comparison : comparisons()) {
    if (is_across_trees && !comparison.is_across_trees)
      continue;
    RuleResult result = comparison.check(baseline, patched);
    if (!lost.empty() && settles_nothing(result))
      result = inconclusive(lost);
    is_as_before &= settles_nothing(result);
    add(patched_verdict, comparison, std::move(result));
    name_known_faults(patched_verdict.rules.back(), patched.expectation, patched.evidence);
  }
  if (!is_as_before)
    decide(patched_verdict, patched.evidence.ending, patched.evidence.ending_reason);
}

void compare_unknown(Verdict &patched_verdict, const std::string &why) {
  for (const Comparison &comparison : comparisons())
    add(patched_verdict, comparison, {"", Outcome::inconclusive, why, {}});
  const Outcome before = patched_verdict.outcome; // anything else has its reason already
  if (before == Outcome::pass || before == Outcome::skip)
    decide(patched_verdict, Ending::powered_off, "");
}

} // namespace rmemcheck
