// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/changes.h"

#include "base/error.h"
#include "base/file.h"
#include "engine/conclusion.h"
#include "evidence/dmesg.h"
#include "evidence/probe.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

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

/// Machine, kernel, case.
using Key = std::vector<std::string>;

std::map<Key, Place> places_of(const std::vector<KeptRun> &runs) {
  std::map<Key, Place> places;
  for (const KeptRun &run : runs)
    for (const CaseResult &result : run.results.cases) {
      // The only kernel is the kernel, however it is called.
      const std::string kernel = run.results.kernels.size() == 1 ? "" : result.kernel;
      places[{run.results.machine, kernel, result.name}] = {&run, &result};
    }
  return places;
}

std::string name_of(const Key &key, const Place &place) {
  return fmt::format("{} {} {}", key[0], place.result->kernel, key[2]);
}

bool contains(const std::vector<std::string> &words, const std::string &word) {
  return std::ranges::find(words, word) != words.end();
}

/// Whether a rule was decided; what an ending says always is.
bool is_known(const CaseResult &result, const std::string &rule) {
  const auto found = std::ranges::find(result.verdict.rules, rule, &RuleResult::rule);
  return found == result.verdict.rules.end() || found->outcome == Outcome::pass ||
         found->outcome == Outcome::fail;
}

std::string first_finding(const CaseResult &result, const std::string &rule) {
  const auto found = std::ranges::find(result.verdict.rules, rule, &RuleResult::rule);
  if (found == result.verdict.rules.end() || found->findings.empty())
    return result.verdict.reason;
  const Finding &finding = found->findings.front();
  return fmt::format("{}{}expected {}, seen {}", finding.region, finding.region.empty() ? "" : ": ",
                     finding.expected, finding.seen);
}

/// Name and base of what a boot shows of its regions, by the probe or else by the log.
std::map<std::string, std::string> regions_of(const Place &place) {
  std::map<std::string, std::string> regions;
  const auto add = [&](std::string name, const PhysicalRange &range) {
    while (regions.contains(name))
      name += '\'';
    regions[name] = to_string(range);
  };
  if (fs::exists(place.evidence("probe"))) {
    for (const ProbedRegion &region : parse_probe(read_file(place.evidence("probe"))).regions)
      if (region.found)
        add(region.name, region.range);
    return regions;
  }
  for (const LoggedRegion &region : parse_dmesg(read_file(place.evidence("dmesg"))).regions)
    add(region.name, region.range);
  return regions;
}

class Comparer {
public:
  Changes operator()(const std::vector<KeptRun> &before, const std::vector<KeptRun> &after) {
    const auto old_places = places_of(before);
    const auto new_places = places_of(after);
    for (const auto &[key, place] : new_places)
      if (const auto old = old_places.find(key); old != old_places.end())
        compare(key, old->second, place);
      else
        changes_.unknown.push_back(name_of(key, place) + ": was not booted before");
    for (const auto &[key, place] : old_places)
      if (!new_places.contains(key))
        changes_.unknown.push_back(name_of(key, place) + ": is not booted any more");
    return std::move(changes_);
  }

private:
  void compare(const Key &key, const Place &before, const Place &after) {
    const std::string name = name_of(key, after);
    compare_rules(name, *before.result, *after.result);
    if (!fs::exists(before.evidence("dmesg")) || !fs::exists(after.evidence("dmesg"))) {
      changes_.notes.push_back(name + ": regions and log are not compared, evidence is missing");
      return;
    }
    try {
      compare_regions(name, regions_of(before), regions_of(after));
      for (const std::string &line :
           line_difference(reserved_memory_lines(read_file(before.evidence("dmesg"))),
                           reserved_memory_lines(read_file(after.evidence("dmesg")))))
        changes_.log.push_back(fmt::format("{}: {}", name, line));
    } catch (const Error &error) {
      changes_.notes.push_back(name + ": " + error.what());
    }
  }

  void compare_rules(const std::string &name, const CaseResult &before, const CaseResult &after) {
    const std::vector<std::string> failed_before = failures_of(before);
    const std::vector<std::string> failed_after = failures_of(after);
    for (const std::string &rule : failed_after)
      if (!contains(failed_before, rule))
        changes_.new_failures.push_back(
            fmt::format("{}: {}: {}", name, rule, first_finding(after, rule)));
    for (const std::string &rule : failed_before)
      if (!contains(failed_after, rule))
        (is_known(after, rule) ? changes_.repaired : changes_.unknown)
            .push_back(fmt::format("{}: {}", name, rule));
    for (const RuleResult &rule : after.verdict.rules)
      if (rule.outcome == Outcome::inconclusive && is_known(before, rule.rule) &&
          !contains(failed_before, rule.rule))
        changes_.unknown.push_back(fmt::format("{}: {}: {}", name, rule.rule, rule.reason));
  }

  void compare_regions(const std::string &name, const std::map<std::string, std::string> &before,
                       const std::map<std::string, std::string> &after) {
    const auto place_in = [](const auto &regions, const std::string &region) {
      const auto found = regions.find(region);
      return found == regions.end() ? std::string("not recorded") : found->second;
    };
    std::map<std::string, std::string> all = before;
    all.insert(after.begin(), after.end());
    for (const auto &[region, place] : all)
      if (place_in(before, region) != place_in(after, region))
        changes_.moved.push_back(fmt::format("{}: {}: {} -> {}", name, region,
                                             place_in(before, region), place_in(after, region)));
  }

  Changes changes_;
};

} // namespace

Changes changes_between(const std::vector<KeptRun> &before, const std::vector<KeptRun> &after) {
  return Comparer()(before, after);
}

std::string changes_text(const Changes &changes) {
  const std::pair<const char *, const std::vector<std::string> *> kinds[] = {
      {"new failures", &changes.new_failures},
      {"repaired", &changes.repaired},
      {"not known", &changes.unknown},
      {"moved regions", &changes.moved},
      {"changed lines of the log", &changes.log},
      {"notes", &changes.notes}};
  std::string text;
  for (const auto &[heading, lines] : kinds) {
    if (lines->empty())
      continue;
    text += fmt::format("{} ({}):\n", heading, lines->size());
    for (const std::string &line : *lines)
      text += "  " + line + '\n';
  }
  return text.empty() ? "nothing has changed\n" : text;
}

std::vector<std::string> reserved_memory_lines(const std::string &dmesg) {
  std::vector<std::string> lines;
  for (const SourceLine &line : parse_dmesg(dmesg).lines)
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
