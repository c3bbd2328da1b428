// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/kcidb.h"

#include "base/file.h"
#include "base/utf8.h"
#include "report/json.h"
#include "report/known.h"
#include "report/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rmemcheck {
namespace {

using Json = nlohmann::ordered_json;

/// Of an identifier that is a hash: enough to be one of its kind.
constexpr std::size_t id_digits = 32;
constexpr std::size_t most_excerpt = 16384; // characters, of log_excerpt

bool is_plain(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
         (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '_';
}

/// A part of a path, which has letters, digits, "-" and "_", and is not empty.
std::string path_part(const std::string &name) {
  std::string part = name;
  std::ranges::replace_if(
      part, [](char letter) { return !is_plain(letter); }, '_');
  return part.empty() ? "_" : part;
}

/// Why the harness and no guest is to blame: what could not be booted took no time.
bool never_started(const CaseResult &result) {
  return result.ending == Ending::died && result.boot_seconds <= 0;
}

const char *status_of(const CaseResult &result) {
  if (never_started(result))
    return "MISS";
  switch (result.verdict.outcome) {
  case Outcome::pass:
    return "PASS";
  case Outcome::fail:
  case Outcome::known:
    return "FAIL";
  case Outcome::skip:
    return "SKIP";
  case Outcome::inconclusive:
    break;
  }
  return "ERROR";
}

/// At most so many bytes, which are no more characters; a character is not cut in two.
std::string excerpt(std::string text) {
  if (text.size() <= most_excerpt)
    return text;
  std::size_t end = most_excerpt;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u)
    --end;
  text.resize(end);
  return text;
}

/// Properties of one object: what is empty or not known is left out, since nothing may be null.
class Object {
public:
  explicit Object(Json json) : json_(std::move(json)) {}
  void add(const char *name, const std::string &value) {
    if (!value.empty())
      json_[name] = clean_text(value);
  }
  void add(const char *name, Json value) {
    if (!value.empty())
      json_[name] = std::move(value);
  }
  [[nodiscard]] Json take() { return std::move(json_); }

private:
  Json json_;
};

class KcidbReport {
public:
  explicit KcidbReport(std::string origin) : origin_(std::move(origin)) {}

  void add(const RunResults &results) {
    const std::string run = sha256(results_json(results));
    for (const KernelResult &kernel : results.kernels) {
      const std::string build = id({"build", run, results.machine, kernel.name});
      add_checkout(results, kernel);
      add_build(results, kernel, build);
      for (const CaseResult &each : results.cases)
        if (each.kernel == kernel.name)
          add_test(results, each, build,
                   id({"test", run, results.machine, kernel.name, each.name}));
    }
  }

  std::string text() {
    const Json json = {{"version", {{"major", 5}, {"minor", 3}}},
                       {"checkouts", std::move(checkouts_)},
                       {"builds", std::move(builds_)},
                       {"tests", std::move(tests_)}};
    return json.dump(2) + '\n';
  }

private:
  [[nodiscard]] std::string id(const std::vector<std::string> &words) const {
    Json json = Json::array();
    for (const std::string &word : words)
      json.push_back(clean_text(word));
    return origin_ + ':' + sha256(json.dump()).substr(0, id_digits);
  }

  /// Of one source: several builds may be of it.
  [[nodiscard]] std::string checkout_id(const RunResults &results,
                                        const KernelResult &kernel) const {
    return id({"checkout", results.tree, results.tree_version, kernel.spec,
               kernel.patchset.value_or("?"), kernel.patchset ? "" : kernel.key});
  }

  void add_checkout(const RunResults &results, const KernelResult &kernel) {
    const std::string name = checkout_id(results, kernel);
    for (const Json &each : checkouts_)
      if (each.at("id") == name)
        return;
    Object checkout({{"id", name}, {"origin", origin_}});
    const std::string source = kernel.patchset ? results.tree : kernel.spec;
    checkout.add("comment",
                 fmt::format("Linux {}{}{}{}{}", kernel.version.empty() ? "?" : kernel.version,
                             source.empty() ? "" : ", ", source, kernel.title.empty() ? "" : ", ",
                             kernel.title));
    checkout.add("start_time", results.started);
    Json json = checkout.take();
    if (kernel.patchset) // an empty one says that there are no patches
      json["patchset_hash"] = *kernel.patchset;
    checkouts_.push_back(std::move(json));
  }

  void add_build(const RunResults &results, const KernelResult &kernel, const std::string &name) {
    Object build(
        {{"id", name}, {"origin", origin_}, {"checkout_id", checkout_id(results, kernel)}});
    build.add("comment", kernel.name);
    build.add("architecture", results.arch);
    build.add("config_name", results.machine);
    const bool is_ours = kernel.patchset.has_value();
    if (!kernel.trouble.empty())
      build.add("status", std::string("ERROR"));
    else if (is_ours)
      build.add("status", std::string("PASS"));
    build.add("log_excerpt", excerpt(clean_text(kernel.trouble)));
    Object misc(Json::object());
    misc.add("role", to_string(kernel.role));
    misc.add("spec", kernel.spec);
    misc.add("kernel_version", kernel.version);
    misc.add("content_key", kernel.key);
    misc.add("modules", cleaned(words_of(kernel.modules)));
    build.add("misc", misc.take());
    Json json = build.take();
    if (is_ours && kernel.trouble.empty())
      json["duration"] = kernel.build_seconds;
    builds_.push_back(std::move(json));
  }

  void add_test(const RunResults &results, const CaseResult &result, const std::string &build,
                const std::string &name) {
    Object test({{"id", name},
                 {"origin", origin_},
                 {"build_id", build},
                 {"path", "rmemcheck." + path_part(result.name)},
                 {"status", status_of(result)},
                 {"duration", result.boot_seconds + result.judge_seconds}});
    test.add("comment", result.title);
    test.add("start_time", results.started);
    test.add("log_excerpt", excerpt(clean_text(findings_text(result, {false, 0, true}))));
    test.add("environment", Json{{"comment", clean_text(results.machine + " in QEMU")}});
    test.add("misc", misc_of(results, result));
    tests_.push_back(test.take());
  }

  static Json misc_of(const RunResults &results, const CaseResult &result) {
    Object misc(Json::object());
    misc.add("rmemcheck_version", results.tool_version);
    misc.add("machine", results.machine);
    misc.add("role", to_string(result.role));
    misc.add("outcome", to_string(result.verdict.outcome));
    misc.add("reason", result.verdict.reason);
    misc.add("conclusion", to_string(result.conclusion));
    misc.add("ending", to_string(result.ending));
    misc.add("known_faults", cleaned(faults_named_by(result)));
    misc.add("must_fail", cleaned(result.must_fail));
    Json outcomes = Json::object();
    for (const RuleResult &rule : result.verdict.rules)
      outcomes[clean_text(rule.rule)] = to_string(rule.outcome);
    misc.add("rules", std::move(outcomes));
    Json json = misc.take();
    json["regions_in_tree"] = result.verdict.regions_in_tree;
    if (result.verdict.regions_recorded)
      json["regions_recorded"] = *result.verdict.regions_recorded;
    return json;
  }

  static Json cleaned(const std::vector<std::string> &words) {
    Json json = Json::array();
    for (const std::string &word : words)
      json.push_back(clean_text(word));
    return json;
  }

  std::string origin_;
  Json checkouts_ = Json::array();
  Json builds_ = Json::array();
  Json tests_ = Json::array();
};

} // namespace

bool is_origin(const std::string &name) {
  return !name.empty() && std::ranges::all_of(name, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
  });
}

std::string kcidb_json(const std::vector<KeptRun> &runs, const std::string &origin) {
  KcidbReport report(origin);
  for (const KeptRun &run : runs)
    report.add(run.results);
  return report.text();
}

} // namespace rmemcheck
