// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string>

namespace rmemcheck {
namespace {

/// drivers/of/of_reserved_mem_test.c of the series: it asks of_reserved_mem_lookup().
constexpr const char *suite_of_series = "of_reserved_mem";

bool is_skipped(const KunitResult &test) { return test.kind == KunitResult::Kind::skipped; }

/// A line that is told again stands in the place of another, and one beyond the plan is of nobody.
void demand_plan(RuleReport &report, const KunitSuite &suite) {
  std::set<std::string> names;
  for (const KunitResult &test : suite.tests)
    if (!names.insert(test.name).second)
      report.unknown(
          fmt::format("suite {} tells of test {} more than once", suite.name, test.name));
  if (suite.tests.size() > suite.planned)
    report.unknown(fmt::format("suite {} plans {} tests and tells of {}", suite.name, suite.planned,
                               suite.tests.size()));
}

std::uint64_t count(const KunitSuite &suite, KunitResult::Kind kind) {
  return static_cast<std::uint64_t>(std::ranges::count(suite.tests, kind, &KunitResult::kind));
}

/// Lines have the numbers 1, 2, 3 and so on, and KUnit counts them itself.
void demand_numbers(RuleReport &report, const KunitSuite &suite) {
  for (std::size_t index = 0; index < suite.tests.size(); ++index)
    if (suite.tests[index].number != index + 1)
      return report.unknown(fmt::format("suite {} has \"{}\" in the place of number {}", suite.name,
                                        suite.tests[index].at.text, index + 1));
  const std::uint64_t passed = count(suite, KunitResult::Kind::passed);
  const std::uint64_t failed = count(suite, KunitResult::Kind::failed);
  const std::uint64_t skipped = count(suite, KunitResult::Kind::skipped);
  if (const auto &totals = suite.totals;
      totals && (totals->passed != passed || totals->failed != failed ||
                 totals->skipped != skipped || totals->all != suite.tests.size()))
    report.unknown(fmt::format("suite {} has {} passed, {} failed and {} skipped, and says \"{}\"",
                               suite.name, passed, failed, skipped, totals->at.text));
}

/// `gap`: why a log that somebody has sent may lack lines; empty where it is whole.
void demand_tests(RuleReport &report, const KunitSuite &suite, const Evidence &evidence,
                  const std::string &gap) {
  bool any_failed = false;
  for (const KunitResult &test : suite.tests)
    if (test.kind == KunitResult::Kind::failed) {
      any_failed = true;
      report.finding("", fmt::format("test {} of suite {} passes", test.name, suite.name),
                     test.at.text, test.at);
    }
  if (!suite.result || suite.tests.size() < suite.planned) {
    const std::string seen = fmt::format("{} of {} tests ended", suite.tests.size(), suite.planned);
    if (!gap.empty())
      report.unknown(fmt::format("{}, and has {} of suite {}", gap, seen, suite.name));
    else if (evidence.ending == Ending::powered_off)
      report.finding("", fmt::format("suite {} ends", suite.name), seen, suite.at);
    else
      report.unknown(fmt::format("the guest ended in suite {}: {}", suite.name, seen));
  } else if (suite.result->kind == KunitResult::Kind::failed && !any_failed) {
    report.finding("", fmt::format("suite {} passes", suite.name), suite.result->at.text,
                   suite.result->at);
  }
}

} // namespace

RuleResult check_kunit(const Expectation &expectation, const Evidence &evidence) {
  const KunitReport kunit = evidence.kunit.value_or(KunitReport{});
  const bool has_run =
      std::ranges::find(kunit.suites, suite_of_series, &KunitSuite::name) != kunit.suites.end();
  const std::string gap = expectation.is_live ? log_gap(evidence) : "";
  RuleReport report;
  for (const KunitSuite &suite : kunit.suites) {
    demand_tests(report, suite, evidence, gap);
    demand_plan(report, suite);
    demand_numbers(report, suite);
  }
  if (expectation.must_run_suite && !has_run)
    report.unknown(fmt::format("the suite {} of the series did not run", suite_of_series));
  else if (kunit.suites.size() < kunit.planned)
    report.unknown(fmt::format("{} of {} suites ran", kunit.suites.size(), kunit.planned));
  RuleResult result = report.result();
  if (result.outcome != Outcome::pass)
    return result;
  if (kunit.suites.empty())
    return skip("the kernel runs no KUnit suite");
  const bool nothing_tested = std::ranges::all_of(kunit.suites, [](const KunitSuite &suite) {
    return std::ranges::all_of(suite.tests, is_skipped);
  });
  return nothing_tested ? skip("KUnit skipped every test") : result;
}

} // namespace rmemcheck
