// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/read_json.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "report/json.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;
using ParsedJson = nlohmann::json;

/// The value whose word it is; another word is an error that names it.
template <typename Value, std::size_t count>
Value value_of(const ParsedJson &json, const std::array<Value, count> &values) {
  const std::string word = json.get<std::string>();
  for (const Value value : values)
    if (to_string(value) == word)
      return value;
  throw std::invalid_argument("\"" + word + "\" is not known");
}

Outcome outcome_of(const ParsedJson &json) {
  return value_of(json, std::array{Outcome::pass, Outcome::fail, Outcome::inconclusive,
                                   Outcome::skip, Outcome::known});
}

Ending ending_of(const ParsedJson &json) {
  return value_of(json, std::array{Ending::powered_off, Ending::panic, Ending::oops, Ending::hang,
                                   Ending::died, Ending::cut_short});
}

Role role_of(const ParsedJson &json) {
  if (!json.contains("role"))
    return Role::must_pass;
  return value_of(json.at("role"),
                  std::array{Role::must_pass, Role::baseline, Role::mutant, Role::told});
}

/// A text of which other programs want a form: one of another is an error that names it.
std::string checked(const std::string &text, const char *form, const char *expected) {
  if (!text.empty() && !std::regex_match(text, std::regex(form)))
    throw std::invalid_argument("\"" + text + "\": expected " + expected);
  return text;
}

RuleResult rule_of(const ParsedJson &json) {
  RuleResult rule{json.at("rule"), outcome_of(json.at("outcome")), json.at("reason"), {}};
  for (const ParsedJson &each : json.at("findings"))
    rule.findings.push_back({rule.rule,
                             each.at("region"),
                             each.at("expected"),
                             each.at("seen"),
                             {each.at("file"), each.at("line"), each.at("text")},
                             each.value("known", "")});
  for (Finding &finding : rule.findings) // "evidence/dmesg"
    finding.at.file = fs::path(finding.at.file).filename().string();
  return rule;
}

CaseResult case_of(const ParsedJson &json) {
  CaseResult result;
  result.kernel = json.at("kernel");
  result.role = role_of(json);
  result.name = json.at("case");
  result.title = json.at("title");
  result.file = json.value("case_file", "");
  result.hazards = json.value("hazards", result.hazards);
  result.folder = json.at("folder");
  result.no_map = json.at("regions_no_map");
  result.ending = ending_of(json.at("ending"));
  result.verdict.outcome = outcome_of(json.at("outcome"));
  result.verdict.reason = json.at("reason");
  result.verdict.regions_in_tree = json.at("regions_in_tree");
  if (!json.at("regions_recorded").is_null())
    result.verdict.regions_recorded = json.at("regions_recorded").get<std::size_t>();
  result.verdict.no_map_proven = json.at("no_map_proven");
  for (const ParsedJson &rule : json.at("rules"))
    result.verdict.rules.push_back(rule_of(rule));
  result.must_fail = json.at("must_fail").get<std::vector<std::string>>();
  result.fails_without = json.value("fails_without", result.fails_without);
  result.conclusion = outcome_of(json.at("conclusion"));
  result.remarks = json.at("remarks").get<std::vector<std::string>>();
  result.notes = json.value("notes", result.notes);
  result.boot_seconds = json.at("boot_seconds");
  result.judge_seconds = json.at("judge_seconds");
  return result;
}

KernelResult kernel_of(const ParsedJson &json) {
  KernelResult kernel;
  kernel.name = json.at("name");
  kernel.role = role_of(json);
  kernel.spec = json.value("spec", "");
  kernel.title = json.value("title", "");
  kernel.version = json.at("version");
  kernel.key = json.at("key");
  kernel.from_cache = json.at("from_cache");
  kernel.build_seconds = json.at("build_seconds");
  kernel.trouble = json.value("trouble", "");
  kernel.modules = json.value("modules", kernel.modules);
  if (json.contains("patchset"))
    kernel.patchset = checked(json.at("patchset"), "[0-9a-f]{64}", "a SHA-256");
  return kernel;
}

RandomFinding finding_by_chance_of(const ParsedJson &json) {
  RandomFinding finding;
  finding.kernel = json.at("kernel");
  finding.role = role_of(json);
  finding.rule = json.at("rule");
  finding.kind = json.at("kind");
  finding.trees = json.at("trees");
  finding.first = json.at("first");
  finding.again = json.at("again");
  finding.text = json.at("text");
  finding.source = json.at("source");
  finding.file = json.at("file");
  finding.command = json.at("command");
  finding.tried = json.at("tried");
  finding.is_at_limit = json.at("at_limit");
  return finding;
}

RandomSummary random_of(const ParsedJson &json) {
  RandomSummary random;
  random.seed = json.at("seed");
  random.trees = json.at("trees");
  random.left_out = json.at("left_out");
  random.boots = json.at("boots");
  random.seconds = json.at("seconds");
  json.at("verdicts").get_to(random.verdicts);
  random.outcome = outcome_of(json.at("outcome"));
  for (const ParsedJson &finding : json.at("findings"))
    random.findings.push_back(finding_by_chance_of(finding));
  return random;
}

/// Each kernel, and each case of a kernel, is there once. One that is not listed, since nobody
/// knows more of it than its cases, is added.
void check_names(RunResults &results) {
  std::set<std::string> kernels;
  for (const KernelResult &kernel : results.kernels)
    if (!kernels.insert(kernel.name).second)
      throw std::invalid_argument("the kernel \"" + kernel.name + "\" is there twice");
  std::set<std::pair<std::string, std::string>> cases;
  for (const CaseResult &each : results.cases) {
    if (!cases.insert({each.kernel, each.name}).second)
      throw std::invalid_argument("the case \"" + each.name + "\" of \"" + each.kernel +
                                  "\" is there twice");
    if (kernels.insert(each.kernel).second) {
      results.kernels.emplace_back();
      results.kernels.back().name = each.kernel;
      results.kernels.back().role = each.role;
    }
  }
}

RunResults run_of(const ParsedJson &json) {
  const std::string format = json.is_object() ? json.value("format", "") : "";
  if (format != results_format)
    throw std::invalid_argument(
        fmt::format("format: expected \"{}\", not \"{}\"", results_format, format));
  RunResults results;
  results.tool_version = json.at("tool").at("version");
  results.machine = json.at("machine");
  results.arch = checked(json.value("arch", ""), "[a-z0-9_]+", "an ARCH of the kernel's");
  results.started = checked(json.value("started", ""), "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ",
                            "a time such as 2026-01-31T23:59:59Z");
  results.is_complete = json.value("complete", true);
  results.is_interrupted = json.value("interrupted", false);
  results.tree = json.at("tree").at("path");
  results.tree_version = json.at("tree").at("version");
  results.series = json.at("series");
  results.config = json.value("config", "");
  results.seconds = json.at("seconds");
  for (const ParsedJson &kernel : json.at("kernels"))
    results.kernels.push_back(kernel_of(kernel));
  for (const ParsedJson &each : json.at("cases"))
    results.cases.push_back(case_of(each));
  if (json.contains("random"))
    results.random = random_of(json.at("random"));
  check_names(results);
  return results;
}

/// A run's results, or the list of those of several machines.
std::vector<RunResults> parse_all(const std::string &text, const std::string &origin,
                                  bool may_be_list) {
  try {
    const ParsedJson json = ParsedJson::parse(text);
    if (!may_be_list || !json.is_array())
      return {run_of(json)};
    if (json.empty())
      throw std::invalid_argument("the list has none");
    std::vector<RunResults> runs;
    std::ranges::transform(json, std::back_inserter(runs), run_of);
    return runs;
  } catch (const std::exception &error) { // nlohmann's and ours
    throw bad_input(fmt::format("{}: expected the results of a run: {}", origin, error.what()));
  }
}

} // namespace

RunResults parse_results(const std::string &text, const std::string &origin) {
  return parse_all(text, origin, false).front();
}

bool has_random(const std::vector<KeptRun> &runs) {
  return std::ranges::any_of(runs,
                             [](const KeptRun &run) { return run.results.random.has_value(); });
}

std::vector<KeptRun> read_runs(const fs::path &path) {
  std::vector<fs::path> files;
  if (is_folder(path)) {
    if (is_found(path / "results.json"))
      files.push_back(path / "results.json");
    else
      for (const fs::path &entry : entries_of(path, bad_input))
        if (is_file(entry / "results.json")) // what else lies there is not asked
          files.push_back(entry / "results.json");
  } else {
    files.push_back(path);
  }
  if (files.empty())
    throw bad_input(fmt::format("{}: expected a run: it has no results.json", path.string()));
  std::ranges::sort(files);
  std::vector<KeptRun> runs;
  for (const fs::path &file : files)
    for (RunResults &results : parse_all(read_file(file), file.string(), true))
      runs.push_back({file.parent_path(), std::move(results)});
  return runs;
}

} // namespace rmemcheck
