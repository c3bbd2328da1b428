// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/left_out.h"

#include "base/plural.h"
#include "evidence/iomem.h"
#include "judge/by_address.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace rmemcheck {
namespace {

/// Names in "no room for node 'NAME', it stays reserved but cannot be used".
std::set<std::string> without_room(const KernelLog &log) {
  constexpr std::string_view text = "no room for node '";
  std::set<std::string> names;
  for (const SourceLine &line : log.lines)
    if (const auto at = line.text.find(text); at != std::string::npos) {
      const auto begin = at + text.size();
      names.insert(line.text.substr(begin, line.text.find('\'', begin) - begin));
    }
  return names;
}

bool was_to_be_placed(const ExpectedRegion &region) {
  return is_boot_placed(region) && (takes_memory(region) || region.left_out);
}

/// Regions that share their alloc-ranges.
struct Group {
  std::string first; ///< name of a region
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  std::uint64_t no_map_bytes = 0; ///< of those that are not left out: only these must be hidden
};

struct Earlier {
  bool operator()(const std::vector<PhysicalRange> &a, const std::vector<PhysicalRange> &b) const {
    const auto ends = [](const PhysicalRange &range) { return std::pair(range.begin, range.end); };
    return std::ranges::lexicographical_compare(a, b, {}, ends, ends);
  }
};

/// Of one that is not recorded nobody knows the place, but all that share their alloc-ranges must
/// take as many bytes there.
std::map<std::vector<PhysicalRange>, Group, Earlier> groups_of(const Expectation &expectation) {
  std::map<std::vector<PhysicalRange>, Group, Earlier> groups;
  for (const ExpectedRegion &region : expectation.regions) {
    if (!was_to_be_placed(region))
      continue;
    Group &group = groups[region.windows];
    group.first = group.count++ == 0 ? region.node.name : group.first;
    group.bytes += region.size;
    group.no_map_bytes += region.no_map ? region.size : 0;
  }
  return groups;
}

void demand_bytes(RuleReport &report, const Group &group, const char *what, std::uint64_t wanted,
                  std::uint64_t seen) {
  if (seen < wanted)
    report.finding(group.first,
                   fmt::format("{:#x} bytes of alloc-ranges {}, for {}", wanted, what,
                               plural(group.count, "region")),
                   fmt::format("{:#x} bytes", seen));
}

} // namespace

Expectation without_left_out(Expectation expectation, const Evidence &evidence) {
  if (expectation.may_leave_out == 0)
    return expectation;
  const Sightings sightings(expectation, evidence);
  const std::set<std::string> named = without_room(evidence.log);
  std::uint64_t more = expectation.may_leave_out;
  for (ExpectedRegion &region : expectation.regions) {
    const std::string &name = region.node.name;
    if (more == 0 || !was_to_be_placed(region) || !named.contains(name) ||
        sightings.found_place(region))
      continue;
    refuse(region, "left out for want of room, as the kernel says");
    region.left_out = true;
    --more;
  }
  return expectation;
}

RuleResult check_left_out(const Expectation &expectation, const Evidence &evidence) {
  const bool is_any_kept =
      std::ranges::any_of(expectation.regions, [](const ExpectedRegion &region) {
        return region.fate == Fate::kept && was_to_be_placed(region);
      });
  if (expectation.may_leave_out == 0 && !is_any_kept)
    return skip("the kernel may leave no region out");
  if (auto result = lacking_reserved(evidence))
    return *result;
  const RangeSet reserved = bytes_of(*evidence.memblock_reserved);
  const RangeSet hidden =
      evidence.iomem ? bytes_of(top_level(*evidence.iomem, "reserved")) : RangeSet();
  RuleReport report;
  for (const auto &[windows, group] : groups_of(expectation)) {
    if (windows.empty()) {
      const std::string why = "regions without alloc-ranges may be anywhere: " + group.first;
      expectation.may_leave_out == 0 ? report.not_shown(why) : report.unknown(why);
      continue;
    }
    const RangeSet window(windows);
    demand_bytes(report, group, "reserved", group.bytes, window.intersection(reserved).bytes());
    if (group.no_map_bytes == 0)
      continue;
    if (evidence.iomem)
      demand_bytes(report, group, "no-map", group.no_map_bytes,
                   window.intersection(hidden).bytes());
    else
      report.unknown("there is no /proc/iomem to show what is no-map");
  }
  return report.result();
}

} // namespace rmemcheck
