// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/expected.h"

#include "base/contains.h"
#include "base/error.h"
#include "base/toml_table.h"
#include "engine/conclusion.h"
#include "judge/comparison.h"
#include "report/json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <regex>

namespace rmemcheck {
namespace {

void refuse(const TomlTable &reader, const char *key, const std::string &given,
            const std::string &expected) {
  reader.refuse(key, fmt::format("{}, not \"{}\"", expected, given));
}

bool may_name(const std::string &name, const std::vector<std::string> &names) {
  return name.empty() || names.empty() || contains(names, name);
}

void check_names(const TomlTable &reader, const KnownFailure &known, const KnownNames &names) {
  if (!may_name(known.case_name, names.cases))
    refuse(reader, "case", known.case_name, "a case of the kit or of this run");
  if (!can_fail(known.rule))
    refuse(reader, "rule", known.rule, "a rule, or panic, oops or hang");
  if (!may_name(known.machine, names.machines))
    refuse(reader, "machine", known.machine, "a machine of the kit or of this run");
}

/// A day that the calendar has.
bool is_date(const std::string &text) {
  static const std::regex form("([0-9]{4})-([0-9]{2})-([0-9]{2})");
  std::smatch parts;
  if (!std::regex_match(text, parts, form))
    return false;
  const auto number = [&](std::size_t part) { return std::stoi(parts[part]); };
  return std::chrono::year_month_day(std::chrono::year(number(1)),
                                     std::chrono::month(static_cast<unsigned>(number(2))),
                                     std::chrono::day(static_cast<unsigned>(number(3))))
      .ok();
}

KnownFailure read_known(TomlTable &reader, const KnownNames &names) {
  KnownFailure known;
  known.kernel = reader.string("kernel").value_or("");
  known.kernel_place = reader.place("kernel");
  known.machine = reader.string("machine").value_or("");
  known.case_name = reader.required_string("case", "the name of a case");
  known.rule = reader.required_string("rule", "a rule that fails, or panic, oops or hang");
  known.reason = reader.required_string("reason", "why that is accepted");
  known.until = reader.string("until").value_or("");
  check_names(reader, known, names);
  if (!known.until.empty() && !is_date(known.until))
    refuse(reader, "until", known.until, "a date, \"YYYY-MM-DD\"");
  reader.finish();
  return known;
}

bool is_about(const KnownFailure &known, const RunResults &results, const CaseResult &result) {
  return known.case_name == result.name &&
         (known.machine.empty() || known.machine == results.machine) &&
         (known.kernel.empty() || known.kernel == result.kernel);
}

bool has_expired(const KnownFailure &known, const std::string &today) {
  return !known.until.empty() && known.until <= today;
}

std::string name_of(const KnownFailure &known) {
  return fmt::format("{} {}{}{}", known.case_name, known.rule,
                     known.machine.empty() ? "" : " on " + known.machine,
                     known.kernel.empty() ? "" : " of " + known.kernel);
}

/// The one that accepts a failure, or nothing.
const KnownFailure *find(const std::vector<KnownFailure> &all, const RunResults &results,
                         const CaseResult &result, const std::string &rule,
                         const std::string &today) {
  for (const KnownFailure &known : all)
    if (is_about(known, results, result) && known.rule == rule && !has_expired(known, today))
      return &known;
  return nullptr;
}

/// Whether a rule was decided, for the kernel. Panic, oops and hang are, where it ran to its end.
bool passes(const CaseResult &result, const std::string &rule) {
  constexpr std::array failures = {Ending::panic, Ending::oops, Ending::hang};
  const bool is_ending =
      std::ranges::any_of(failures, [&](Ending ending) { return to_string(ending) == rule; });
  const RuleResult *found = find_rule(result.verdict, rule);
  return is_ending ? result.ending == Ending::powered_off
                   : found != nullptr && found->outcome == Outcome::pass;
}

/// All failures or none: one that is not listed counts, whatever stands beside it. Listed may also
/// be what the table of kernels' faults has a name for. Where evidence is missing nobody knows
/// whether there are others.
void accept(CaseResult &result, const RunResults &results, const std::vector<KnownFailure> &all,
            const std::string &today) {
  const bool fails = result.conclusion == Outcome::fail || result.conclusion == Outcome::known;
  const std::vector<std::string> failed = failures_of(result);
  if (result.role != Role::must_pass || !fails || !result.must_fail.empty() || failed.empty())
    return;
  std::vector<std::string> remarks;
  for (const std::string &rule : failed) {
    const KnownFailure *known = find(all, results, result, rule, today);
    if (known == nullptr)
      return;
    remarks.push_back(fmt::format("{}: {} fails `{}`, which is known: {}", result.name,
                                  result.kernel, rule, known->reason));
  }
  result.conclusion = has_witnesses(result.verdict) ? Outcome::pass : Outcome::inconclusive;
  if (result.conclusion == Outcome::inconclusive)
    remarks.push_back(fmt::format("{}: {}: evidence is missing that could show other failures",
                                  result.name, result.kernel));
  result.remarks = remarks;
}

} // namespace

std::vector<KnownFailure> read_known_failures(const std::filesystem::path &path,
                                              const KnownNames &names) {
  const TomlFile file(path);
  TomlTable reader = file.root();
  std::vector<KnownFailure> all;
  for (TomlTable &known : reader.tables("known"))
    all.push_back(read_known(known, names));
  reader.finish();
  return all;
}

void check_kernels(const std::vector<KnownFailure> &all, const std::vector<std::string> &names) {
  for (const KnownFailure &known : all)
    if (!may_name(known.kernel, names))
      throw bad_input(fmt::format("{}: expected one of {}, not \"{}\"", known.kernel_place,
                                  fmt::join(names, ", "), known.kernel));
}

std::vector<std::string> apply_known(RunResults &results, const std::vector<KnownFailure> &known,
                                     const std::string &today) {
  std::vector<std::string> sentences;
  for (const KnownFailure &each : known) {
    bool is_booted = false;
    bool all_pass = true;
    for (const CaseResult &result : results.cases) {
      if (!is_about(each, results, result) || result.role != Role::must_pass)
        continue;
      is_booted = true;
      all_pass &= passes(result, each.rule);
    }
    if (has_expired(each, today))
      sentences.push_back(fmt::format("{}: was known until {}", name_of(each), each.until));
    else if (is_booted && all_pass)
      sentences.push_back(fmt::format("{}: no longer fails, but is listed", name_of(each)));
  }
  for (CaseResult &result : results.cases)
    accept(result, results, known, today);
  return sentences;
}

std::string date_of_today() { return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr))); }

} // namespace rmemcheck
