// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/memory_map.h"

#include "judge/by_address.h"
#include "judge/sightings.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <regex>

namespace rmemcheck {
namespace {

MapKind kind_of(const ExpectedRegion &region) {
  if (!takes_memory(region))
    return MapKind::refused;
  if (region.no_map)
    return MapKind::no_map;
  return region.cma ? MapKind::cma : MapKind::reserved;
}

MapKind kind_of(const ProbedRegion &seen) {
  if (seen.mapped == "none")
    return MapKind::no_map;
  return seen.ops == "rmem_cma_ops" ? MapKind::cma : MapKind::reserved;
}

MapKind kind_of(const LoggedRegion &seen) {
  if (seen.no_map)
    return MapKind::no_map;
  return seen.reusable ? MapKind::cma : MapKind::reserved;
}

void add_ram(MapRow &row, const std::vector<PhysicalRange> &ranges) {
  for (const PhysicalRange &range : ranges)
    row.spans.push_back({range, MapKind::ram, "RAM"});
}

std::string windows_text(const ExpectedRegion &region) {
  std::vector<std::string> windows;
  for (const PhysicalRange &window : region.windows)
    windows.push_back(to_string(window));
  return windows.empty() ? "anywhere" : fmt::format("in {}", fmt::join(windows, " or "));
}

std::string expected_text(const ExpectedRegion &region) {
  if (region.left_out)
    return "left out, as it may be";
  if (!takes_memory(region))
    return fmt::format("{}{}{}", region.fate == Fate::refused ? "refused" : "left alone",
                       region.reason.empty() ? "" : ": ", region.reason);
  const std::string what = region.fate == Fate::recorded ? "recorded" : "kept, not recorded";
  if (region.range)
    return fmt::format("{} at {}", what, to_string(*region.range));
  return fmt::format("{}, {} bytes {}", what, region.size, windows_text(region));
}

std::string seen_text(const ExpectedRegion &region, const Evidence &evidence,
                      const Sightings &sightings) {
  std::vector<std::string> words;
  for (const ProbedRegion *seen : sightings.probed(region))
    words.push_back(seen->found ? fmt::format("found at {}, mapped: {}", to_string(seen->range),
                                              seen->mapped.empty() ? "?" : seen->mapped)
                                : "not found by of_reserved_mem_lookup()");
  for (const LoggedRegion *seen : sightings.logged(region))
    words.push_back(
        fmt::format("logged at {}, {}", to_string(seen->range), seen->no_map ? "nomap" : "map"));
  if (words.empty() && !evidence.probe && evidence.log.regions.empty())
    return "this kernel shows no regions";
  return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, "; "));
}

/// What the tree leads to. What a region must not take comes first, so that nothing is hidden by
/// it.
MapRow expected_row(const Expectation &expectation, const Sightings &sightings) {
  MapRow row{"expected", {}};
  add_ram(row, expectation.memory);
  for (const PhysicalRange &range : expectation.taken)
    row.spans.push_back({range, MapKind::kernel, "kernel, initrd or tree"});
  for (const PhysicalRange &range : expectation.memreserve)
    row.spans.push_back({range, MapKind::kernel, "/memreserve/"});
  for (const bool takes : {false, true})
    for (const ExpectedRegion &region : expectation.regions) {
      if (takes_memory(region) != takes)
        continue;
      const auto ranges = takes ? sightings.places(region) : region.node.reg;
      for (const PhysicalRange &range : ranges)
        if (!range.empty())
          row.spans.push_back({range, kind_of(region), region.node.name});
    }
  return row;
}

/// By the probe, or else by the log.
MapRow recorded_row(const Expectation &expectation, const Evidence &evidence) {
  MapRow row{evidence.probe ? "probe" : "log", {}};
  add_ram(row, expectation.memory);
  if (evidence.probe) {
    for (const ProbedRegion &seen : *evidence.probe)
      if (seen.found && !seen.range.empty())
        row.spans.push_back({seen.range, kind_of(seen), seen.name});
  } else {
    for (const LoggedRegion &seen : evidence.log.regions)
      row.spans.push_back({seen.range, kind_of(seen), seen.name});
  }
  return row;
}

MapRow memblock_row(const Evidence &evidence) {
  MapRow row{"memblock", {}};
  for (const MemblockRange &memory : *evidence.memblock_memory)
    row.spans.push_back({memory.range, MapKind::ram, "memory"});
  if (evidence.memblock_reserved)
    for (const MemblockRange &reserved : *evidence.memblock_reserved)
      row.spans.push_back({reserved.range, MapKind::kernel, "reserved"});
  for (const MemblockRange &memory : *evidence.memblock_memory)
    if (memory.flag && memory.flag->find("NOMAP") != std::string::npos)
      row.spans.push_back({memory.range, MapKind::no_map, "memory, NOMAP"});
  return row;
}

/// RAM without a mapping is what a no-map region asks for.
MapRow mapping_row(const Expectation &expectation, const Evidence &evidence) {
  MapRow row{"page tables", {}};
  const RangeSet all = bytes_of(*evidence.linear_mapping);
  const RangeSet memory(expectation.memory);
  for (const PhysicalRange &range : memory.intersection(all).ranges())
    row.spans.push_back({range, MapKind::ram, "mapped"});
  for (const PhysicalRange &range : memory.minus(all).ranges())
    row.spans.push_back({range, MapKind::no_map, "not mapped"});
  return row;
}

MapRow iomem_row(const Evidence &evidence) {
  MapRow row{"iomem", {}};
  for (const IomemEntry &entry : *evidence.iomem)
    if (entry.name == "System RAM")
      row.spans.push_back({entry.range, MapKind::ram, entry.name});
  for (const IomemEntry &entry : *evidence.iomem)
    if (entry.name == "reserved" || entry.name.starts_with("Kernel ") ||
        entry.name == "Crash kernel")
      row.spans.push_back({entry.range, MapKind::kernel, entry.name});
  return row;
}

} // namespace

std::string to_string(MapKind kind) {
  switch (kind) {
  case MapKind::ram:
    return "ram";
  case MapKind::reserved:
    return "reserved";
  case MapKind::no_map:
    return "no-map";
  case MapKind::cma:
    return "cma";
  case MapKind::kernel:
    return "kernel";
  case MapKind::refused:
    break;
  }
  return "refused";
}

MemoryMap memory_map(const Expectation &expectation, const Evidence &evidence) {
  const Expectation decided = as_decided(expectation, evidence);
  const Sightings sightings(decided, evidence);
  MemoryMap map;
  map.rows.push_back(expected_row(decided, sightings));
  if (evidence.probe || !evidence.log.regions.empty())
    map.rows.push_back(recorded_row(decided, evidence));
  if (evidence.memblock_memory)
    map.rows.push_back(memblock_row(evidence));
  if (evidence.linear_mapping)
    map.rows.push_back(mapping_row(decided, evidence));
  if (evidence.iomem)
    map.rows.push_back(iomem_row(evidence));
  for (const ExpectedRegion &region : decided.regions)
    map.regions.push_back({region.node.name, kind_of(region), expected_text(region),
                           seen_text(region, evidence, sightings)});
  return map;
}

namespace {

/// The ranges in a text, as to_string() prints them.
std::vector<PhysicalRange> ranges_in(const std::string &text) {
  static const std::regex form("0x([0-9a-f]{16})\\.\\.0x([0-9a-f]{16})");
  std::vector<PhysicalRange> ranges;
  for (std::sregex_iterator each(text.begin(), text.end(), form), end; each != end; ++each) {
    const std::uint64_t begin = std::stoull((*each)[1], nullptr, 16);
    const std::uint64_t last = std::stoull((*each)[2], nullptr, 16);
    if (begin <= last && last != std::numeric_limits<std::uint64_t>::max())
      ranges.push_back({begin, last + 1});
  }
  return ranges;
}

} // namespace

std::vector<MapMark> marks_of(const Verdict &verdict, const MemoryMap &map) {
  std::map<std::string, std::vector<PhysicalRange>> places;
  for (const MapRow &row : map.rows)
    if (row.name == "expected")
      for (const MapSpan &span : row.spans)
        if (span.kind != MapKind::ram && span.kind != MapKind::kernel)
          places[span.name].push_back(span.range);
  std::vector<MapMark> marks;
  std::size_t index = 0;
  for (const RuleResult &rule : verdict.rules)
    for (const Finding &finding : rule.findings) {
      std::vector<PhysicalRange> ranges = ranges_in(finding.expected + ' ' + finding.seen);
      if (const auto place = places.find(finding.region); place != places.end())
        ranges.insert(ranges.end(), place->second.begin(), place->second.end());
      for (const PhysicalRange &range : RangeSet(ranges).ranges())
        marks.push_back({range, index, !finding.known.empty()});
      ++index;
    }
  return marks;
}

} // namespace rmemcheck
