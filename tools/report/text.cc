// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/text.h"

#include "base/file.h"
#include "base/plural.h"
#include "base/printable.h"

#include <algorithm>
#include <fmt/color.h>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// Findings of one rule that are printed; the JSON has all.
constexpr std::size_t most_findings = 3;
constexpr std::size_t outcome_width = 12; // "inconclusive"

fmt::text_style colour_of(Outcome outcome) {
  switch (outcome) {
  case Outcome::pass:
    return fg(fmt::terminal_color::green);
  case Outcome::fail:
    return fg(fmt::terminal_color::red) | fmt::emphasis::bold;
  case Outcome::inconclusive:
  case Outcome::known:
    return fg(fmt::terminal_color::yellow);
  case Outcome::skip:
    break;
  }
  return fg(fmt::terminal_color::cyan);
}

/// "FOLDER/evidence/dmesg:123", or the file alone where there is no folder, as of a log; empty
/// where nothing was there to point at.
std::string place(const SourceLine &at, const std::string &folder) {
  if (at.line == 0 || at.file.empty())
    return "";
  return folder.empty() ? fmt::format("{}:{}", at.file, at.line)
                        : fmt::format("{}/evidence/{}:{}", folder, at.file, at.line);
}

std::string rule_findings(const RuleResult &rule, const std::string &folder, std::size_t most) {
  std::string text;
  const std::size_t shown = std::min(rule.findings.size(), most);
  for (std::size_t index = 0; index < shown; ++index)
    text += fmt::format("  {}\n", finding_line(rule.findings[index], folder));
  if (rule.findings.size() > shown)
    text += fmt::format("  {}: and {} more\n", rule.rule, rule.findings.size() - shown);
  return text;
}

/// What stands behind the numbers: why a result is what it is.
std::string note(const CaseResult &result) {
  if (result.conclusion == Outcome::pass && !result.must_fail.empty())
    return "as it must: " + (result.ending == Ending::powered_off
                                 ? names_with(result.verdict, Outcome::fail)
                                 : printable(result.verdict.reason));
  return printable(result.verdict.reason);
}

} // namespace

std::string outcome_text(Outcome outcome, const TextStyle &style, std::size_t width) {
  const std::string word = fmt::format("{:<{}}", to_string(outcome), width);
  return style.colour ? fmt::format(colour_of(outcome), "{}", word) : word;
}

std::string finding_line(const Finding &finding, const std::string &folder) {
  const std::string where = place(finding.at, folder);
  const std::string known = finding.known.empty() ? "" : ", known: " + finding.known;
  return printable(fmt::format("{}: {}{}expected {}, seen {}{}{}", finding.rule, finding.region,
                               finding.region.empty() ? "" : ": ", finding.expected, finding.seen,
                               where.empty() ? "" : " (" + where + ")", known));
}

std::string findings_text(const CaseResult &result, const TextStyle &style) {
  std::string text;
  for (const RuleResult &rule : result.verdict.rules) {
    // Where the guest did not reach its end, the verdict's reason says so once for all rules.
    if (rule.outcome == Outcome::inconclusive && result.ending != Ending::powered_off)
      continue;
    if (rule.outcome == Outcome::inconclusive)
      text += fmt::format("  {}: {}: {}\n", rule.rule, outcome_text(rule.outcome, style),
                          printable(rule.reason));
    else if (style.is_whole)
      text += rule_findings(rule, result.folder, rule.findings.size());
    else if (std::ranges::find(result.must_fail, rule.rule) == result.must_fail.end())
      text += rule_findings(rule, result.folder, most_findings);
  }
  for (const std::string &note : result.notes)
    text += fmt::format("  note: {}\n", printable(note));
  return text;
}

std::string recorded_text(const Verdict &verdict) {
  return verdict.regions_recorded ? fmt::format("{}", *verdict.regions_recorded) : "?";
}

std::string case_line(const CaseResult &result, const TextStyle &style) {
  const Verdict &verdict = result.verdict;
  const std::string remark = note(result);
  const std::string kernel =
      result.kernel.empty() ? "" : fmt::format("{:<{}}  ", result.kernel, style.kernel_width);
  return fmt::format("{}{:<{}}  {}  {:>3} of {:>3} recorded  {:>5.1f} s{}{}", kernel, result.name,
                     style.case_width, outcome_text(verdict.outcome, style, outcome_width),
                     recorded_text(verdict), verdict.regions_in_tree, result.boot_seconds,
                     remark.empty() ? "" : "  ", remark);
}

std::string troubles_text(const RunResults &results) {
  std::string text;
  for (const KernelResult &kernel : results.kernels)
    if (!kernel.trouble.empty()) // may be lines of a compiler's
      for (const std::string &line :
           split_lines(fmt::format("{}: no kernel: {}", kernel.name, kernel.trouble)))
        text += printable(line) + '\n';
  return text;
}

std::string modules_text(const RunResults &results) {
  std::string text;
  for (const KernelResult &kernel : results.kernels)
    for (const std::string &module : words_of(kernel.modules))
      text += printable(fmt::format("{}: with module {}", kernel.name, module)) + '\n';
  return text;
}

std::string remarks_text(const RunResults &results) {
  std::string text;
  for (const CaseResult &result : results.cases)
    for (const std::string &remark : result.remarks)
      text += remark + '\n';
  return text;
}

std::string summary_text(const RunResults &results, const TextStyle &style) {
  const std::vector<CaseResult> &cases = results.cases;
  const auto wrong = std::ranges::count_if(
      cases, [](const CaseResult &each) { return each.conclusion != Outcome::pass; });
  const std::string word = outcome_text(conclusion(results), style);
  const std::string boots = plural(cases.size(), "boot");
  if (!results.is_complete)
    return fmt::format("{}: {}, {} not as it must be; the run was {} before its end\n", word, boots,
                       wrong, results.is_interrupted ? "interrupted" : "stopped");
  if (cases.empty())
    return fmt::format("{}: nothing was booted\n", word);
  if (wrong == 0)
    return fmt::format("{}: {}, each as it must be\n", word, boots);
  return fmt::format("{}: {}, {} not as it must be\n", word, boots, wrong);
}

} // namespace rmemcheck
