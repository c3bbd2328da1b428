// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/by_address.h"
#include "judge/layout.h"
#include "judge/memory_totals.h"
#include "judge/rules.h"

#include "evidence/iomem.h"
#include "evidence/scanner.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace rmemcheck {
namespace {

/// Memory that UEFI leaves to the kernel (is_usable_memory(), drivers/firmware/efi/efi-init.c).
bool is_usable(const EfiMemory &memory) {
  constexpr std::string_view usable[] = {"Loader Code",  "Loader Data",  "Boot Code", "Boot Data",
                                         "Conventional", "ACPI Reclaim", "Persistent"};
  return std::ranges::find(usable, memory.type) != std::end(usable);
}

/// "efi: EFI v2.70 by EDK II" (efi_systab_report_header(), drivers/firmware/efi/efi.c)
bool is_from_uefi(const KernelLog &log) {
  return std::ranges::any_of(
      log.lines, [](const SourceLine &line) { return line.text.starts_with("efi: EFI v"); });
}

/// Where UEFI hands over a memory map, that says what there is.
RangeSet ram_of(const Expectation &expectation, const Evidence &evidence) {
  RangeSet ram(expectation.memory);
  if (evidence.efi_memory.empty())
    return ram;
  std::vector<PhysicalRange> usable;
  for (const EfiMemory &memory : evidence.efi_memory)
    if (is_usable(memory))
      usable.push_back(memory.range);
  return ram.intersection(RangeSet(std::move(usable)));
}

/// Bytes of boot-placed no-map regions whose places nobody knows: they may be what is missing, with
/// all of the pages that they begin and end in.
std::uint64_t hidden_anywhere(const Expectation &expectation, const Sightings &sightings) {
  const std::uint64_t page = expectation.page_size;
  std::uint64_t bytes = 0;
  for (const ExpectedRegion &region : expectation.regions)
    if (region.node.no_map && is_boot_placed(region) && region.fate != Fate::ignored &&
        !sightings.found_place(region)) {
      const std::uint64_t part = region.size % page;
      bytes += region.size - part + (part == 0 ? 0 : 2 * page);
    }
  return bytes;
}

/// What is known of the machine's memory, and of what may be missing of it.
struct Ram {
  RangeSet all;
  RangeSet hidden;
  std::uint64_t hidden_anywhere;
  std::uint64_t page_size;

  [[nodiscard]] bool is_lost(const RangeSet &missing) const {
    return missing.bytes() > hidden_anywhere;
  }
};

/// "Ignoring RAM at 0x7fe00000-0x80000000": 32-bit ARM drops what lies at the end of RAM and is not
/// usable (adjust_lowmem_bounds(), arch/arm/mm/mmu.c).
RangeSet said_to_be_dropped(const KernelLog &log) {
  std::vector<PhysicalRange> dropped;
  for (const SourceLine &line : log.lines) {
    Scanner scanner(line.text);
    if (!scanner.literal("Ignoring RAM at "))
      continue;
    const auto begin = scanner.hex();
    const bool is_range = scanner.literal("-");
    const auto end = scanner.hex();
    if (begin && is_range && end)
      dropped.push_back({*begin, *end});
  }
  return RangeSet(std::move(dropped));
}

/// A no-map region must be there too, but for one that the kernel says it has dropped.
void demand_memblock(RuleReport &report, const Ram &ram, const std::vector<MemblockRange> &memory,
                     const KernelLog &log) {
  const RangeSet dropped = ram.hidden.intersection(said_to_be_dropped(log));
  if (const RangeSet missing = ram.all.minus(bytes_of(memory)).minus(dropped); !missing.empty())
    report.finding("", "all RAM in memblock's memory", "not there: " + to_string(missing));
  std::vector<MemblockRange> no_map;
  std::ranges::copy_if(memory, std::back_inserter(no_map),
                       [](const MemblockRange &entry) { return entry.flag == "NOMAP"; });
  const RangeSet lost = bytes_of(no_map).intersection(ram.all).minus(ram.hidden);
  if (ram.is_lost(lost))
    report.finding("", "RAM without NOMAP but for no-map regions",
                   to_string(lost) + " with flag NOMAP",
                   ByAddress<MemblockRange>(no_map).first_line(lost.ranges().front()));
}

/// No-map memory, and what UEFI keeps for itself.
RangeSet not_to_be_freed(const Ram &ram, const Evidence &evidence) {
  std::vector<PhysicalRange> ranges = ram.hidden.ranges();
  if (evidence.memblock_memory)
    append(ranges, bytes_of(*evidence.memblock_memory).minus(ram.all).ranges());
  return RangeSet(std::move(ranges));
}

/// Where the tree alone tells of RAM, and none is plugged in while the system runs.
bool is_ram_of_tree(const Expectation &expectation, const Evidence &evidence) {
  return !expectation.is_live && evidence.efi_memory.empty();
}

/// What nobody has told of is no RAM, but for the rest of a page that has some.
template <typename Entry>
void demand_no_more(RuleReport &report, const RangeSet &told, const std::vector<Entry> &entries,
                    const std::string &where) {
  if (const RangeSet beyond = bytes_of(entries).minus(told); !beyond.empty())
    report.finding("", "nothing but RAM in " + where, to_string(beyond),
                   ByAddress<Entry>(entries).first_line(beyond.ranges().front()));
}

/// Whole pages, without those that a no-map region has a part of.
void demand_system_ram(RuleReport &report, const Ram &ram,
                       const std::vector<IomemEntry> &system_ram) {
  const RangeSet missing = ram.all.whole_units(ram.page_size)
                               .minus(ram.hidden.touched_units(ram.page_size))
                               .minus(bytes_of(system_ram));
  if (ram.is_lost(missing))
    report.finding("", "all RAM in System RAM", "not there: " + to_string(missing));
}

} // namespace

RuleResult check_all_ram(const Expectation &expectation, const Evidence &evidence) {
  const Sightings sightings(expectation, evidence);
  const Layout layout(expectation, sightings);
  const Ram ram{ram_of(expectation, evidence), layout.no_map_or_hidden(),
                hidden_anywhere(expectation, sightings), layout.page_size};
  if (ram.all.empty())
    return skip("nothing tells how much RAM the machine has");
  if (evidence.efi_memory.empty() && is_from_uefi(evidence.log)) {
    const char *const untold = "UEFI has told the kernel how much RAM there is, and the log does "
                               "not; remedy: boot with efi=debug on the command line";
    return expectation.is_live ? skip(untold) : inconclusive(untold);
  }
  if (!evidence.memblock_memory && !evidence.iomem)
    return absent(evidence, "its memory", "iomem");
  RuleReport report;
  if (evidence.memblock_memory)
    demand_memblock(report, ram, *evidence.memblock_memory, evidence.log);
  demand_memory_totals(report, expectation, evidence, not_to_be_freed(ram, evidence),
                       ram.hidden_anywhere);
  std::optional<std::vector<IomemEntry>> system_ram;
  if (evidence.iomem)
    system_ram = top_level(*evidence.iomem, "System RAM");
  if (system_ram)
    demand_system_ram(report, ram, *system_ram);
  const RangeSet told = RangeSet(expectation.memory).touched_units(ram.page_size);
  const bool is_told = is_ram_of_tree(expectation, evidence);
  if (is_told && evidence.memblock_memory)
    demand_no_more(report, told, *evidence.memblock_memory, "memblock's memory");
  if (is_told && system_ram)
    demand_no_more(report, told, *system_ram, "System RAM");
  return report.result();
}

} // namespace rmemcheck
