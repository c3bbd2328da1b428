// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/kernel_version.h"
#include "evidence/iomem.h"
#include "judge/by_address.h"
#include "judge/layout.h"
#include "judge/own_memory.h"
#include "judge/rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <string_view>

namespace rmemcheck {
namespace {

using MemblockByAddress = ByAddress<MemblockRange>;

void demand_reserved(RuleReport &report, const std::string &region, const PhysicalRange &range,
                     const RangeSet &reserved) {
  // memblock_cap_size() leaves the last byte of the address space out.
  constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
  constexpr std::uint64_t highest_of_32 = std::numeric_limits<std::uint32_t>::max();
  const RangeSet last_bytes({{highest - 1, highest}, {highest_of_32, highest_of_32 + 1}});
  const RangeSet missing = RangeSet({range}).minus(reserved).minus(last_bytes);
  if (!missing.empty())
    report.finding(region, to_string(range) + " reserved", "not reserved: " + to_string(missing));
}

/// Of several flags memblock's debugfs shows only the lowest one; these are lower than NOMAP.
bool may_hide_no_map(const std::string &flag) { return flag == "HOTPLUG" || flag == "MIRROR"; }

/// flagname[] of mm/memblock.c, v6.6 to v7.3, of what memory may have; the log's dump has numbers.
bool is_known_flag(const std::string &flag) {
  constexpr std::string_view known[] = {"NONE",     "HOTPLUG",     "MIRROR",
                                        "NOMAP",    "DRV_MNG",     "RSV_NIT",
                                        "RSV_KERN", "KHO_SCRATCH", "RSV_HUGETLB"};
  return flag.starts_with("0x") || std::ranges::find(known, flag) != std::end(known);
}

/// A line that tells no flag, or one that nobody knows, may be NOMAP or not.
void demand_known_flags(RuleReport &report, const std::vector<MemblockRange> &memory) {
  for (const MemblockRange &entry : memory)
    if (!is_known_flag(entry.flag.value_or("")))
      return report.unknown(fmt::format("{}:{}: expected a flag that is known, found \"{}\"",
                                        entry.at.file, entry.at.line, entry.flag.value_or("")));
}

void demand_no_map(RuleReport &report, const PlacedRange &placed, const MemblockByAddress &memory) {
  for (const MemblockRange *entry : memory.overlapping(placed.range)) {
    const std::string flag = entry->flag.value_or("");
    const std::string &name = placed.region->node.name;
    if (!is_known_flag(flag))
      continue; // said once
    if (may_hide_no_map(flag))
      report.unknown(fmt::format("flag {} may hide NOMAP of {}", flag, name));
    else if (flag != "NOMAP")
      report.finding(name, to_string(placed.range) + " with flag NOMAP",
                     to_string(entry->range) + " with flag " + flag, entry->at);
  }
}

void demand_mapped(RuleReport &report, const PlacedRange &placed, const Layout &layout,
                   const MemblockByAddress &memory) {
  for (const PhysicalRange &part : layout.must_be_mapped(placed.range).ranges())
    for (const MemblockRange *entry : memory.overlapping(part))
      if (entry->flag == "NOMAP")
        report.finding(placed.region->node.name, to_string(part) + " without flag NOMAP",
                       to_string(entry->range) + " with flag NOMAP", entry->at);
}

/// Nothing else may be NOMAP, such as what an address is that was cut. EFI's services have such
/// memory of their own.
void demand_no_other_no_map(RuleReport &report, const Expectation &expectation,
                            const Layout &layout, const Evidence &evidence) {
  const bool is_efi = std::ranges::any_of(evidence.log.lines, [](const SourceLine &line) {
    return line.text.starts_with("efi: EFI v");
  });
  // Where one lies that the kernel has left out, or does not record, nobody knows.
  const bool is_place_unknown =
      !layout.unplaced_no_map.empty() ||
      std::ranges::any_of(expectation.regions, [](const ExpectedRegion &region) {
        return region.node.no_map &&
               (region.left_out || (region.fate == Fate::kept && !region.range));
      });
  if (is_efi || is_place_unknown)
    return;
  const RangeSet wanted = layout.no_map_or_hidden();
  for (const MemblockRange &entry : *evidence.memblock_memory)
    if (entry.flag == "NOMAP" && !wanted.covers(entry.range))
      report.finding("", "no NOMAP but for no-map regions",
                     to_string(RangeSet({entry.range}).minus(wanted)) + " with flag NOMAP",
                     entry.at);
}

/// Bytes that somebody takes who keeps them: regions, /memreserve/, what a crashed kernel has left,
/// the kernel and what it was given.
RangeSet kept_bytes(const Expectation &expectation, const Layout &layout) {
  std::vector<PhysicalRange> ranges = expectation.memreserve;
  append(ranges, expectation.taken);
  if (expectation.elfcorehdr)
    ranges.push_back(*expectation.elfcorehdr);
  append(ranges, kept_of_refused(expectation));
  for (const auto *placed : {&layout.mapped, &layout.no_map})
    for (const PlacedRange &each : *placed)
      ranges.push_back(each.range);
  return RangeSet(std::move(ranges));
}

/// memblock hands out the end of RAM first: where nothing is free from the piece up to there, the
/// kernel may have it for itself by now. What it has too much is seen by own-memory.
bool may_be_the_kernels(const PhysicalRange &piece, const RangeSet &reserved,
                        const std::vector<PhysicalRange> &memory) {
  return std::ranges::any_of(memory, [&](const PhysicalRange &ram) {
    return ram.contains(piece) && RangeSet({{piece.begin, ram.end}}).minus(reserved).empty();
  });
}

/// Every piece that is free must be. Somebody else may have taken a part of it since, but not all,
/// unless it is small.
void demand_free(RuleReport &report, const ExpectedRegion &region, const RangeSet &free,
                 const RangeSet &reserved, const std::vector<PhysicalRange> &memory) {
  constexpr std::uint64_t small = 0x10000;
  for (const PhysicalRange &piece : free.ranges())
    if ((piece.size() > small || piece == *region.range) &&
        RangeSet({piece}).minus(reserved).empty() && !may_be_the_kernels(piece, reserved, memory))
      report.finding(region.node.name, to_string(piece) + " given back",
                     "all of it still reserved");
}

/// What was no-map must not be so any longer.
void demand_mapped_again(RuleReport &report, const ExpectedRegion &region, const RangeSet &free,
                         const Evidence &evidence) {
  if (evidence.memblock_memory)
    for (const MemblockRange &entry : *evidence.memblock_memory)
      if (entry.flag == "NOMAP" && free.overlaps(entry.range))
        report.finding(region.node.name, to_string(free) + " without flag NOMAP",
                       to_string(entry.range) + " with flag NOMAP", entry.at);
  if (!evidence.linear_mapping || evidence.linear_mapping->empty())
    return;
  if (const RangeSet missing = free.minus(bytes_of(*evidence.linear_mapping)); !missing.empty())
    report.finding(region.node.name, to_string(free) + " in the linear mapping again",
                   "not mapped: " + to_string(missing));
}

/// arm64 frees the page tables that it has started with, a few pages of its image, although a
/// region may lie over them (init_pg_dir in paging_init(), arch/arm64/mm/mmu.c).
RangeSet with_first_page_tables(const RangeSet &reserved, const Evidence &evidence) {
  constexpr std::uint64_t most_pages = 0x8000;
  std::vector<PhysicalRange> ranges = reserved.ranges();
  const auto image = evidence.iomem ? kernel_image(evidence) : std::nullopt;
  if (image)
    for (const PhysicalRange &piece : RangeSet({*image}).minus(reserved).ranges())
      if (piece.size() <= most_pages)
        ranges.push_back(piece);
  return RangeSet(std::move(ranges));
}

/// A region over the kernel that an init function refuses must not take it along.
void demand_kernel_kept(RuleReport &report, const Expectation &expectation,
                        const Evidence &evidence, const RangeSet &reserved) {
  const std::vector<IomemEntry> none;
  for (const IomemEntry &entry : evidence.iomem ? *evidence.iomem : none) {
    if (entry.name != "Kernel code" && entry.name != "Kernel data")
      continue;
    for (const ExpectedRegion &region : expectation.regions)
      if (region.given_back && region.range && region.range->overlaps(entry.range))
        demand_reserved(report, region.node.name, entry.range, reserved);
  }
}

/// Since v6.6 each line has them, and before in the log's dump alone.
bool shows_no_flags(const Evidence &evidence) {
  const bool has_none = std::ranges::none_of(
      *evidence.memblock_memory, [](const MemblockRange &range) { return range.flag.has_value(); });
  return has_none && is_older(evidence.log.version, "6.6");
}

} // namespace

RuleResult check_reserved(const Expectation &expectation, const Evidence &evidence) {
  const Layout layout(expectation, evidence);
  const bool is_kernel_at_stake = std::ranges::any_of(
      expectation.regions, [](const ExpectedRegion &region) { return region.given_back; });
  const RangeSet cma_area = own_cma_area(evidence.log);
  if (!layout.has_mapped() && expectation.memreserve.empty() && !is_kernel_at_stake &&
      cma_area.empty())
    return skip("the tree has nothing to reserve");
  if (auto result = lacking_reserved(evidence))
    return *result;
  const RangeSet reserved = with_first_page_tables(bytes_of(*evidence.memblock_reserved), evidence);
  RuleReport report;
  for (const PlacedRange &placed : layout.mapped)
    demand_reserved(report, placed.region->node.name, placed.range, reserved);
  for (const PhysicalRange &range : expectation.memreserve)
    demand_reserved(report, "", range, reserved);
  for (const PhysicalRange &range : cma_area.ranges())
    demand_reserved(report, "", range, reserved);
  demand_kernel_kept(report, expectation, evidence, reserved);
  report_unplaced(report, layout, layout.unplaced_mapped);
  return report.result();
}

RuleResult check_given_back(const Expectation &expectation, const Evidence &evidence) {
  // Where a boot-placed one was nobody knows: it is not recorded.
  const auto is_given_back = [](const ExpectedRegion &region) {
    return region.given_back && region.range;
  };
  if (std::ranges::none_of(expectation.regions, is_given_back))
    return skip("the tree has no region at a fixed place whose memory must be given back");
  if (auto result = lacking_reserved(evidence))
    return *result;
  const RangeSet reserved = bytes_of(*evidence.memblock_reserved);
  const RangeSet kept = kept_bytes(expectation, Layout(expectation, evidence));
  // Pools that are refused make way for it.
  const RangeSet cma_area = own_cma_area(evidence.log);
  RuleReport report;
  for (const ExpectedRegion &region : expectation.regions) {
    if (!is_given_back(region))
      continue;
    const RangeSet free =
        RangeSet({*region.range}).minus(kept).intersection(RangeSet(expectation.memory));
    demand_free(report, region, free.minus(cma_area), reserved, expectation.memory);
    if (region.node.no_map)
      demand_mapped_again(report, region, free, evidence);
  }
  return report.result();
}

RuleResult check_no_map_memblock(const Expectation &expectation, const Evidence &evidence) {
  const Layout layout(expectation, evidence);
  if (!layout.has_region())
    return skip("the tree has no region that must be recorded");
  if (auto result = lacking(evidence, evidence.memblock_memory, "memblock's memory ranges",
                            "memblock-memory"))
    return *result;
  if (shows_no_flags(evidence))
    return skip("memblock shows no flags before v6.6");
  const MemblockByAddress memory(*evidence.memblock_memory);
  RuleReport report;
  demand_known_flags(report, *evidence.memblock_memory);
  for (const PlacedRange &placed : layout.no_map)
    demand_no_map(report, placed, memory);
  for (const PlacedRange &placed : layout.mapped)
    demand_mapped(report, placed, layout, memory);
  demand_no_other_no_map(report, expectation, layout, evidence);
  report_unplaced(report, layout, layout.unplaced_no_map, layout.unplaced_mapped);
  return report.result();
}

} // namespace rmemcheck
