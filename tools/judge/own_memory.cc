// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/own_memory.h"

#include "base/kernel_version.h"
#include "base/size.h"
#include "evidence/dmesg.h"
#include "evidence/iomem.h"
#include "evidence/scanner.h"
#include "judge/by_address.h"
#include "judge/comparison.h"
#include "judge/layout.h"
#include "judge/rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <set>

namespace rmemcheck {
namespace {

/// Whatever somebody takes who is known.
RangeSet explained(const Expectation &expectation, const Evidence &evidence) {
  std::vector<PhysicalRange> ranges = expectation.memreserve;
  append(ranges, expectation.taken);
  if (expectation.elfcorehdr)
    ranges.push_back(*expectation.elfcorehdr);
  const Layout layout(expectation, evidence);
  for (const auto *placed : {&layout.mapped, &layout.no_map})
    for (const PlacedRange &each : *placed)
      ranges.push_back(each.range);
  append(ranges, kept_of_refused(expectation));
  append(ranges, own_cma_area(evidence.log).ranges());
  if (const auto image = kernel_image(evidence))
    ranges.push_back(*image);
  for (const IomemEntry &entry : *evidence.iomem)
    if (entry.name == "Crash kernel")
      ranges.push_back(entry.range);
  return RangeSet(std::move(ranges));
}

/// Left out for want of room, or kept by a kernel that records nothing.
bool is_place_unknown(const ExpectedRegion &region) {
  return region.left_out || (region.fate == Fate::kept && !region.range);
}

std::uint64_t bytes_in_unknown_places(const Expectation &expectation) {
  std::uint64_t bytes = 0;
  for (const ExpectedRegion &region : expectation.regions)
    if (is_place_unknown(region))
      bytes += region.size;
  return bytes;
}

/// Why one of the witnesses cannot be had; nothing if there are both.
std::optional<RuleResult> no_witness(const Evidence &evidence) {
  if (auto result = lacking_reserved(evidence))
    return result;
  if (auto result = lacking_iomem(evidence))
    return result;
  if (!kernel_image(evidence))
    return skip("/proc/iomem does not show the kernel");
  return std::nullopt;
}

/// The largest ones first, a few of them.
std::string largest(const RangeSet &set) {
  constexpr std::size_t few = 3;
  std::vector<PhysicalRange> ranges = set.ranges();
  std::ranges::stable_sort(ranges, std::ranges::greater{}, &PhysicalRange::size);
  ranges.resize(std::min(ranges.size(), few));
  std::string text;
  for (const PhysicalRange &range : ranges)
    text += (text.empty() ? "" : ", ") + to_string(range);
  return text;
}

/// What one has and the other has not, which is more to the point than what is large in both.
std::string difference(const OwnMemory &baseline, const OwnMemory &patched) {
  const RangeSet added = patched.ranges.minus(baseline.ranges);
  if (!added.empty())
    return ", the largest that are not on the baseline at " + largest(added);
  const RangeSet lost = baseline.ranges.minus(patched.ranges);
  return lost.empty() ? "" : ", without what is on the baseline at " + largest(lost);
}

/// The line of what is new, or else the first one.
SourceLine first_of_own(const OwnMemory &baseline, const OwnMemory &patched,
                        const Evidence &evidence) {
  const std::vector<MemblockRange> &reserved = *evidence.memblock_reserved;
  const RangeSet added = patched.ranges.minus(baseline.ranges);
  if (added.empty())
    return reserved.front().at;
  const PhysicalRange most = *std::ranges::max_element(
      added.ranges(), {}, [](const PhysicalRange &each) { return each.size(); });
  return ByAddress<MemblockRange>(reserved).first_line(most);
}

/// sizeof(struct reserved_mem), include/linux/of_reserved_mem.h: four pointers beside two
/// phys_addr_t, and a phandle from v3.15 to v6.11 (c56436ef1752).
std::uint64_t entry_size(const ShownBoot &boot) {
  const bool has_phandle = !is_since(boot.evidence.log.version, "6.12");
  constexpr std::uint64_t of_large_addresses = 40; // with the phandle or padding in its place
  const std::uint64_t of_64_bit = has_phandle ? 56 : 48;
  const std::uint64_t of_32_bit = has_phandle ? 28 : 24;
  constexpr std::uint64_t last_of_32_bit = 0xffffffff;
  if (*boot.evidence.is_64_bit)
    return of_64_bit;
  return boot.expectation.last_address > last_of_32_bit ? of_large_addresses : of_32_bit;
}

/// Since v6.13, and with the repair of CVE-2026-80723 since 6.12.103, kernels allocate their array.
bool allocates_array(const Evidence &evidence) {
  return is_since(evidence.log.version, "6.12.103");
}

/// Entries of the patched kernel's array beyond those that the baseline has allocated.
std::uint64_t added_entries(const ShownBoot &baseline, const ShownBoot &patched) {
  const auto entries = [](const ShownBoot &boot) {
    return count_recorded(boot.expectation, boot.evidence).value_or(0);
  };
  const std::uint64_t before = allocates_array(baseline.evidence) ? entries(baseline) : 0;
  return entries(patched) - std::min<std::uint64_t>(before, entries(patched));
}

/// memblock's two arrays are made larger where they are full (memblock_double_array()): of a tree
/// with many regions, by up to twice as many entries as there are. The series sizes them otherwise.
std::uint64_t memblock_arrays(const Expectation &expectation) {
  constexpr std::uint64_t always_enough = 96; // of INIT_MEMBLOCK_REGIONS
  constexpr std::uint64_t bytes = 24;         // sizeof(struct memblock_region)
  const std::uint64_t regions = expectation.regions.size();
  constexpr std::uint64_t arrays = 2;
  constexpr std::uint64_t growth = 2;
  return regions < always_enough ? 0 : arrays * growth * regions * bytes;
}

/// A baseline that does wrong by the tree has lost regions, or lies over itself: then it needs less
/// of page tables and of arrays, or shows less of what it has.
constexpr std::uint64_t most_that_follows = 0x10000;

/// What a page table serves.
constexpr std::uint64_t block = 0x200000;

/// Pieces of memory that a page table serves in which a segment of the kernel lies, each on its
/// own.
std::uint64_t blocks_of_kernel(const Evidence &evidence) {
  std::uint64_t blocks = 0;
  for (const IomemEntry &entry : *evidence.iomem)
    if (entry.name.starts_with("Kernel "))
      blocks += RangeSet({entry.range}).touched_units(block).bytes() / block;
  return blocks;
}

/// Memory that is no part of a no-map region, or of one that the kernel has not hidden.
RangeSet mapped_memory(const ShownBoot &boot) {
  const Layout layout(boot.expectation, boot.evidence);
  const auto &memory = boot.evidence.memblock_memory;
  const RangeSet not_hidden = bytes_of(top_level(*boot.evidence.iomem, "System RAM"));
  return (memory ? bytes_of(*memory) : layout.memory)
      .minus(layout.no_map_bytes().minus(not_hidden));
}

/// Those that are mapped in part: a piece of memory begins or ends in them, with all of the page
/// that it begins or ends in. A page that the piece before has, too, is mapped by then.
std::set<std::uint64_t> blocks_of_edges(const ShownBoot &boot) {
  const std::uint64_t page = boot.expectation.page_size;
  std::set<std::uint64_t> blocks;
  std::uint64_t mapped_up_to = 0;
  for (const PhysicalRange &piece : mapped_memory(boot).ranges()) {
    const PhysicalRange pages = RangeSet({piece}).touched_units(page).ranges().front();
    for (const std::uint64_t edge : {std::max(pages.begin, mapped_up_to), pages.end})
      if (edge % block != 0)
        blocks.insert(edge / block);
    mapped_up_to = pages.end;
  }
  return blocks;
}

std::uint64_t change(std::uint64_t one, std::uint64_t other) {
  return one < other ? other - one : one - other;
}

constexpr std::uint64_t tables_of_a_block = 2; // in the kernel's own and in the linear mapping

/// A kernel whose segments reach into other pieces of memory, or that has marked other regions
/// no-map, needs other page tables.
std::uint64_t page_tables(const ShownBoot &baseline, const ShownBoot &patched) {
  const std::uint64_t blocks =
      change(blocks_of_kernel(baseline.evidence), blocks_of_kernel(patched.evidence)) +
      change(blocks_of_edges(baseline).size(), blocks_of_edges(patched).size());
  return blocks * tables_of_a_block * patched.expectation.page_size;
}

/// Of blocks that are mapped in part on the patched kernel alone. 32-bit ARM takes them from what
/// it has mapped so far, so that they lie below their block (map_lowmem(), arch/arm/mm/mmu.c), with
/// those of its CMA area.
std::uint64_t page_tables_elsewhere(const ShownBoot &baseline, const ShownBoot &patched) {
  // Where a baseline hides other memory while it maps, those of all blocks lie elsewhere there.
  const bool may_all_move = patched.expectation.arch == "arm" && baseline.alone != Outcome::pass;
  const std::set<std::uint64_t> before = blocks_of_edges(baseline);
  const std::set<std::uint64_t> after = blocks_of_edges(patched);
  const auto blocks = std::ranges::count_if(
      after, [&](std::uint64_t each) { return may_all_move || !before.contains(each); });
  if (blocks == 0)
    return 0;
  const std::uint64_t of_cma = own_cma_area(patched.evidence.log).bytes() / block;
  return (static_cast<std::uint64_t>(blocks) * tables_of_a_block + of_cma) *
         patched.expectation.page_size;
}

/// setup.c of most architectures takes a struct resource (include/linux/ioport.h) for each piece of
/// memblock's memory, of which there are more or less as no-map regions lie beside each other.
std::uint64_t resources(const ShownBoot &baseline, const ShownBoot &patched) {
  constexpr std::uint64_t bytes = 64; // sizeof(struct resource), and less with 32 bits
  const auto pieces = [](const ShownBoot &boot) -> std::uint64_t {
    return boot.evidence.memblock_memory ? boot.evidence.memblock_memory->size() : 0;
  };
  const std::uint64_t before = pieces(baseline);
  const std::uint64_t after = pieces(patched);
  return change(before, after) * bytes;
}

/// The array of struct page (include/linux/mm_types.h) is as long as the kernel's RAM: 32-bit ARM
/// without the series leaves out what lies behind a no-map region.
std::uint64_t struct_pages(const ShownBoot &baseline, const ShownBoot &patched) {
  constexpr std::uint64_t of_64_bit = 64;
  constexpr std::uint64_t of_32_bit = 40; // and less: it depends on the configuration
  const auto pages = [](const ShownBoot &boot) {
    const auto &memory = boot.evidence.memblock_memory;
    return memory ? bytes_of(*memory).bytes() / boot.expectation.page_size : 0;
  };
  const std::uint64_t before = pages(baseline);
  const std::uint64_t after = pages(patched);
  return change(before, after) * (*patched.evidence.is_64_bit ? of_64_bit : of_32_bit);
}

/// What may be more or less on any kernel that does right.
std::uint64_t variation(const ShownBoot &baseline, const ShownBoot &patched) {
  return memblock_arrays(patched.expectation) + page_tables(baseline, patched) +
         resources(baseline, patched) + struct_pages(baseline, patched);
}

/// A baseline of which nobody knows where it has put regions may not have placed all of them.
std::uint64_t most_beside_array(const ShownBoot &baseline, std::uint64_t variation) {
  if (baseline.alone == Outcome::pass)
    return variation;
  return variation + most_that_follows + bytes_in_unknown_places(baseline.expectation);
}

/// A baseline gives back with a refused region what lies in it, and takes that for itself.
bool has_taken_from_regions(const ShownBoot &baseline) {
  const auto &regions = baseline.expectation.regions;
  return baseline.alone != Outcome::pass &&
         std::ranges::any_of(regions, [&](const ExpectedRegion &refused) {
           return refused.given_back && refused.range &&
                  std::ranges::any_of(regions, [&](const ExpectedRegion &each) {
                    return takes_memory(each) &&
                           std::ranges::any_of(each.node.reg, [&](const PhysicalRange &range) {
                             return range.overlaps(*refused.range);
                           });
                  });
         });
}

/// All of it, where the baseline has reserved what it should not.
std::uint64_t least_beside_array(const ShownBoot &baseline, std::uint64_t variation) {
  return baseline.alone == Outcome::pass ? variation : std::numeric_limits<std::uint64_t>::max();
}

/// A boot and what its kernel has reserved for itself.
struct OwningBoot {
  const ShownBoot &boot;
  OwnMemory own;
};

OwningBoot with_own_memory(const ShownBoot &boot) {
  return {boot, own_memory(boot.expectation, boot.evidence)};
}

/// Memory of regions that the baseline records, refused ones and those in wrong places too: what it
/// has taken for itself of that is not told from the region.
RangeSet regions_of(const OwningBoot &baseline) {
  std::vector<PhysicalRange> ranges;
  if (baseline.boot.alone == Outcome::pass)
    return RangeSet(std::move(ranges));
  if (baseline.boot.evidence.probe)
    for (const ProbedRegion &seen : *baseline.boot.evidence.probe)
      if (seen.found)
        ranges.push_back(seen.range);
  for (const ExpectedRegion &region : baseline.boot.expectation.regions)
    if (region.given_back)
      append(ranges, region.node.reg);
  return RangeSet(std::move(ranges));
}

/// RAM that the baseline has. 32-bit ARM drops what lies behind some no-map regions.
RangeSet ram_of(const OwningBoot &baseline) {
  const auto &memory = baseline.boot.evidence.memblock_memory;
  return memory ? bytes_of(*memory) : RangeSet(baseline.boot.expectation.memory);
}

/// What lies alone, or beside what only the tree has reserved, where the baseline has RAM and
/// nothing of its own. The kernel takes what it needs from one end of free memory, so that its
/// pieces lie together, with regions that boot has placed between them.
RangeSet strays(const OwningBoot &baseline, const OwningBoot &patched) {
  std::vector<PhysicalRange> reserved;
  for (const OwningBoot *each : {&baseline, &patched})
    append(reserved, bytes_of(*each->boot.evidence.memblock_reserved).ranges());
  const RangeSet regions = regions_of(baseline);
  const RangeSet ram = ram_of(baseline);
  std::vector<PhysicalRange> alone;
  for (const PhysicalRange &together : RangeSet(std::move(reserved)).touched_units(block).ranges())
    if (!baseline.own.ranges.overlaps(together) && ram.overlaps(together))
      for (const PhysicalRange &piece :
           patched.own.ranges.intersection(RangeSet({together})).ranges())
        if (!regions.overlaps(RangeSet({piece}).touched_units(block).ranges().front()))
          alone.push_back(piece);
  return RangeSet(std::move(alone));
}

/// Bytes of large pieces, as the array of struct page is one, that are as large on the baseline and
/// lie elsewhere there, since it has not placed all regions. What lies in their place now may be a
/// little of the kernel's own, too.
std::uint64_t bytes_moved(const RangeSet &pieces, const OwningBoot &baseline,
                          const OwningBoot &patched) {
  if (baseline.boot.alone == Outcome::pass)
    return 0;
  std::uint64_t bytes = 0;
  for (const PhysicalRange &piece : pieces.ranges())
    if (piece.size() >= block &&
        std::ranges::any_of(baseline.own.ranges.ranges(), [&](const PhysicalRange &there) {
          return there.size() >= piece.size() &&
                 RangeSet({there}).minus(patched.own.ranges).bytes() > piece.size() / 2;
        }))
      bytes += piece.size();
  return bytes;
}

/// More, or less, than on the baseline.
void compare_bytes(RuleReport &report, const OwningBoot &baseline, const OwningBoot &patched) {
  const std::uint64_t entries = added_entries(baseline.boot, patched.boot);
  const std::uint64_t array = entries * entry_size(patched.boot);
  const std::uint64_t right = baseline.own.bytes + array;
  const std::uint64_t beside = variation(baseline.boot, patched.boot);
  const std::uint64_t most = right + most_beside_array(baseline.boot, beside);
  const std::uint64_t least = right - std::min(right, least_beside_array(baseline.boot, beside));
  const std::uint64_t bytes = patched.own.bytes;
  if (bytes < least || bytes > most)
    report.finding("",
                   fmt::format("{:#x} bytes reserved for the kernel's own use, as on the baseline, "
                               "and {:#x} more for {} entries",
                               baseline.own.bytes, array, entries),
                   fmt::format("{:#x} bytes{}", bytes, difference(baseline.own, patched.own)),
                   first_of_own(baseline.own, patched.own, patched.boot.evidence));
}

void compare_places(RuleReport &report, const OwningBoot &baseline, const OwningBoot &patched) {
  if (baseline.own.ranges.empty())
    return; // nothing shows where it would be
  const RangeSet alone = strays(baseline, patched);
  if (alone.bytes() > bytes_in_unknown_places(patched.boot.expectation) +
                          bytes_moved(alone, baseline, patched) +
                          page_tables_elsewhere(baseline.boot, patched.boot))
    report.finding("", "nothing reserved apart from what a kernel takes for itself",
                   largest(alone) + ", where the baseline has nothing of its own",
                   ByAddress<MemblockRange>(*patched.boot.evidence.memblock_reserved)
                       .first_line(alone.ranges().front()));
}

/// Memory for the kernel that follows a crash is kept where the command line asks for it. What the
/// log tells of that has what is built into the kernel too. On a live system firmware may ask.
void forbid_crash_kernel(RuleReport &report, const Expectation &expectation,
                         const Evidence &evidence) {
  if (expectation.is_live || !says(evidence.log, "Kernel command line: ") ||
      says(evidence.log, "crashkernel="))
    return;
  for (const IomemEntry &entry : *evidence.iomem)
    if (entry.name == "Crash kernel")
      report.finding("", "no memory for a crash kernel: the command line has no crashkernel=",
                     entry.at.text, entry.at);
}

} // namespace

RangeSet own_cma_area(const KernelLog &log) {
  std::vector<PhysicalRange> ranges;
  for (const SourceLine &line : log.lines) {
    Scanner scanner(line.text);
    if (!scanner.literal("cma: Reserved "))
      continue;
    const auto size = scanner.decimal();
    const bool has_place = scanner.literal(" MiB at ");
    const auto begin = scanner.hex();
    if (size && has_place && begin)
      ranges.push_back({*begin, *begin + *size * mebibyte});
  }
  return RangeSet(std::move(ranges));
}

OwnMemory own_memory(const Expectation &expectation, const Evidence &evidence) {
  OwnMemory own;
  own.ranges = bytes_of(*evidence.memblock_reserved).minus(explained(expectation, evidence));
  const std::uint64_t elsewhere = bytes_in_unknown_places(expectation);
  own.bytes = own.ranges.bytes() - std::min(elsewhere, own.ranges.bytes());
  return own;
}

RuleResult check_own_memory(const Expectation &expectation, const Evidence &evidence) {
  if (expectation.memory.empty())
    return skip("nothing tells how much RAM the machine has");
  if (auto result = no_witness(evidence))
    return *result;
  constexpr std::uint64_t share = 16; // of RAM, where the machine's file says nothing
  const std::uint64_t most = expectation.most_own_memory != 0
                                 ? expectation.most_own_memory
                                 : RangeSet(expectation.memory).bytes() / share;
  const OwnMemory own = own_memory(expectation, evidence);
  RuleReport report;
  forbid_crash_kernel(report, expectation, evidence);
  const std::string gap = log_gap(evidence); // it tells of CMA areas
  if (own.bytes > most && !gap.empty())
    report.unknown(gap);
  else if (own.bytes > most)
    report.finding("", fmt::format("at most {:#x} bytes reserved for the kernel's own use", most),
                   fmt::format("{:#x} bytes that no region explains, the largest at {}", own.bytes,
                               largest(own.ranges)),
                   ByAddress<MemblockRange>(*evidence.memblock_reserved)
                       .first_line(own.ranges.ranges().front()));
  return report.result();
}

RuleResult check_same_own_memory(const ShownBoot &baseline, const ShownBoot &patched) {
  if (baseline.evidence.ending != Ending::powered_off)
    return skip("the baseline did not get through its boot");
  for (const ShownBoot *boot : {&baseline, &patched})
    if (auto result = no_witness(boot->evidence))
      return *result;
  if (!patched.evidence.is_64_bit)
    return absent(patched.evidence, "how large an entry of the array is", "probe");
  const OwningBoot before = with_own_memory(baseline);
  const OwningBoot after = with_own_memory(patched);
  RuleReport report;
  // A baseline that has given back what others have may have taken it for itself.
  if (!has_taken_from_regions(baseline))
    compare_bytes(report, before, after);
  compare_places(report, before, after);
  if (report.result().outcome == Outcome::fail)
    for (const ShownBoot *boot : {&baseline, &patched}) // it tells of CMA areas
      if (const std::string gap = log_gap(boot->evidence); !gap.empty())
        return inconclusive(gap);
  return report.result();
}

} // namespace rmemcheck
