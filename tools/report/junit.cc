// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/junit.h"

#include "base/utf8.h"
#include "report/text.h"

#include <array>
#include <fmt/format.h>
#include <pugixml.hpp>
#include <sstream>

namespace rmemcheck {
namespace {

/// What makes a testcase no pass.
struct Blame {
  const char *element; ///< nullptr: it passes
  const char *counter; ///< attribute of the suite
};

Blame blame_of(Outcome outcome) {
  switch (outcome) {
  case Outcome::fail:
    return {"failure", "failures"};
  case Outcome::inconclusive:
    return {"error", "errors"};
  case Outcome::known:
  case Outcome::skip:
    return {"skipped", "skipped"};
  case Outcome::pass:
    break;
  }
  return {nullptr, nullptr};
}

void set(pugi::xml_node node, const char *name, const std::string &value) {
  node.append_attribute(name) = clean_text(value).c_str();
}

void set_seconds(pugi::xml_node node, double seconds) {
  set(node, "time", fmt::format("{:.3f}", seconds));
}

/// A suite, or all of them: what is in it is counted as it is added.
class Counted {
public:
  explicit Counted(pugi::xml_node node) : node_(node) {
    set(node_, "tests", "0");
    for (const char *name : {"failures", "errors", "skipped"})
      set(node_, name, "0");
  }
  void count(const char *name) { node_.attribute(name) = node_.attribute(name).as_uint() + 1; }
  [[nodiscard]] pugi::xml_node node() const { return node_; }

private:
  pugi::xml_node node_;
};

class JunitReport {
public:
  JunitReport() : all_(document_.append_child("testsuites")) {
    set(all_.node(), "name", "rmemcheck");
  }

  void add(const RunResults &results) {
    for (const KernelResult &kernel : results.kernels)
      add_kernel(results, kernel);
    if (results.kernels.empty() || !results.is_complete)
      add_trouble(suite(results, "run"), "run",
                  results.is_complete ? "nothing was booted"
                                      : "the run was stopped before its end");
  }

  std::string text() {
    set_seconds(all_.node(), seconds_);
    std::ostringstream out;
    document_.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
    return out.str();
  }

private:
  Counted suite(const RunResults &results, const std::string &kernel) {
    Counted suite(all_.node().append_child("testsuite"));
    set(suite.node(), "name", results.machine + "." + kernel);
    if (!results.started.empty()) // as JUnit writes it, without the zone, which is UTC
      set(suite.node(), "timestamp", results.started.substr(0, results.started.find('Z')));
    return suite;
  }

  pugi::xml_node test(Counted &suite, const std::string &name) {
    all_.count("tests");
    suite.count("tests");
    pugi::xml_node node = suite.node().append_child("testcase");
    set(node, "name", name);
    set(node, "classname", suite.node().attribute("name").as_string());
    return node;
  }

  void blame(Counted &suite, pugi::xml_node test, Outcome outcome, const std::string &message,
             const std::string &text) {
    const Blame blame = blame_of(outcome);
    if (blame.element == nullptr)
      return;
    all_.count(blame.counter);
    suite.count(blame.counter);
    pugi::xml_node node = test.append_child(blame.element);
    set(node, "message", message);
    if (outcome != Outcome::skip && outcome != Outcome::known)
      set(node, "type", to_string(outcome));
    if (!text.empty())
      node.text() = clean_text(text).c_str();
  }

  void add_trouble(Counted suite, const std::string &name, const std::string &why) {
    const pugi::xml_node node = test(suite, name);
    set_seconds(node, 0);
    blame(suite, node, Outcome::inconclusive, why, "");
    set_seconds(suite.node(), 0);
  }

  void add_kernel(const RunResults &results, const KernelResult &kernel) {
    Counted in = suite(results, kernel.name);
    add_properties(in.node(), results, kernel);
    if (!kernel.trouble.empty())
      return add_trouble(in, "kernel", "no kernel: " + kernel.trouble);
    double seconds = 0;
    bool is_empty = true;
    for (const CaseResult &each : results.cases) {
      if (each.kernel != kernel.name)
        continue;
      is_empty = false;
      add_case(in, each);
      seconds += each.boot_seconds + each.judge_seconds;
    }
    if (is_empty)
      return add_trouble(in, "run", "nothing was booted");
    seconds_ += seconds;
    set_seconds(in.node(), seconds);
  }

  static void add_properties(pugi::xml_node suite, const RunResults &results,
                             const KernelResult &kernel) {
    const std::array<std::pair<const char *, std::string>, 6> known = {
        {{"role", to_string(kernel.role)},
         {"kernel.spec", kernel.spec},
         {"kernel.version", kernel.version},
         {"kernel.modules", fmt::format("{}", fmt::join(words_of(kernel.modules), ", "))},
         {"machine", results.machine},
         {"rmemcheck.version", results.tool_version}}};
    pugi::xml_node properties = suite.append_child("properties");
    for (const auto &[name, value] : known) {
      if (value.empty())
        continue;
      pugi::xml_node property = properties.append_child("property");
      set(property, "name", name);
      set(property, "value", value);
    }
  }

  void add_case(Counted &in, const CaseResult &result) {
    const pugi::xml_node node = test(in, result.name);
    set_seconds(node, result.boot_seconds + result.judge_seconds);
    const TextStyle all{false, 0, true};
    const std::string reason =
        result.remarks.empty() ? result.verdict.reason : result.remarks.front();
    std::string text;
    for (const std::string &remark : result.remarks)
      text += remark + '\n';
    blame(in, node, result.conclusion, reason, text + findings_text(result, all));
    if (result.conclusion == Outcome::pass && result.verdict.outcome != Outcome::pass)
      node_text(node, case_line(result, {}) + '\n' + findings_text(result, all));
  }

  /// What else there is to say of a case that is as it must be.
  static void node_text(pugi::xml_node test, const std::string &text) {
    test.append_child("system-out").text() = clean_text(text).c_str();
  }

  pugi::xml_document document_;
  Counted all_;
  double seconds_ = 0;
};

} // namespace

std::string junit_xml(const std::vector<KeptRun> &runs) {
  JunitReport report;
  for (const KeptRun &run : runs)
    report.add(run.results);
  return report.text();
}

} // namespace rmemcheck
