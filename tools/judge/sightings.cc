// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/sightings.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace rmemcheck {
namespace {

template <typename Region>
const std::vector<const Region *> &
find(const std::map<std::string, std::vector<const Region *>> &by_name, const std::string &name) {
  static const std::vector<const Region *> none;
  const auto found = by_name.find(name);
  return found == by_name.end() ? none : found->second;
}

} // namespace

Sightings::Sightings(const Evidence &evidence) {
  if (evidence.probe)
    for (const ProbedRegion &region : *evidence.probe)
      probed_[region.name].push_back(&region);
  for (const LoggedRegion &region : evidence.log.regions)
    logged_[region.name].push_back(&region);
}

const std::vector<const ProbedRegion *> &Sightings::probed(const std::string &name) const {
  return find(probed_, name);
}

const std::vector<const LoggedRegion *> &Sightings::logged(const std::string &name) const {
  return find(logged_, name);
}

std::optional<PhysicalRange> Sightings::found_place(const std::string &name) const {
  for (const ProbedRegion *region : probed(name))
    if (region->found && !region->range.empty()) // v6.9 keeps an unplaced node as 0, 0
      return region->range;
  for (const LoggedRegion *region : logged(name))
    if (!region->range.empty())
      return region->range;
  return std::nullopt;
}

std::vector<PhysicalRange> Sightings::places(const ExpectedRegion &region) const {
  if (region.node.reg.empty()) {
    const std::optional<PhysicalRange> place = found_place(region.node.name);
    return place ? std::vector{*place} : std::vector<PhysicalRange>{};
  }
  std::vector<PhysicalRange> ranges = region.node.reg;
  std::erase_if(ranges, [&](const PhysicalRange &tuple) {
    const auto &refused = region.refused_tuples;
    return tuple.empty() || std::find(refused.begin(), refused.end(), tuple) != refused.end();
  });
  return ranges;
}

bool prints_regions(const KernelLog &log) {
  int major = 0;
  int minor = 0;
  const bool known = std::sscanf(log.version.c_str(), "%d.%d", &major, &minor) == 2;
  return !log.regions.empty() || (known && std::pair(major, minor) >= std::pair(6, 5));
}

std::string log_gap(const Evidence &evidence) {
  if (evidence.log.lines.empty())
    return "there is no kernel log";
  if (evidence.log.version.empty())
    return "the kernel log lacks its beginning, the line with the kernel's version";
  if (evidence.ending != Ending::powered_off)
    return "the guest ended before its log did";
  if (evidence.log.is_cut)
    return "the kernel log lacks its end: its last line is not whole";
  // run_init_process() of init/main.c: all that the rules look for comes before it. A kernel that
  // has no user space to run says in its place that it powers off.
  if (std::ranges::none_of(evidence.log.lines, [](const SourceLine &line) {
        return line.text.find(" as init process") != std::string::npos ||
               line.text.starts_with("reboot: ");
      }))
    return "the kernel log lacks its end: no line says that init was started";
  return "";
}

} // namespace rmemcheck
