// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/judge.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// What one boot must have led to, and what it has shown. Both must outlive it.
struct ShownBoot {
  const Expectation &expectation;
  const Evidence &evidence;
  Outcome alone; ///< of the rules that take one boot
};

/// A rule that takes two boots of one tree: what a patched kernel does is held against what the
/// same kernel does without the series.
struct Comparison {
  std::string name;
  std::string demands;
  RuleResult (*check)(const ShownBoot &baseline, const ShownBoot &patched);
  /// It makes sense between kernels of two trees, too: what each does with the regions.
  bool is_across_trees = false;
};

/// All of them, in the order in which they are reported, after the other rules.
const std::vector<Comparison> &comparisons();

/// The names of all rules and comparisons, in their order.
std::vector<std::string> rule_names();

/// Whether a boot can fail by that word: a rule, or how it ends (panic, oops, hang).
/// `failing_words` are all of them.
bool can_fail(const std::string &word);
std::vector<std::string> failing_words();

/// Adds what they come to, and decides the patched kernel's verdict again. A finding is a finding
/// of the patched kernel and points at its line; it names the line of the baseline. Across trees,
/// where the first one is another kernel altogether, only what makes sense there.
void compare(Verdict &patched_verdict, const ShownBoot &baseline, const ShownBoot &patched,
             bool is_across_trees = false);

/// As compare() where one of the two could not be read: every comparison is inconclusive.
void compare_unknown(Verdict &patched_verdict, const std::string &why);

// same_placement.cc
RuleResult check_same_placement(const ShownBoot &baseline, const ShownBoot &patched);

// same_recording.cc
RuleResult check_same_recording(const ShownBoot &baseline, const ShownBoot &patched);

// no_error.cc
/// Takes from the rule's findings what the baseline says as well.
void forgive_errors_of(const Evidence &baseline, RuleResult &result);

// no_op.cc
RuleResult check_no_op(const ShownBoot &baseline, const ShownBoot &patched);

// own_memory.cc
RuleResult check_same_own_memory(const ShownBoot &baseline, const ShownBoot &patched);

} // namespace rmemcheck
