// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/conclusion.h"

#include "base/contains.h"
#include "catalogue/prepared_case.h"
#include "report/json.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

void remark(CaseResult &result, Outcome outcome, const std::string &text) {
  result.conclusion = worse(result.conclusion, outcome);
  result.remarks.push_back(fmt::format("{}: {} {}", result.name, result.kernel, text));
}

bool must_fail(const CaseResult &result, const std::string &rule) {
  return std::ranges::find(result.must_fail, rule) != result.must_fail.end();
}

/// A rule that the kernel must fail.
void compare_must_fail(CaseResult &result, const RuleResult &rule) {
  if (rule.outcome == Outcome::pass)
    remark(result, Outcome::fail,
           result.verdict.outcome == Outcome::pass
               ? fmt::format("passes, but must fail `{}`: the check proves nothing", rule.rule)
               : fmt::format("passes `{}`, but must fail it: the check proves nothing", rule.rule));
  else if (rule.outcome == Outcome::inconclusive)
    remark(result, Outcome::inconclusive,
           fmt::format("must fail `{}`, which could not be found out: {}", rule.rule, rule.reason));
}

/// A rule that it must not fail. One that could not find out is no wonder: nothing shows where a
/// kernel placed what it did not record.
void compare_other(CaseResult &result, const RuleResult &rule) {
  if (rule.outcome == Outcome::fail)
    remark(result, Outcome::fail, fmt::format("fails `{}`, but must not", rule.rule));
}

/// A guest that ended badly did not fail in the way that is asked for, whatever it showed.
void compare_ending(CaseResult &result) {
  if (result.ending == Ending::powered_off)
    return;
  const bool is_lost = result.ending == Ending::died || result.ending == Ending::cut_short;
  remark(result, is_lost ? Outcome::inconclusive : Outcome::fail,
         fmt::format("must run to its end: {}", result.verdict.reason));
}

/// Panic, oops or hang: which of them it is depends on how far the console is. Where memblock has
/// no entry left, kernels such as v6.1 go on without the reservation and must fail a rule. A guest
/// that was lost has shown nothing.
void demand_no_boot(CaseResult &result) {
  const Outcome verdict = result.verdict.outcome;
  if (result.ending == Ending::powered_off && verdict != Outcome::fail && verdict != Outcome::known)
    remark(result, Outcome::fail, "boots, but must not: the check proves nothing");
  else if (result.ending == Ending::died || result.ending == Ending::cut_short)
    remark(result, Outcome::inconclusive,
           fmt::format("must not boot, which could not be found out: {}", result.verdict.reason));
}

void compare_with_must_fail(CaseResult &result) {
  if (must_fail(result, boots_rule))
    return demand_no_boot(result);
  compare_ending(result);
  bool any_failed = false;
  for (const RuleResult &rule : result.verdict.rules) {
    const bool is_wanted = must_fail(result, rule.rule);
    (is_wanted ? compare_must_fail : compare_other)(result, rule);
    any_failed |= is_wanted && rule.outcome == Outcome::fail;
  }
  if (!any_failed && result.conclusion == Outcome::pass)
    remark(result, Outcome::inconclusive,
           fmt::format("cannot show {}, which it must fail", fmt::join(result.must_fail, ", ")));
}

void compare_mutant(CaseResult &result) {
  if (result.ending == Ending::died || result.ending == Ending::cut_short)
    return remark(result, Outcome::inconclusive, "was lost: " + result.verdict.reason);
  const std::vector<std::string> failed = failures_of(result);
  for (const std::string &rule : result.must_fail) {
    if (contains(result.fails_without, rule))
      remark(result, Outcome::fail, fmt::format("fails `{}` without the mutant as well", rule));
    else if (!contains(failed, rule))
      remark(result, Outcome::fail,
             fmt::format("passes `{}`, but must fail it: the check proves nothing", rule));
  }
}

void compare_verdict(CaseResult &result) {
  if (result.verdict.outcome != Outcome::pass)
    remark(result, result.verdict.outcome,
           fmt::format("must pass, but: {}", result.verdict.reason));
}

/// What could not be found out is nothing that can be told.
void tell(CaseResult &result) {
  if (result.verdict.outcome == Outcome::inconclusive || result.verdict.outcome == Outcome::skip)
    remark(result, result.verdict.outcome, "shows nothing: " + result.verdict.reason);
}

} // namespace

std::vector<std::string> failures_of(const CaseResult &result) {
  std::vector<std::string> failed;
  for (const RuleResult &rule : result.verdict.rules)
    if (rule.outcome == Outcome::fail)
      failed.push_back(rule.rule);
  if (is_kernel_failure(result.ending))
    failed.push_back(to_string(result.ending));
  return failed;
}

void conclude(CaseResult &result) {
  result.conclusion = Outcome::pass;
  result.remarks.clear();
  switch (result.role) {
  case Role::told:
    return tell(result);
  case Role::mutant:
    return compare_mutant(result);
  case Role::baseline:
  case Role::must_pass:
    break;
  }
  result.must_fail.empty() ? compare_verdict(result) : compare_with_must_fail(result);
}

ExitStatus exit_status(Outcome outcome, bool are_known_allowed) {
  switch (outcome) {
  case Outcome::pass:
    return ExitStatus::holds;
  case Outcome::fail:
    return ExitStatus::kernel_fails;
  case Outcome::known:
    return are_known_allowed ? ExitStatus::holds : ExitStatus::kernel_fails;
  case Outcome::inconclusive:
    return ExitStatus::unknown;
  case Outcome::skip:
    break;
  }
  return ExitStatus::all_skipped;
}

} // namespace rmemcheck
