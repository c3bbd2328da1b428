// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/iomem.h"
#include "judge/by_address.h"
#include "judge/layout.h"
#include "judge/rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

namespace rmemcheck {
namespace {

constexpr std::string_view system_ram = "System RAM";

/// What a top-level entry of no-map RAM is called, where an architecture shows it
/// (request_standard_resources() of arch/arm64/kernel/setup.c, init_resources() of
/// arch/riscv/kernel/setup.c); 32-bit ARM shows System RAM alone.
struct NoMapName {
  std::string_view arch;
  std::string_view name;
};
constexpr NoMapName names_of_no_map[] = {{"arm64", "reserved"}, {"riscv", "Reserved"}};

/// RAM as memblock has it, which of a board with UEFI is not the tree's, or else the tree's.
RangeSet ram_of(const Layout &layout, const Expectation &expectation, const Evidence &evidence) {
  if (evidence.memblock_memory)
    return layout.memory.intersection(bytes_of(*evidence.memblock_memory));
  return expectation.is_live ? RangeSet() : layout.memory;
}

/// Pages of no-map regions that share one: the kernel takes whole pages of each, and shows the
/// first that asks for them (request_resource()). Regions that touch are one of memblock's, and
/// lost together.
RangeSet contested_pages(const Layout &layout) {
  std::vector<PhysicalRange> pages;
  for (const PhysicalRange &joined : layout.no_map_bytes().ranges())
    append(pages, RangeSet({joined}).touched_units(layout.page_size).ranges());
  std::vector<PhysicalRange> contested;
  for (std::size_t index = 1; index < pages.size(); ++index)
    if (pages[index - 1].overlaps(pages[index]))
      append(contested, {pages[index - 1], pages[index]});
  return RangeSet(std::move(contested));
}

/// All no-map RAM must be told by that name. What is System RAM is a finding already.
void demand_shown(RuleReport &report, const Layout &layout, const Expectation &expectation,
                  const Evidence &evidence) {
  const auto *const no_map = std::ranges::find(names_of_no_map, expectation.arch, &NoMapName::arch);
  if (no_map == std::end(names_of_no_map))
    return;
  const RangeSet missing = layout.whole_no_map_pages()
                               .intersection(ram_of(layout, expectation, evidence))
                               .minus(bytes_of(top_level(*evidence.iomem, no_map->name)))
                               .minus(bytes_of(top_level(*evidence.iomem, system_ram)))
                               .minus(contested_pages(layout));
  if (!missing.empty())
    report.finding("", fmt::format("no-map RAM shown as \"{}\"", no_map->name),
                   "not there: " + to_string(missing));
}

/// What arm64 and loongarch show in System RAM of all that memblock has reserved
/// (reserve_memblock_reserved_regions() of their kernel/setup.c): kexec spares it. Whatever stands
/// there already keeps its name. Nothing where a kernel shows none.
std::optional<RangeSet> shown_inside(const std::vector<IomemEntry> &entries) {
  std::vector<IomemEntry> inside;
  std::ranges::copy_if(entries, std::back_inserter(inside),
                       [](const IomemEntry &entry) { return entry.depth == 1; });
  const auto is_reserved = [](const IomemEntry &entry) { return entry.name == "reserved"; };
  return std::ranges::any_of(inside, is_reserved) ? std::optional(bytes_of(inside)) : std::nullopt;
}

/// Of a region that memblock lacks, another rule tells.
void demand_reserved(RuleReport &report, const Layout &layout, const Evidence &evidence,
                     const RangeSet &ram) {
  const auto shown = shown_inside(*evidence.iomem);
  if (!shown || !evidence.memblock_reserved)
    return;
  const RangeSet reserved = bytes_of(*evidence.memblock_reserved);
  for (const PlacedRange &placed : layout.mapped)
    if (const RangeSet missing =
            RangeSet({placed.range}).intersection(ram).intersection(reserved).minus(*shown);
        !missing.empty())
      report.finding(placed.region->node.name, to_string(placed.range) + " shown as \"reserved\"",
                     "not there: " + to_string(missing));
}

/// Nothing if there are addresses to judge by: a reader without privilege sees zeros.
std::optional<RuleResult> no_addresses(const Evidence &evidence) {
  if (auto result = lacking_iomem(evidence))
    return result;
  if (std::ranges::all_of(*evidence.iomem, [](const auto &entry) { return entry.range.end <= 1; }))
    return inconclusive("/proc/iomem shows zeros for addresses: it was read without privilege");
  return std::nullopt;
}

} // namespace

RuleResult check_iomem(const Expectation &expectation, const Evidence &evidence) {
  const Layout layout(expectation, evidence);
  if (!layout.has_region() && layout.left_alone.empty())
    return skip("the tree has no region that must be recorded or left alone");
  if (auto result = no_addresses(evidence))
    return *result;
  const std::vector<IomemEntry> ram_entries = top_level(*evidence.iomem, system_ram);
  if (ram_entries.empty())
    return inconclusive("/proc/iomem shows no System RAM");
  const ByAddress<IomemEntry> ram_lines(ram_entries);
  const RangeSet ram = bytes_of(ram_entries);
  // A page that has a no-map byte is none of System RAM (memblock_region_memory_base_pfn()).
  const RangeSet hidden = layout.hidden.touched_units(layout.page_size);
  RuleReport report;
  for (const PlacedRange &placed : layout.no_map)
    if (const RangeSet inside = RangeSet({placed.range}).intersection(ram); !inside.empty())
      report.finding(placed.region->node.name, to_string(placed.range) + " outside System RAM",
                     "in System RAM: " + to_string(inside), ram_lines.first_line(placed.range));
  for (const auto *ranges : {&layout.mapped, &layout.left_alone})
    for (const PlacedRange &placed : *ranges)
      if (const RangeSet outside = layout.must_be_mapped(placed.range).minus(hidden).minus(ram);
          !outside.empty())
        report.finding(placed.region->node.name, to_string(placed.range) + " in System RAM",
                       "not in System RAM: " + to_string(outside));
  demand_shown(report, layout, expectation, evidence);
  demand_reserved(report, layout, evidence, ram);
  report_unplaced(report, layout, layout.unplaced_no_map, layout.unplaced_mapped);
  return report.result();
}

} // namespace rmemcheck
