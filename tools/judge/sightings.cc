// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/sightings.h"

#include "base/kernel_version.h"
#include "evidence/dmesg.h"

#include <algorithm>
#include <utility>

namespace rmemcheck {
namespace {

template <typename Region>
const std::vector<const Region *> &
find(const std::unordered_map<const ExpectedRegion *, std::vector<const Region *>> &sighted,
     const ExpectedRegion &region) {
  static const std::vector<const Region *> none;
  const auto found = sighted.find(&region);
  return found == sighted.end() ? none : found->second;
}

template <typename Region>
using ByName = std::unordered_map<std::string_view, std::vector<const Region *>>;

template <typename Region> ByName<Region> by_name(const std::vector<Region> &regions) {
  ByName<Region> result(regions.size());
  for (const Region &region : regions)
    result[region.name].push_back(&region);
  return result;
}

} // namespace

Sightings::Sightings(const Expectation &expectation, const Evidence &evidence) {
  ByName<ExpectedRegion> namesakes(expectation.regions.size());
  for (const ExpectedRegion &region : expectation.regions)
    namesakes[region.node.name].push_back(&region);
  for (const auto &[name, regions] : namesakes)
    if (regions.size() > 1)
      namesakes_.insert(regions.begin(), regions.end());
  probed_.reserve(expectation.regions.size());
  logged_.reserve(expectation.regions.size());
  if (evidence.probe)
    for (const auto &[name, lines] : by_name(*evidence.probe))
      if (const auto regions = namesakes.find(name); regions != namesakes.end())
        take_probed(regions->second, lines);
  for (auto &[name, lines] : by_name(evidence.log.regions))
    if (const auto regions = namesakes.find(name); regions != namesakes.end())
      take_logged(regions->second, lines);
}

/// One each; what is too many is the last one's.
void Sightings::take_probed(const Namesakes &regions,
                            const std::vector<const ProbedRegion *> &lines) {
  for (std::size_t index = 0; index < lines.size(); ++index)
    probed_[regions[std::min(index, regions.size() - 1)]].push_back(lines[index]);
}

void Sightings::take_logged(const Namesakes &regions, std::vector<const LoggedRegion *> lines) {
  const auto take_first = [&](const ExpectedRegion *region, const auto &is_its_own) {
    const auto line = std::ranges::find_if(lines, is_its_own);
    if (line == lines.end() || logged_.contains(region))
      return;
    logged_[region].push_back(*line);
    lines.erase(line);
  };
  // By the place. One that is not where it must be is told by its size, or else by its turn.
  for (const ExpectedRegion *region : regions)
    if (const auto place = region->range ? region->range : found_place(*region); place)
      take_first(region, [&](const LoggedRegion *line) { return line->range == *place; });
  for (const ExpectedRegion *region : regions)
    if (takes_memory(*region))
      take_first(region,
                 [&](const LoggedRegion *line) { return line->range.size() == region->size; });
  for (const bool recorded : {true, false})
    for (const ExpectedRegion *region : regions)
      if (takes_memory(*region) == recorded)
        take_first(region, [](const LoggedRegion *) { return true; });
  for (const LoggedRegion *line : lines)
    logged_[regions.back()].push_back(line);
}

const std::vector<const ProbedRegion *> &Sightings::probed(const ExpectedRegion &region) const {
  return find(probed_, region);
}

const std::vector<const LoggedRegion *> &Sightings::logged(const ExpectedRegion &region) const {
  return find(logged_, region);
}

std::optional<PhysicalRange> Sightings::found_place(const ExpectedRegion &region) const {
  for (const ProbedRegion *seen : probed(region))
    // v6.9 keeps an unplaced node as 0, 0
    if (seen->found && !seen->range.empty() && may_be_entry_of(region, *seen))
      return seen->range;
  for (const LoggedRegion *seen : logged(region))
    if (!seen->range.empty())
      return seen->range;
  return std::nullopt;
}

std::vector<PhysicalRange> Sightings::places(const ExpectedRegion &region) const {
  std::vector<PhysicalRange> ranges = region.node.reg;
  if (ranges.empty()) {
    const std::optional<PhysicalRange> place = found_place(region);
    if (!place)
      return {};
    ranges = region.node.placeholder_reg;
    ranges.insert(ranges.begin(), *place);
  }
  std::erase_if(ranges, [&](const PhysicalRange &tuple) {
    const auto &refused = region.refused_tuples;
    return tuple.empty() || std::find(refused.begin(), refused.end(), tuple) != refused.end();
  });
  return ranges;
}

bool may_be_entry_of(const ExpectedRegion &region, const ProbedRegion &seen) {
  return region.node.phandle == 0 ||
         seen.phandle.value_or(region.node.phandle) == region.node.phandle;
}

bool prints_regions(const KernelLog &log) {
  return !log.regions.empty() || is_since(log.version, "6.5");
}

std::string log_gap(const Evidence &evidence) {
  if (const auto found = evidence.absences.find("dmesg"); found != evidence.absences.end())
    return found->second.text();
  if (evidence.log.lines.empty())
    return "there is no kernel log";
  if (evidence.log.version.empty() || evidence.log.lacks_beginning)
    return "the kernel log lacks its beginning, the line with the kernel's version";
  if (!evidence.log.trouble.empty())
    return evidence.log.trouble;
  if (evidence.ending != Ending::powered_off)
    return "the guest ended before its log did";
  if (evidence.log.is_cut)
    return "the kernel log lacks its end: its last line is not whole";
  if (std::ranges::none_of(evidence.log.lines,
                           [](const SourceLine &line) { return ends_boot(line.text); }))
    return "the kernel log lacks its end: no line says that init was started";
  return "";
}

} // namespace rmemcheck
