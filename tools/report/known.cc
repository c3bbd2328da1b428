// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/known.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rmemcheck {
namespace {

void add_new(std::vector<std::string> &words, const std::string &word) {
  if (!word.empty() && std::ranges::find(words, word) == words.end())
    words.push_back(word);
}

bool is_demanded(const CaseResult &result, const RuleResult &rule) {
  return std::ranges::find(result.must_fail, rule.rule) != result.must_fail.end();
}

} // namespace

std::vector<std::string> faults_named_by(const RuleResult &rule) {
  std::vector<std::string> names;
  for (const Finding &finding : rule.findings)
    add_new(names, finding.known);
  return names;
}

std::vector<std::string> faults_named_by(const CaseResult &result) {
  std::vector<std::string> names;
  for (const RuleResult &rule : result.verdict.rules)
    for (const std::string &name : faults_named_by(rule))
      add_new(names, name);
  return names;
}

bool is_explained(const RuleResult &rule) {
  return !rule.findings.empty() && std::ranges::all_of(rule.findings, [](const Finding &each) {
    return !each.known.empty();
  });
}

bool is_excused(const CaseResult &result, const RuleResult &rule) {
  return result.conclusion == Outcome::pass || is_demanded(result, rule) || is_explained(rule);
}

std::string excuse_of(const CaseResult &result, const RuleResult &rule) {
  if (is_explained(rule))
    return fmt::format("known: {}", fmt::join(faults_named_by(rule), ", "));
  if (is_demanded(result, rule))
    return "it must fail here";
  return result.role == Role::must_pass ? "known" : "told as it is";
}

} // namespace rmemcheck
