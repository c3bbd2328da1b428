// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json.h"

#include "judge/comparison.h"

#include <nlohmann/json.hpp>

namespace rmemcheck {
namespace {

using Json = nlohmann::ordered_json;

std::string demands_of(const std::string &name) {
  for (const Rule &rule : rules())
    if (rule.name == name)
      return rule.demands;
  for (const Comparison &comparison : comparisons())
    if (comparison.name == name)
      return comparison.demands;
  return "";
}

/// Of a log alone, which is in no folder, the file is the log.
Json to_json(const Finding &finding, bool has_folder) {
  const bool is_there = finding.at.line != 0 && !finding.at.file.empty();
  return {{"region", finding.region},
          {"expected", finding.expected},
          {"seen", finding.seen},
          {"known", finding.known},
          {"file", is_there ? (has_folder ? "evidence/" : "") + finding.at.file : ""},
          {"line", is_there ? finding.at.line : 0},
          {"text", finding.at.text}};
}

Json to_json(const RuleResult &rule, bool has_folder) {
  Json findings = Json::array();
  for (const Finding &finding : rule.findings)
    findings.push_back(to_json(finding, has_folder));
  return {{"rule", rule.rule},
          {"demands", demands_of(rule.rule)},
          {"outcome", to_string(rule.outcome)},
          {"reason", rule.reason},
          {"findings", std::move(findings)}};
}

Json to_json(const CaseResult &result) {
  const Verdict &verdict = result.verdict;
  Json all_rules = Json::array();
  for (const RuleResult &rule : verdict.rules)
    all_rules.push_back(to_json(rule, !result.folder.empty()));
  return {{"format", results_format},
          {"kernel", result.kernel},
          {"role", to_string(result.role)},
          {"case", result.name},
          {"title", result.title},
          {"case_file", result.file},
          {"hazards", result.hazards},
          {"folder", result.folder},
          {"ending", to_string(result.ending)},
          {"outcome", to_string(verdict.outcome)},
          {"reason", verdict.reason},
          {"regions_in_tree", verdict.regions_in_tree},
          {"regions_recorded", verdict.regions_recorded ? Json(*verdict.regions_recorded) : Json()},
          {"regions_no_map", result.no_map},
          {"no_map_proven", verdict.no_map_proven},
          {"must_fail", result.must_fail},
          {"fails_without", result.fails_without},
          {"conclusion", to_string(result.conclusion)},
          {"remarks", result.remarks},
          {"notes", result.notes},
          {"boot_seconds", result.boot_seconds},
          {"judge_seconds", result.judge_seconds},
          {"rules", std::move(all_rules)}};
}

Json to_json(const KernelResult &kernel) {
  Json json = {{"name", kernel.name},
               {"role", to_string(kernel.role)},
               {"spec", kernel.spec},
               {"title", kernel.title},
               {"version", kernel.version},
               {"key", kernel.key},
               {"from_cache", kernel.from_cache},
               {"build_seconds", kernel.build_seconds},
               {"trouble", kernel.trouble},
               {"modules", Json(kernel.modules)}};
  if (kernel.patchset)
    json["patchset"] = *kernel.patchset;
  return json;
}

Json to_json(const RandomFinding &finding) {
  return {{"kernel", finding.kernel},       {"role", to_string(finding.role)},
          {"rule", finding.rule},           {"kind", finding.kind},
          {"trees", finding.trees},         {"first", finding.first},
          {"again", finding.again},         {"text", finding.text},
          {"source", finding.source},       {"file", finding.file},
          {"command", finding.command},     {"tried", finding.tried},
          {"at_limit", finding.is_at_limit}};
}

Json to_json(const RunResults &results);

template <typename Each> Json list(const std::vector<Each> &items) {
  Json array = Json::array();
  for (const Each &item : items)
    array.push_back(to_json(item));
  return array;
}

Json to_json(const RandomSummary &random) {
  return {{"seed", random.seed},
          {"trees", random.trees},
          {"left_out", random.left_out},
          {"boots", random.boots},
          {"seconds", random.seconds},
          {"verdicts", random.verdicts},
          {"outcome", to_string(random.outcome)},
          {"findings", list(random.findings)}};
}

Json to_json(const RunResults &results) {
  Json json = {{"format", results_format},
               {"tool", {{"name", "rmemcheck"}, {"version", results.tool_version}}},
               {"machine", results.machine},
               {"arch", results.arch},
               {"started", results.started},
               {"complete", results.is_complete},
               {"interrupted", results.is_interrupted},
               {"tree", {{"path", results.tree}, {"version", results.tree_version}}},
               {"series", results.series},
               {"config", results.config},
               {"seconds", results.seconds},
               {"kernels", list(results.kernels)},
               {"cases", list(results.cases)},
               {"outcome", to_string(conclusion(results))}};
  if (results.random)
    json["random"] = to_json(*results.random);
  return json;
}

std::string dump(const Json &json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace

std::string to_string(Ending ending) {
  switch (ending) {
  case Ending::powered_off:
    return "powered-off";
  case Ending::panic:
    return "panic";
  case Ending::oops:
    return "oops";
  case Ending::hang:
    return "hang";
  case Ending::died:
    return "died";
  case Ending::cut_short:
    break;
  }
  return "cut-short";
}

std::string verdict_json(const CaseResult &result) { return dump(to_json(result)); }

std::string results_json(const RunResults &results) { return dump(to_json(results)); }

std::string all_results_json(const std::vector<RunResults> &runs) {
  return runs.size() == 1 ? results_json(runs.front()) : dump(list(runs));
}

} // namespace rmemcheck
