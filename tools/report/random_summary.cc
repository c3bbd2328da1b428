// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/random_summary.h"

#include "base/plural.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace rmemcheck {
namespace {

std::string counts_of(const std::map<std::string, std::size_t> &verdicts) {
  std::vector<std::string> parts;
  parts.reserve(verdicts.size());
  for (const auto &[outcome, count] : verdicts)
    parts.push_back(fmt::format("{} {}", count, outcome));
  return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace

std::string finding_text(const RandomFinding &finding) {
  std::string text =
      fmt::format("\n{} fails {}{}, first on {}\n  {}\n", finding.kernel, finding.rule,
                  finding.kind.empty() ? "" : ": " + finding.kind, finding.first, finding.text);
  if (finding.source.empty())
    return text + fmt::format("again: {}\n", finding.again);
  text += finding.source;
  if (finding.is_at_limit)
    text += fmt::format("There may be a smaller tree: the limit of {} was reached\n",
                        plural(finding.tried, "tree"));
  return text + fmt::format("again: {}\n", finding.command);
}

std::string random_text(const RandomSummary &summary) {
  std::string text = "\n";
  for (const RandomFinding &finding : summary.findings)
    text += fmt::format("{}  {}  {}  {}  {}\n", finding.kernel, finding.rule,
                        plural(finding.trees, "tree"), finding.kind,
                        finding.file.empty() ? finding.again : finding.file);
  for (const auto &[kernel, verdicts] : summary.verdicts)
    text += fmt::format("{}: {}\n", kernel, counts_of(verdicts));
  std::set<std::string> rules;
  for (const RandomFinding &finding : summary.findings)
    rules.insert(finding.rule);
  text +=
      fmt::format("{}: {} of seed {}{}, {} in {:.0f} s, {} failing{}\n", to_string(summary.outcome),
                  plural(summary.trees, "tree"), summary.seed,
                  summary.left_out == 0
                      ? ""
                      : fmt::format(" ({} more that the machine cannot serve)", summary.left_out),
                  plural(summary.boots, "boot"), summary.seconds, plural(rules.size(), "rule"),
                  rules.empty() ? "" : fmt::format(": {}", fmt::join(rules, ", ")));
  return text;
}

} // namespace rmemcheck
