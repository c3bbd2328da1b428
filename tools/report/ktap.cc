// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/ktap.h"

#include "base/printable.h"
#include "base/utf8.h"
#include "report/json.h"
#include "report/known.h"
#include "report/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

namespace rmemcheck {
namespace {

/// A line of results, and what stands below it.
struct Test {
  std::string name;
  bool is_ok = true;
  std::string directive{}; ///< "SKIP", "XFAIL", ...; may be empty
  std::string reason{};    ///< what follows a directive
  std::vector<std::string> remarks{};
  std::vector<Test> parts{};
};

/// One line that no parser takes for anything else. The kernel's own takes these phrases, wherever
/// they stand, for the end of a kernel's log.
std::string remark_text(const std::string &text) {
  static constexpr std::array phrases = {
      "List of all partitions:", "not syncing: VFS:", "reboot: System halted"};
  std::string line = printable(clean_text(text));
  for (const std::string_view phrase : phrases)
    for (std::size_t at = line.find(phrase); at != std::string::npos; at = line.find(phrase, at))
      line.insert(line.find(':', at), 1, ' ');
  return line;
}

/// A "#" would begin a directive.
std::string without_hash(std::string text) {
  std::ranges::replace(text, '#', '_');
  return text;
}

/// What a description may be: not empty, and nothing that looks like the "- " in front of one.
std::string description(const std::string &name) {
  std::string text = without_hash(remark_text(name));
  const std::size_t begin = text.find_first_not_of(" -");
  text.erase(0, std::min(begin, text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  return text.empty() ? "unnamed" : text;
}

void make_unique(std::vector<Test> &tests) {
  std::set<std::string> names;
  for (Test &test : tests) {
    test.name = description(test.name);
    const std::string name = test.name;
    for (int count = 2; !names.insert(test.name).second; ++count)
      test.name = fmt::format("{}-{}", name, count);
  }
}

void print(std::vector<Test> tests, const std::string &indent, std::string &text) {
  make_unique(tests);
  text += fmt::format("{}KTAP version 1\n{}1..{}\n", indent, indent, tests.size());
  for (std::size_t index = 0; index < tests.size(); ++index) {
    const Test &test = tests[index];
    if (!test.parts.empty())
      print(test.parts, indent + "  ", text);
    for (const std::string &remark : test.remarks)
      text += fmt::format("{}# {}\n", indent, remark_text(remark));
    const std::string reason = without_hash(remark_text(test.reason));
    text += fmt::format("{}{} {} {}{}{}{}{}\n", indent, test.is_ok ? "ok" : "not ok", index + 1,
                        test.name, test.directive.empty() ? "" : " # ", test.directive,
                        test.directive.empty() || reason.empty() ? "" : " ",
                        test.directive.empty() ? "" : reason);
  }
}

Test skipped(const std::string &name, const std::string &reason) {
  return {name, true, "SKIP", reason};
}

Test error(const std::string &name, const std::string &reason) {
  return {name, false, "ERROR", reason};
}

/// A test of parts: not ok if one is not, skipped if all are.
Test test_of(const std::string &name, std::vector<Test> parts) {
  Test test{name};
  test.is_ok = std::ranges::all_of(parts, [](const Test &part) { return part.is_ok; });
  if (std::ranges::all_of(parts, [](const Test &part) { return part.directive == "SKIP"; }))
    test.directive = "SKIP";
  test.parts = std::move(parts);
  return test;
}

bool is_as_it_must_be(const CaseResult &result) {
  return result.conclusion != Outcome::fail && result.conclusion != Outcome::inconclusive;
}

/// How the guest ended.
Test boot_test(const CaseResult &result) {
  if (result.ending == Ending::powered_off)
    return {"boot"};
  if (is_as_it_must_be(result))
    return {"boot", true, "XFAIL", result.verdict.reason};
  switch (result.ending) {
  case Ending::hang:
    return {"boot", false, "TIMEOUT", result.verdict.reason};
  case Ending::died:
  case Ending::cut_short:
    return error("boot", result.verdict.reason);
  default:
    return {"boot", false, "", "", {result.verdict.reason}};
  }
}

Test rule_test(const CaseResult &result, const RuleResult &rule) {
  switch (rule.outcome) {
  case Outcome::pass:
    return {rule.rule};
  case Outcome::skip:
    return skipped(rule.rule, rule.reason);
  case Outcome::inconclusive:
    // Told once where the guest was lost, and no fault where something else has told enough.
    if (result.ending != Ending::powered_off || is_as_it_must_be(result))
      return skipped(rule.rule, "could not be found out: " + rule.reason);
    return error(rule.rule, rule.reason);
  case Outcome::fail:
  case Outcome::known:
    break;
  }
  Test test{rule.rule, is_excused(result, rule)};
  if (test.is_ok) {
    test.directive = "XFAIL";
    test.reason = excuse_of(result, rule);
  }
  for (const Finding &finding : rule.findings)
    test.remarks.push_back(finding_line(finding, result.folder));
  return test;
}

/// What the case comes to, as the run's exit status counts it.
Test verdict_test(const CaseResult &result) {
  const std::string reason =
      result.remarks.empty() ? result.verdict.reason : result.remarks.front();
  Test test{"verdict"};
  switch (result.conclusion) {
  case Outcome::pass:
    break;
  case Outcome::known:
    return {"verdict", true, "XFAIL", reason, result.remarks};
  case Outcome::skip:
    return skipped("verdict", reason);
  case Outcome::inconclusive:
    test = error("verdict", reason);
    break;
  case Outcome::fail:
    test.is_ok = false;
    if (result.remarks.empty())
      test.remarks.push_back(reason);
    break;
  }
  test.remarks.insert(test.remarks.end(), result.remarks.begin(), result.remarks.end());
  test.remarks.insert(test.remarks.end(), result.notes.begin(), result.notes.end());
  return test;
}

Test case_test(const CaseResult &result) {
  std::vector<Test> parts = {boot_test(result)};
  for (const RuleResult &rule : result.verdict.rules)
    parts.push_back(rule_test(result, rule));
  parts.push_back(verdict_test(result));
  const Test verdict = parts.back();
  Test test = test_of(result.name, std::move(parts));
  test.directive = verdict.directive;
  test.reason = verdict.reason;
  if (!test.is_ok && result.ending == Ending::hang)
    test.directive = "TIMEOUT";
  return test;
}

Test kernel_test(const RunResults &results, const KernelResult &kernel) {
  if (!kernel.trouble.empty())
    return error(kernel.name, "no kernel: " + kernel.trouble);
  std::vector<Test> cases;
  for (const CaseResult &each : results.cases)
    if (each.kernel == kernel.name)
      cases.push_back(case_test(each));
  return cases.empty() ? error(kernel.name, "nothing was booted")
                       : test_of(kernel.name, std::move(cases));
}

Test run_test(const RunResults &results) {
  std::vector<Test> parts;
  for (const KernelResult &kernel : results.kernels)
    parts.push_back(kernel_test(results, kernel));
  if (!results.is_complete)
    parts.push_back(error("run", "it was stopped before its end"));
  return parts.empty() ? error(results.machine, "nothing was booted")
                       : test_of(results.machine, std::move(parts));
}

} // namespace

std::string ktap_text(const std::vector<KeptRun> &runs) {
  std::vector<Test> tests;
  tests.reserve(runs.size());
  for (const KeptRun &run : runs)
    tests.push_back(run_test(run.results));
  std::string text;
  print(std::move(tests), "", text);
  return text;
}

} // namespace rmemcheck
