// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/left_out.h"

#include "judge/by_address.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

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

bool is_boot_placed(const ExpectedRegion &region) {
  return region.node.reg.empty() && (region.fate == Fate::recorded || region.left_out);
}

struct Group {
  std::string first; ///< name of a region
  std::size_t count = 0;
  std::uint64_t bytes = 0;
};

struct Earlier {
  bool operator()(const std::vector<PhysicalRange> &a, const std::vector<PhysicalRange> &b) const {
    const auto ends = [](const PhysicalRange &range) { return std::pair(range.begin, range.end); };
    return std::ranges::lexicographical_compare(a, b, {}, ends, ends);
  }
};

/// Regions that share their alloc-ranges: of one that is not recorded nobody knows the place, but
/// all of them together must take as many bytes there.
std::map<std::vector<PhysicalRange>, Group, Earlier> groups_of(const Expectation &expectation) {
  std::map<std::vector<PhysicalRange>, Group, Earlier> groups;
  for (const ExpectedRegion &region : expectation.regions) {
    if (!is_boot_placed(region))
      continue;
    Group &group = groups[region.windows];
    group.first = group.count++ == 0 ? region.node.name : group.first;
    group.bytes += region.size;
  }
  return groups;
}

std::uint64_t bytes_in(const RangeSet &set) {
  std::uint64_t bytes = 0;
  for (const PhysicalRange &range : set.ranges())
    bytes += range.size();
  return bytes;
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
    if (more == 0 || !is_boot_placed(region) || !named.contains(name) ||
        sightings.found_place(region))
      continue;
    region.fate = Fate::refused;
    region.no_map = false;
    region.cma = false;
    region.left_out = true;
    region.reason = "left out for want of room, as the kernel says";
    --more;
  }
  return expectation;
}

RuleResult check_left_out(const Expectation &expectation, const Evidence &evidence) {
  if (expectation.may_leave_out == 0)
    return skip("the kernel may leave no region out");
  if (auto result = lacking(evidence, evidence.memblock_reserved, "memblock's reserved ranges"))
    return *result;
  const RangeSet reserved = bytes_of(*evidence.memblock_reserved);
  RuleReport report;
  for (const auto &[windows, group] : groups_of(expectation)) {
    if (windows.empty()) {
      report.unknown("regions without alloc-ranges may be anywhere: " + group.first);
      continue;
    }
    const std::uint64_t seen = bytes_in(RangeSet(windows).intersection(reserved));
    if (seen < group.bytes)
      report.finding(group.first,
                     fmt::format("{:#x} bytes of alloc-ranges reserved, for {} regions",
                                 group.bytes, group.count),
                     fmt::format("{:#x} bytes", seen));
  }
  return report.result();
}

} // namespace rmemcheck
