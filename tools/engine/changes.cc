// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/changes.h"

#include "base/contains.h"
#include "base/error.h"
#include "base/file.h"
#include "base/plural.h"
#include "base/printable.h"
#include "engine/conclusion.h"
#include "evidence/dmesg.h"
#include "evidence/probe.h"
#include "judge/sightings.h"
#include "report/json.h"
#include "report/known.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <map>
#include <set>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// One boot of a run.
struct Place {
  const KeptRun *run = nullptr;
  const CaseResult *result = nullptr;

  [[nodiscard]] fs::path evidence(const std::string &name) const {
    return run->folder / result->folder / "evidence" / name;
  }
};

/// What one run has of a kernel.
struct Kernel {
  std::string trouble; ///< why there is none; empty where there is
  std::map<std::string, Place> cases{};
};

using Kernels = std::map<std::string, Kernel>;

/// What one side has of a machine.
struct Side {
  Kernels kernels;
  bool is_complete = true;
};

std::map<std::string, Side> sides_of(const std::vector<KeptRun> &runs) {
  std::map<std::string, Side> sides;
  for (const KeptRun &run : runs) {
    const RunResults &results = run.results;
    Side &side = sides[results.machine];
    side.is_complete &= results.is_complete;
    for (const KernelResult &kernel : results.kernels)
      if (!side.kernels.insert({kernel.name, {kernel.trouble}}).second)
        throw bad_input(fmt::format(
            "compare: {}: expected one run of each machine and kernel, another has {} on {} too",
            run.folder.string(), printable(kernel.name), printable(results.machine)));
    for (const CaseResult &result : results.cases)
      side.kernels[result.kernel].cases[result.name] = {&run, &result};
  }
  return sides;
}

/// What one of two maps has of a name, or nothing.
template <typename Value>
const Value *value_of(const std::map<std::string, Value> &map, const std::string &name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

template <typename Value>
std::set<std::string> names_of(const std::map<std::string, Value> &one,
                               const std::map<std::string, Value> &other) {
  std::set<std::string> names;
  for (const auto *map : {&one, &other})
    for (const auto &[name, value] : *map)
      names.insert(name);
  return names;
}

bool is_decided(Outcome outcome) {
  return outcome != Outcome::inconclusive && outcome != Outcome::skip;
}

/// What known faults explain, in one of two boots: what they do not is new in the other.
bool is_known_failure(const CaseResult &result, const std::string &rule) {
  const RuleResult *found = find_rule(result.verdict, rule);
  return found == nullptr ? result.verdict.outcome == Outcome::known : is_explained(*found);
}

std::string first_finding(const CaseResult &result, const std::string &rule) {
  const RuleResult *found = find_rule(result.verdict, rule);
  if (found == nullptr || found->findings.empty())
    return result.verdict.reason;
  const auto unknown = std::ranges::find(found->findings, "", &Finding::known);
  const Finding &finding = unknown == found->findings.end() ? found->findings.front() : *unknown;
  return fmt::format("{}{}expected {}, seen {}{}", finding.region,
                     finding.region.empty() ? "" : ": ", finding.expected, finding.seen,
                     finding.known.empty() ? "" : ", known: " + finding.known);
}

/// Name and place of regions.
using Regions = std::map<std::string, std::string>;

/// Those of one name are kept apart.
void add(Regions &regions, std::string name, const PhysicalRange &range) {
  while (regions.contains(name))
    name += '\'';
  regions[name] = to_string(range);
}

Regions probed(const Place &place) {
  Regions regions;
  for (const ProbedRegion &region : parse_probe(read_file(place.evidence("probe"))).regions)
    if (region.found)
      add(regions, region.name, region.range);
  return regions;
}

Regions logged(const KernelLog &log) {
  Regions regions;
  for (const LoggedRegion &region : log.regions)
    add(regions, region.name, region.range);
  return regions;
}

class Comparer {
public:
  Changes operator()(const std::vector<KeptRun> &before, const std::vector<KeptRun> &after) {
    const auto old_sides = sides_of(before);
    const auto new_sides = sides_of(after);
    for (const std::string &machine : names_of(old_sides, new_sides)) {
      at_ = {machine, "", ""};
      compare(value_of(old_sides, machine), value_of(new_sides, machine));
    }
    return std::move(changes_);
  }

private:
  [[nodiscard]] Change about(const std::string &text) const {
    Change change = at_;
    change.text = text;
    return change;
  }

  void leave_out(const std::string &text, const std::string &before = "",
                 const std::string &after = "", const std::string &rule = "") {
    Change change = about(text);
    change.before = before;
    change.after = after;
    change.rule = rule;
    changes_.not_compared.push_back(std::move(change));
  }

  /// One machine.
  void compare(const Side *before, const Side *after) {
    if (before == nullptr || after == nullptr)
      return leave_out(before == nullptr ? "the machine is in the new run alone"
                                         : "the machine is in the old run alone");
    if (!before->is_complete)
      leave_out("the old run was stopped before its end");
    if (!after->is_complete)
      leave_out("the new run was stopped before its end");
    if (before->kernels.size() == 1 && after->kernels.size() == 1)
      return compare_the_only(*before->kernels.begin(), *after->kernels.begin());
    for (const std::string &kernel : names_of(before->kernels, after->kernels)) {
      at_.kernel = kernel;
      compare(value_of(before->kernels, kernel), value_of(after->kernels, kernel));
    }
  }

  /// The only kernel is the kernel, however it is called.
  void compare_the_only(const Kernels::value_type &before, const Kernels::value_type &after) {
    at_.kernel = after.first;
    if (before.first != after.first) {
      changes_.paired.push_back(about("is compared with " + before.first +
                                      ", the only kernel of "
                                      "the old run"));
      changes_.paired.back().before = before.first;
      changes_.paired.back().after = after.first;
    }
    compare(&before.second, &after.second);
  }

  /// One kernel.
  void compare(const Kernel *before, const Kernel *after) {
    at_.case_name.clear();
    if (before == nullptr || after == nullptr)
      return leave_out(before == nullptr ? "the kernel is in the new run alone"
                                         : "the kernel is in the old run alone");
    if (!before->trouble.empty())
      leave_out("the old run had no kernel: " + before->trouble);
    if (!after->trouble.empty())
      leave_out("the new run has no kernel: " + after->trouble);
    if (!before->trouble.empty() || !after->trouble.empty())
      return;
    for (const std::string &name : names_of(before->cases, after->cases)) {
      at_.case_name = name;
      compare(value_of(before->cases, name), value_of(after->cases, name));
    }
  }

  /// One boot. What one of the two shows to be wrong is told, whatever the other leaves open.
  void compare(const Place *before, const Place *after) {
    if (before == nullptr || after == nullptr)
      return leave_out(before == nullptr ? "was not booted before" : "is not booted any more");
    const Verdict &old_verdict = before->result->verdict;
    const Verdict &new_verdict = after->result->verdict;
    add_new_failures(*before->result, *after->result);
    if (is_decided(old_verdict.outcome) && is_decided(new_verdict.outcome)) {
      ++changes_.compared;
      compare_decided(*before->result, *after->result);
      return compare_evidence(*before, *after);
    }
    leave_out(undecided_text(old_verdict, new_verdict), to_string(old_verdict.outcome),
              to_string(new_verdict.outcome));
  }

  /// "was skipped: why; is inconclusive: why".
  static std::string undecided_text(const Verdict &before, const Verdict &after) {
    const auto told = [](const Verdict &verdict) {
      if (is_decided(verdict.outcome))
        return std::string();
      const std::string word =
          verdict.outcome == Outcome::skip ? "skipped" : to_string(verdict.outcome);
      return verdict.reason.empty() ? word : word + ": " + verdict.reason;
    };
    const std::string was = told(before);
    const std::string is = told(after);
    if (was == is)
      return "was and is " + was;
    return (was.empty() ? "" : "was " + was) + (was.empty() || is.empty() ? "" : "; ") +
           (is.empty() ? "" : "is " + is);
  }

  void add_new_failures(const CaseResult &before, const CaseResult &after) {
    const std::vector<std::string> failed_before = failures_of(before);
    for (const std::string &rule : failures_of(after)) {
      const bool is_old = contains(failed_before, rule);
      const bool was_known = is_old && is_known_failure(before, rule);
      if (is_old && (!was_known || is_known_failure(after, rule)))
        continue;
      Change change = about(first_finding(after, rule));
      change.rule = rule;
      change.before = is_old ? to_string(Outcome::known) : outcome_of(before, rule);
      change.after = to_string(is_known_failure(after, rule) ? Outcome::known : Outcome::fail);
      changes_.new_failures.push_back(std::move(change));
    }
  }

  /// Of a rule, or of an end that is bad; empty where nobody has judged it.
  static std::string outcome_of(const CaseResult &result, const std::string &rule) {
    if (const RuleResult *found = find_rule(result.verdict, rule))
      return to_string(found->outcome);
    return rule == to_string(result.ending) ? to_string(result.verdict.outcome) : "";
  }

  /// What fails no more, and what was decided and is not any more.
  void compare_decided(const CaseResult &before, const CaseResult &after) {
    const std::vector<std::string> failed_before = failures_of(before);
    for (const RuleResult &rule : before.verdict.rules) {
      if (!is_decided(rule.outcome))
        continue;
      const RuleResult *now = find_rule(after.verdict, rule.rule);
      if (now == nullptr || !is_decided(now->outcome))
        leave_out(now == nullptr ? "is not judged any more"
                                 : fmt::format("is {}: {}", to_string(now->outcome), now->reason),
                  to_string(rule.outcome), outcome_of(after, rule.rule), rule.rule);
    }
    for (const std::string &rule : failed_before) {
      const bool is_ending = find_rule(before.verdict, rule) == nullptr;
      const std::string now = outcome_of(after, rule);
      if ((is_ending && now.empty()) || now == to_string(Outcome::pass)) {
        changes_.repaired.push_back(about(""));
        changes_.repaired.back().rule = rule;
        changes_.repaired.back().before = to_string(Outcome::fail);
        changes_.repaired.back().after = now;
      }
    }
  }

  void compare_evidence(const Place &before, const Place &after) {
    const auto lacks = [&](const char *file) {
      const bool was = is_found(before.evidence(file));
      const bool is = is_found(after.evidence(file));
      return was && is ? "" : is ? "the old run" : was ? "the new run" : "neither run";
    };
    try {
      if (const std::string run = lacks("dmesg"); !run.empty()) {
        const std::string verb = run == "neither run" ? " has" : " does not have";
        return changes_.no_evidence.push_back(
            about("regions and log: " + run + verb + " evidence/dmesg"));
      }
      const KernelLog old_log = parse_dmesg(read_file(before.evidence("dmesg")));
      const KernelLog new_log = parse_dmesg(read_file(after.evidence("dmesg")));
      if (std::string(lacks("probe")).empty())
        compare_regions(probed(before), probed(after));
      else if (prints_regions(old_log) && prints_regions(new_log))
        compare_regions(logged(old_log), logged(new_log));
      else
        changes_.no_evidence.push_back(
            about("regions: there is neither the probe of both nor a log of both with them"));
      for (const std::string &line :
           line_difference(reserved_memory_lines(old_log), reserved_memory_lines(new_log)))
        changes_.log.push_back(about(line));
    } catch (const Error &error) {
      changes_.no_evidence.push_back(about(error.what()));
    }
  }

  void compare_regions(const Regions &before, const Regions &after) {
    const auto place_in = [](const Regions &regions, const std::string &region) {
      const std::string *found = value_of(regions, region);
      return found == nullptr ? std::string("not recorded") : *found;
    };
    for (const std::string &region : names_of(before, after)) {
      Change change = about("");
      change.region = region;
      change.before = place_in(before, region);
      change.after = place_in(after, region);
      change.text = change.before + " -> " + change.after;
      if (change.before != change.after)
        changes_.moved.push_back(std::move(change));
    }
  }

  Change at_; ///< what is being compared
  Changes changes_;
};

std::string place_of(const Change &change) {
  std::string text = change.machine;
  for (const std::string &name : {change.kernel, change.case_name})
    text += (name.empty() ? "" : " ") + name;
  return text;
}

/// "arm64 patched one: recorded: ...".
std::string line_of(const Change &change) {
  std::string text = place_of(change);
  for (const std::string &part : {change.rule, change.region, change.text})
    text += (part.empty() ? "" : ": ") + part;
  return printable(text);
}

/// Boots that the same is said of have one line.
std::vector<std::string> joined_lines(const std::vector<Change> &changes) {
  constexpr std::size_t most_names = 3;
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> places;
  for (const Change &change : changes) {
    if (!places.contains(change.text))
      order.push_back(change.text);
    places[change.text].push_back(place_of(change));
  }
  std::vector<std::string> lines;
  for (const std::string &text : order) {
    std::vector<std::string> &names = places[text];
    const std::size_t more = names.size() - std::min(names.size(), most_names);
    names.resize(names.size() - more);
    lines.push_back(printable(fmt::format("{}: {}{}", text, fmt::join(names, ", "),
                                          more == 0 ? "" : fmt::format(" and {} more", more))));
  }
  return lines;
}

std::vector<std::string> lines_of(const std::vector<Change> &changes) {
  std::vector<std::string> lines;
  std::ranges::transform(changes, std::back_inserter(lines), line_of);
  return lines;
}

} // namespace

Changes changes_between(const std::vector<KeptRun> &before, const std::vector<KeptRun> &after) {
  return Comparer()(before, after);
}

Outcome conclusion(const Changes &changes) {
  if (!changes.new_failures.empty())
    return Outcome::fail;
  return changes.compared == 0 || !changes.not_compared.empty() ? Outcome::inconclusive
                                                                : Outcome::pass;
}

std::string changes_text(const Changes &changes) {
  struct Kind {
    const char *heading;
    const std::vector<Change> &changes;
    bool is_change = true; ///< in what has been compared
    std::vector<std::string> (*lines)(const std::vector<Change> &) = lines_of;
  };
  const Kind kinds[] = {
      {"kernels of two names", changes.paired, false},
      {"new failures", changes.new_failures},
      {"repaired", changes.repaired},
      {"not compared", changes.not_compared, false},
      {"moved regions", changes.moved},
      {"changed lines of the log", changes.log},
      {"boots of which only the verdict is compared", changes.no_evidence, false, joined_lines}};
  std::string text;
  bool has_changed = false;
  for (const Kind &kind : kinds) {
    if (kind.changes.empty())
      continue;
    has_changed |= kind.is_change;
    text += fmt::format("{} ({}):\n", kind.heading, kind.changes.size());
    for (const std::string &line : kind.lines(kind.changes))
      text += "  " + line + '\n';
  }
  if (changes.compared == 0)
    return text + "no boot could be compared\n";
  if (has_changed)
    return text;
  if (changes.not_compared.empty() && changes.no_evidence.empty())
    return text + "nothing has changed\n";
  return text +
         fmt::format("{} compared: no verdict has changed\n", plural(changes.compared, "boot"));
}

std::vector<std::string> reserved_memory_lines(const KernelLog &log) {
  std::vector<std::string> lines;
  for (const SourceLine &line : log.lines)
    if (line.text.find("OF: reserved mem") != std::string::npos ||
        line.text.starts_with("OF: fdt: Reserved memory"))
      lines.push_back(line.text);
  return lines;
}

std::vector<std::string> line_difference(const std::vector<std::string> &before,
                                         const std::vector<std::string> &after) {
  // The longest common subsequence, from the end.
  const std::size_t rows = before.size();
  const std::size_t columns = after.size();
  std::vector<std::vector<std::size_t>> common(rows + 1, std::vector<std::size_t>(columns + 1, 0));
  for (std::size_t row = rows; row-- > 0;)
    for (std::size_t column = columns; column-- > 0;)
      common[row][column] = before[row] == after[column]
                                ? common[row + 1][column + 1] + 1
                                : std::max(common[row + 1][column], common[row][column + 1]);
  std::vector<std::string> lines;
  std::size_t row = 0;
  std::size_t column = 0;
  while (row < rows || column < columns)
    if (row < rows && column < columns && before[row] == after[column]) {
      ++row;
      ++column;
    } else if (column == columns ||
               (row < rows && common[row + 1][column] >= common[row][column + 1])) {
      lines.push_back("-" + before[row++]);
    } else {
      lines.push_back("+" + after[column++]);
    }
  return lines;
}

} // namespace rmemcheck
