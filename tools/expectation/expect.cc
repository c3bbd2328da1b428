// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/expectation.h"

#include "base/range_set.h"
#include "expectation/command_line.h"
#include "expectation/early_memory.h"
#include "expectation/overlap.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <string_view>

namespace rmemcheck {
namespace {

/// CMA_MIN_ALIGNMENT_BYTES (include/linux/cma.h) is a pageblock, and no pageblock is larger than
/// what the page allocator hands out at most: 4 MiB with pages of 4 KiB, on arm64 32 MiB with 16
/// KiB and 512 MiB with 64 KiB. Nobody can tell it from the tree, so refusal is decided only by
/// what every configuration demands: a whole page.
std::uint64_t largest_pageblock(std::uint64_t page_size) {
  constexpr std::uint64_t of_4_kib = 0x400000;
  constexpr std::uint64_t of_16_kib = 0x2000000;
  constexpr std::uint64_t of_more = 0x20000000;
  if (page_size <= 0x1000)
    return of_4_kib;
  return page_size <= 0x4000 ? of_16_kib : of_more;
}

void ignore(ExpectedRegion &region, std::string reason) {
  refuse(region, std::move(reason));
  region.fate = Fate::ignored;
}

/// What every region starts from, before memory comes into it.
ExpectedRegion start(const ReservedMemory &tree, const ReservedRegion &node) {
  ExpectedRegion region;
  region.node = node;
  region.no_map = node.no_map;
  region.cma = node.is_cma_pool();
  if (!node.reg.empty()) {
    region.range = node.reg.front();
    region.size = node.reg.front().size();
  } else {
    region.size = node.size;
    region.alignment = node.alignment;
  }
  if (!tree.unsupported.empty()) { // __reserved_mem_check_root()
    ignore(region, "the kernel does not read /reserved-memory: " + tree.unsupported);
    region.must_be_named = node.enabled;
  } else if (!node.enabled) // of_fdt_device_is_available()
    ignore(region, "disabled");
  else if (node.skipped_silently) // neither branch of fdt_scan_reserved_mem() takes it
    ignore(region, "passed over without a word: " + node.malformed);
  else if (!node.malformed.empty() && node.reg.empty())
    refuse(region, "malformed: " + node.malformed);
  return region;
}

void cut_to_first_tuple(ExpectedRegion &region) {
  if (region.node.placeholder_reg.size() > 1)
    region.node.placeholder_reg.resize(1);
  if (region.node.reg.size() < 2)
    return;
  region.node.reg.resize(1);
  region.is_cut_to_first_tuple = region.fate == Fate::recorded;
}

bool has_addresses(const PhysicalRange &range, std::uint64_t last_address) {
  return range.empty() || range.end - 1 <= last_address;
}

/// __reserved_mem_reserve_reg(): every tuple on its own. Those of a region that is placed at boot
/// all the same are reserved too.
void reserve_tuples(ExpectedRegion &region, const std::vector<PhysicalRange> &tuples,
                    EarlyMemory &early, std::uint64_t last_address) {
  for (const PhysicalRange &tuple : tuples) {
    if (tuple.empty() || !has_addresses(tuple, last_address) ||
        (region.node.no_map && !early.may_mark_no_map(tuple)))
      region.refused_tuples.push_back(tuple);
    else
      (region.node.no_map ? early.no_map : early.reserved).push_back(tuple);
  }
}

/// The first tuple decides over the record. Static nodes come first of all, in tree order, but for
/// /memreserve/ on kernels such as v6.1, which refuse a no-map node over one of its entries.
void reserve_static(ExpectedRegion &region, EarlyMemory &early, std::uint64_t last_address) {
  reserve_tuples(region, region.node.reg, early, last_address);
  const PhysicalRange &first = region.node.reg.front();
  const auto &refused = region.refused_tuples;
  if (first.empty())
    refuse(region, region.node.malformed);
  else if (!has_addresses(first, last_address))
    refuse(region, fmt::format("reg ends beyond {:#x}, the last address", last_address));
  else if (std::find(refused.begin(), refused.end(), first) != refused.end())
    refuse(region, "no-map over memory that is reserved before it is looked at");
  else if (!refused.empty())
    region.reason = fmt::format("the first tuple of reg is recorded, but {} of {} refused",
                                refused.size(), region.node.reg.size());
  else if (!overlaps_any(early.memory, first))
    region.reason = "outside RAM: recorded, although there is nothing to reserve or map";
  else
    region.reason = region.no_map ? "reg marked no-map" : "reg reserved";
}

/// Where a region may lie. A range of 0 and 0 is no bound to memblock, one that has no addresses is
/// passed over.
std::vector<PhysicalRange> windows_of(const ReservedRegion &node, std::uint64_t last_address) {
  std::vector<PhysicalRange> windows;
  for (const PhysicalRange &range : node.alloc_ranges)
    if (range == PhysicalRange{0, 0})
      windows.push_back(anywhere);
    else if (!range.empty() && has_addresses(range, last_address))
      windows.push_back(range);
  return windows;
}

/// The least power of two that is no less; 0 where there is none up to `most`.
std::uint64_t power_of_two(std::uint64_t alignment, std::uint64_t most) {
  constexpr std::uint64_t highest_bit = std::uint64_t{1} << 63;
  if (alignment > highest_bit || std::bit_ceil(alignment) > most)
    return 0;
  return std::bit_ceil(alignment);
}

/// __reserved_mem_alloc_size(), as far as the tree decides: refused where there is no room
/// even if nothing but the tree's own ranges is in the way.
void place(ExpectedRegion &region, const EarlyMemory &early, const Expectation &all) {
  const std::uint64_t last_address = all.last_address;
  if (region.size == 0)
    return refuse(region, "a size of 0");
  region.windows = windows_of(region.node, last_address);
  const std::vector<PhysicalRange> windows = windows_for(region);
  std::uint64_t alignment =
      power_of_two(std::max<std::uint64_t>(region.alignment, 1), last_address);
  if (region.size > last_address || alignment == 0)
    return refuse(region, fmt::format("{} of more than the {:#x} that an address has at most",
                                      alignment == 0 ? "alignment" : "size", last_address));
  region.is_alignment_rounded = region.alignment > 1 && !std::has_single_bit(region.alignment);
  if (region.is_alignment_rounded)
    region.alignment = alignment;
  const auto has_room = [&](std::uint64_t at_least) {
    return std::ranges::any_of(windows, [&](const PhysicalRange &window) {
      return early.has_room(window, region.size, std::max(alignment, at_least));
    });
  };
  region.may_find_no_place = region.cma && !has_room(all.most_cma_alignment);
  if (!has_room(region.cma ? all.page_size : 1))
    refuse(region, region.node.alloc_ranges.empty() ? "no free RAM holds it"
                                                    : "no free RAM in alloc-ranges holds it");
  else
    region.reason = all.is_memory_unknown ? "the kernel finds a place, if RAM has room"
                                          : "the kernel finds a place";
}

/// What an init function refuses (RESERVEDMEM_OF_DECLARE), or nothing.
struct Refusal {
  const char *compatible;
  bool (*applies)(const ExpectedRegion &, const Expectation &all);
  const char *reason;
  bool ExpectedRegion::*mark = nullptr; ///< set where others ask for this reason
};

bool is_misaligned_for_cma(const ExpectedRegion &region, const Expectation &all) {
  return region.cma && bits_of_place(region) % all.page_size != 0;
}

bool is_no_ram_for_cma(const ExpectedRegion &region, const Expectation &all) {
  return region.cma && region.range && !all.is_memory_unknown &&
         !RangeSet(all.memory).covers(*region.range);
}

constexpr Refusal refusals[] = {
    // kernel/dma/contiguous.c: "bypass ... node, using cmdline CMA params instead"
    {"shared-dma-pool",
     [](const ExpectedRegion &region, const Expectation &all) {
       return region.cma && region.node.cma_default && all.cmdline_cma.has_value();
     },
     "the command line has the default CMA area", &ExpectedRegion::bypassed},
    // kernel/dma/contiguous.c refuses no-map, kernel/dma/coherent.c refuses reusable.
    {"shared-dma-pool",
     [](const ExpectedRegion &region, const Expectation &all) {
       return region.node.no_map && region.node.reusable && !all.passes_over_hidden_pools;
     },
     "shared-dma-pool both no-map and reusable"},
    // kernel/dma/coherent.c with CONFIG_ARM
    {"shared-dma-pool",
     [](const ExpectedRegion &region, const Expectation &all) {
       return all.refuses_mapped_pools && !region.node.no_map && !region.node.reusable;
     },
     "shared-dma-pool neither no-map nor reusable"},
    {"shared-dma-pool", is_misaligned_for_cma, "CMA area whose base or size is no whole page"},
    {"shared-dma-pool", is_no_ram_for_cma, "CMA area that is not all RAM",
     &ExpectedRegion::is_no_ram_for_cma},
    // kernel/dma/swiotlb.c
    {"restricted-dma-pool",
     [](const ExpectedRegion &region, const Expectation &) {
       const ReservedRegion &node = region.node;
       return node.no_map || node.reusable || node.cma_default || node.dma_default;
     },
     "restricted-dma-pool with no-map, reusable or a default flag"},
};

/// __reserved_mem_init_node(), which runs after all places are found.
void initialise(ExpectedRegion &region, const Expectation &all) {
  for (const Refusal &refusal : refusals)
    if (region.node.has_compatible(refusal.compatible) && refusal.applies(region, all)) {
      refuse(region, std::string("refused by its init function: ") + refusal.reason);
      region.given_back = true;
      if (refusal.mark != nullptr)
        region.*refusal.mark = true;
      return;
    }
}

/// Whole pages of what the tree has (early_init_dt_add_memory_arch(), drivers/of/fdt.c), or of what
/// the command line says. arm64 takes the initrd back that is left out so
/// (arm64_memblock_init(), arch/arm64/mm/init.c).
std::vector<PhysicalRange> ram_of(const ReservedMemory &tree, const BootFacts &facts,
                                  const RangeSet &addresses) {
  const RangeSet banks = RangeSet(tree.memory)
                             .minus(RangeSet(facts.ignored_memory))
                             .intersection(addresses)
                             .whole_units(facts.page_size);
  std::vector<PhysicalRange> ram =
      told_memory(tree.bootargs, facts.arch, facts.page_size, banks.ranges());
  if (facts.arch == "arm64" && tree.initrd && !ram.empty() &&
      tree.initrd->begin >= ram.front().begin)
    append(ram, RangeSet({*tree.initrd}).touched_units(facts.page_size).ranges());
  return RangeSet(std::move(ram)).ranges();
}

/// cma_declare_contiguous_nid() (mm/cma.c), as far as the tree decides.
bool is_without_room(const GivenSize &cma, const EarlyMemory &early, std::uint64_t page_size) {
  if (cma.bytes == 0)
    return false;
  if (cma.base.value_or(0) == 0) // then it may be anywhere
    return !early.has_room(anywhere, cma.bytes, page_size);
  const std::uint64_t begin = *cma.base;
  return cma.bytes > anywhere.end - begin ||
         !early.has_room({begin, begin + cma.bytes}, cma.bytes, 1);
}

std::vector<ExpectedConsumer> consumers_of(const ReservedMemory &tree) {
  std::vector<ExpectedConsumer> consumers;
  for (const RegionConsumer &consumer : tree.consumers) {
    consumers.push_back({consumer.name, ""});
    for (std::size_t index = 0; index < tree.regions.size(); ++index)
      if (consumer.phandle != 0 && tree.regions[index].phandle == consumer.phandle)
        consumers.back() = {consumer.name, tree.regions[index].name, index};
  }
  return consumers;
}

/// A kernel that records nothing keeps all that it would have recorded.
void keep(ExpectedRegion &region, Recording recording) {
  if (recording == Recording::done || region.fate != Fate::recorded)
    return;
  region.fate = Fate::kept;
  region.must_be_named = recording == Recording::no_array;
  region.reason += region.must_be_named ? ", and is not recorded: there is no array"
                                        : ", and is not recorded: the kernel boots with ACPI";
}

} // namespace

std::vector<PhysicalRange> windows_for(const ExpectedRegion &region) {
  return region.node.alloc_ranges.empty() ? std::vector{anywhere} : region.windows;
}

void refuse(ExpectedRegion &region, std::string reason) {
  region.fate = Fate::refused;
  region.no_map = false;
  region.cma = false;
  region.reason = std::move(reason);
}

bool records_nothing(const Expectation &expectation) {
  return std::ranges::any_of(
      expectation.regions, [](const ExpectedRegion &region) { return region.fate == Fate::kept; });
}

Expectation expect(const ReservedMemory &tree, const BootFacts &facts) {
  Expectation expectation;
  static_cast<BootDemands &>(expectation) = facts;
  static_cast<KernelDecisions &>(expectation) = facts;
  if (facts.address_bits < 64)
    expectation.last_address = (std::uint64_t{1} << facts.address_bits) - 1;
  const std::uint64_t last = expectation.last_address;
  const RangeSet addresses({{0, std::min(last, anywhere.end - 1) + 1}});
  expectation.memreserve = RangeSet(tree.memreserve).intersection(addresses).ranges();
  expectation.is_format_unsupported = !tree.unsupported.empty();
  expectation.most_cma_alignment =
      std::max(largest_pageblock(facts.page_size), facts.most_pages * facts.page_size);
  expectation.elfcorehdr = tree.elfcorehdr;
  const auto cma = last_size(tree.bootargs, "cma");
  if (cma)
    expectation.cmdline_cma = cma->bytes;
  expectation.memory = ram_of(tree, facts, addresses);
  expectation.consumers = consumers_of(tree);
  for (const ReservedRegion &node : tree.regions)
    expectation.regions.push_back(start(tree, node));
  if (facts.takes_first_tuple_only)
    std::ranges::for_each(expectation.regions, cut_to_first_tuple);

  // early_init_fdt_scan_reserved_mem(): statics, elfcorehdr, /memreserve/, overlap check, then
  // boot-placed.
  expectation.is_memory_unknown = facts.is_memory_unknown && expectation.memory.empty();
  EarlyMemory early{
      expectation.is_memory_unknown ? std::vector{anywhere} : expectation.memory, facts.taken, {}};
  if (facts.memreserve_first)
    append(early.reserved, tree.memreserve);
  for (ExpectedRegion &region : expectation.regions) {
    if (region.fate == Fate::recorded && region.range)
      reserve_static(region, early, last);
    else if (region.fate != Fate::ignored)
      reserve_tuples(region, region.node.placeholder_reg, early, last);
  }
  if (tree.elfcorehdr)
    early.reserved.push_back(*tree.elfcorehdr);
  append(early.reserved, tree.memreserve);
  if (!facts.checks_overlaps_last)
    expectation.overlaps = find_overlaps(expectation.regions);
  for (ExpectedRegion &region : expectation.regions)
    if (region.fate == Fate::recorded && !region.range)
      place(region, early, expectation);
  expectation.is_cmdline_cma_without_room =
      cma && !expectation.is_memory_unknown && is_without_room(*cma, early, facts.page_size);
  for (ExpectedRegion &region : expectation.regions)
    if (region.fate == Fate::recorded)
      initialise(region, expectation);
  if (facts.checks_overlaps_last)
    expectation.overlaps = find_overlaps(expectation.regions);
  for (ExpectedRegion &region : expectation.regions) {
    keep(region, facts.recording);
    region.from_firmware =
        std::ranges::find(facts.from_firmware, region.node.name) != facts.from_firmware.end();
  }
  return expectation;
}

} // namespace rmemcheck
