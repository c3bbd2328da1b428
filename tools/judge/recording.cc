// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// Whether a range is what of_reserved_mem_lookup() must return for the region. A boot-placed
/// one may be anywhere here; that is for the rule `placement` to judge.
bool is_right_range(const ExpectedRegion &region, const PhysicalRange &range) {
  return region.range ? range == *region.range : range.size() == region.size;
}

std::string range_text(const ExpectedRegion &region) {
  return region.range ? to_string(*region.range)
                      : fmt::format("{:#x} bytes, boot-placed", region.size);
}

std::string kind_text(bool no_map, bool reusable) {
  return fmt::format("{} {}", no_map ? "nomap" : "map", reusable ? "reusable" : "non-reusable");
}

void compare_entry(RuleReport &report, const ExpectedRegion &region, const ProbedRegion &seen) {
  const ReservedRegion &node = region.node;
  if (!seen.found) {
    report.finding(node.name, "recorded: " + range_text(region),
                   "of_reserved_mem_lookup() finds nothing", seen.at);
    return;
  }
  if (seen.wraps || !is_right_range(region, seen.range))
    report.finding(node.name, "recorded: " + range_text(region), to_string(seen.range), seen.at);
  // A name of another node: two nodes share one entry.
  if (seen.recorded_name != node.name)
    report.finding(node.name, "recorded under its own name", seen.recorded_name, seen.at);
  // Where entries have a phandle, of_reserved_mem_device_init_by_idx() finds them by it.
  if (node.phandle != 0 && seen.phandle && *seen.phandle != node.phandle)
    report.finding(node.name, fmt::format("recorded with phandle {:#x}", node.phandle),
                   fmt::format("phandle {:#x}", *seen.phandle), seen.at);
}

/// of_device_is_available() of the node. Where it says otherwise, the kernel has another tree.
void compare_status(RuleReport &report, const ExpectedRegion &region, const Sightings &sightings) {
  const auto text = [](bool is_available) { return is_available ? "available" : "not available"; };
  for (const ProbedRegion *seen : sightings.probed(region))
    if (seen->available != region.node.enabled)
      report.finding(region.node.name, fmt::format("a node that is {}", text(region.node.enabled)),
                     text(seen->available), seen->at);
}

RuleResult recorded_by_probe(const Expectation &expectation, const Sightings &sightings) {
  RuleReport report;
  for (const ExpectedRegion &region : expectation.regions) {
    compare_status(report, region, sightings);
    if (region.fate != Fate::recorded)
      continue;
    const auto &seen = sightings.probed(region);
    if (seen.empty())
      report.finding(region.node.name, "recorded: " + range_text(region),
                     "the probe saw no such node");
    else
      compare_entry(report, region, *seen.front());
    if (seen.size() > 1)
      report.finding(region.node.name, "one node of this name",
                     fmt::format("the probe saw {}", seen.size()), seen[1]->at);
  }
  return report.result();
}

void compare_line(RuleReport &report, const ExpectedRegion &region, const LoggedRegion &seen) {
  const ReservedRegion &node = region.node;
  if (seen.wraps || !is_right_range(region, seen.range))
    report.finding(node.name, "a log line with " + range_text(region), to_string(seen.range),
                   seen.at);
  if (seen.no_map != node.no_map || seen.reusable != node.reusable)
    report.finding(node.name, "a log line with " + kind_text(node.no_map, node.reusable),
                   kind_text(seen.no_map, seen.reusable), seen.at);
}

/// One right line a region. Lines that a log with a gap lacks are unknown, not missing, and those
/// of a log that is no whole one of one boot may be another's.
RuleReport compare_lines(const Expectation &expectation, const Evidence &evidence) {
  const Sightings sightings(expectation, evidence);
  const std::string gap = log_gap(evidence);
  RuleReport report;
  std::vector<std::string> without_line;
  std::vector<std::string> with_several;
  for (const ExpectedRegion &region : expectation.regions) {
    if (region.fate != Fate::recorded)
      continue;
    const auto &seen = sightings.logged(region);
    if (!seen.empty())
      compare_line(report, region, *seen.front());
    else if (gap.empty())
      report.finding(region.node.name, "a log line with " + range_text(region), "no line");
    else
      without_line.push_back(region.node.name);
    if (seen.size() > 1 && gap.empty())
      report.finding(region.node.name, "one log line", fmt::format("{} lines", seen.size()),
                     seen[1]->at);
    else if (seen.size() > 1)
      with_several.push_back(region.node.name);
  }
  if (!without_line.empty())
    report.unknown(gap + ", and has no line of " + count_names(without_line));
  if (!with_several.empty())
    report.unknown(gap + ", and has several lines of " + count_names(with_several));
  return report;
}

/// Probe and log are two witnesses: they must not name different places.
void compare_witnesses(RuleReport &report, const Expectation &expectation,
                       const Sightings &sightings) {
  for (const ExpectedRegion &region : expectation.regions) {
    if (region.fate != Fate::recorded || region.range)
      continue;
    for (const ProbedRegion *probed : sightings.probed(region))
      for (const LoggedRegion *logged : sightings.logged(region))
        if (probed->found && may_be_entry_of(region, *probed) && logged->range != probed->range)
          report.finding(region.node.name,
                         "a log line with " + to_string(probed->range) + ", as recorded",
                         to_string(logged->range), logged->at);
  }
}

} // namespace

RuleResult check_recorded(const Expectation &expectation, const Evidence &evidence) {
  if (records_nothing(expectation))
    return skip("this kernel records nothing");
  if (evidence.probe)
    return recorded_by_probe(expectation, Sightings(expectation, evidence));
  if (!prints_regions(evidence.log))
    return expectation.has_user_space
               ? inconclusive("there is neither the probe nor a log with one line a region" +
                              why_absent(evidence, "probe"))
               : skip("without user space nothing asks for each region");
  RuleReport report = compare_lines(expectation, evidence);
  // With no region at all, nothing but a whole log shows that there is none.
  if (const std::string gap = log_gap(evidence); expectation.regions.empty() && !gap.empty())
    report.unknown(gap);
  return report.result();
}

RuleResult check_logged(const Expectation &expectation, const Evidence &evidence) {
  if (records_nothing(expectation))
    return skip("this kernel records nothing");
  if (!prints_regions(evidence.log)) {
    if (evidence.log.version.empty())
      return inconclusive(log_gap(evidence));
    return skip("Linux " + evidence.log.version + " prints no line a region");
  }
  RuleReport report = compare_lines(expectation, evidence);
  compare_witnesses(report, expectation, Sightings(expectation, evidence));
  return report.result();
}

std::optional<std::size_t> count_recorded(const Expectation &expectation,
                                          const Evidence &evidence) {
  if (!evidence.probe && !prints_regions(evidence.log))
    return std::nullopt;
  const Sightings sightings(expectation, evidence);
  const auto is_recorded = [&](const ExpectedRegion &region) {
    if (region.fate != Fate::recorded)
      return false;
    if (evidence.probe) {
      const auto &seen = sightings.probed(region);
      return !seen.empty() && seen.front()->found && !seen.front()->wraps &&
             is_right_range(region, seen.front()->range);
    }
    const auto &seen = sightings.logged(region);
    return !seen.empty() && !seen.front()->wraps && is_right_range(region, seen.front()->range);
  };
  std::size_t count = 0;
  for (const ExpectedRegion &region : expectation.regions)
    count += is_recorded(region) ? 1 : 0;
  return count;
}

} // namespace rmemcheck
