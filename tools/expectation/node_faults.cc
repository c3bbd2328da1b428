// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/node_faults.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <fmt/format.h>
#include <map>

namespace rmemcheck {
namespace {

/// A pageblock where the kernel has huge pages (include/linux/pageblock-flags.h): those of a page
/// table's second level. 2 MiB with pages of 4 KiB.
std::uint64_t usual_pageblock(const Expectation &all) {
  constexpr std::uint64_t bytes_of_entry = 8;
  return all.page_size * (all.page_size / bytes_of_entry);
}

/// The largest power of two that it is a multiple of; 0 of 0.
std::uint64_t lowest_bit(std::uint64_t number) { return number & (~number + 1); }

std::uint64_t granule_of(const ExpectedRegion &region) { return lowest_bit(bits_of_place(region)); }

bool is_recorded_pool(const ExpectedRegion &region) {
  return takes_memory(region) && region.cma && region.size != 0;
}

std::string in_kib(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024;
  return fmt::format("{} KiB", bytes / kib);
}

/// "2048 KiB, or 4096 KiB without huge pages".
std::string pageblocks(const Expectation &all) {
  const std::uint64_t usual = usual_pageblock(all);
  return usual == all.most_cma_alignment
             ? in_kib(usual)
             : fmt::format("{}, or {} without huge pages", in_kib(usual),
                           in_kib(all.most_cma_alignment));
}

/// What becomes of a CMA pool that is aligned to so much and no more (rmem_cma_setup(),
/// kernel/dma/contiguous.c). It takes CMA_MIN_ALIGNMENT_BYTES (include/linux/cma.h), which is
/// MAX_ORDER_NR_PAGES until 11ac3e87ce09.
std::string fate_of_pool_in(std::uint64_t granule, const Expectation &all) {
  constexpr const char *said = "\"incorrect alignment of CMA region\"";
  const std::string most = in_kib(all.most_cma_alignment);
  if (granule < usual_pageblock(all))
    return fmt::format("on every version the kernel refuses it ({}) where it asks for more: since "
                       "v5.19 for a pageblock ({}), until v5.18 for {}",
                       said, pageblocks(all), most);
  return fmt::format("until v5.18 the kernel asks for {} and refuses it ({}); since v5.19 it does "
                     "where a pageblock is that large: without huge pages, or where these are "
                     "(32-bit x86 and RISC-V)",
                     most, said);
}

/// Of a node name such as "tz@86500000"; nothing where what stands there is no plain number.
std::optional<std::uint64_t> unit_address(const std::string &name) {
  const std::size_t at = name.find('@');
  if (at == std::string::npos)
    return std::nullopt;
  const char *const end = name.data() + name.size();
  std::uint64_t address = 0;
  constexpr int hexadecimal = 16;
  const auto [stop, error] = std::from_chars(name.data() + at + 1, end, address, hexadecimal);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return address;
}

bool is_hidden_by_boot(const ExpectedRegion &region) {
  return takes_memory(region) && is_boot_placed(region) && region.no_map;
}

/// What puts a border of a boot-placed region within a page; empty if nothing does.
std::string loose_border(const ExpectedRegion &region, std::uint64_t page_size) {
  if (region.size % page_size != 0)
    return fmt::format("is no-map of {:#x} bytes, no whole pages", region.size);
  if (region.node.alignment % page_size != 0)
    return fmt::format("is no-map with an alignment of {:#x} bytes, no whole page",
                       region.node.alignment);
  return "";
}

} // namespace

std::string arch_condition(const ExpectedRegion &region, const Expectation &all) {
  const ReservedRegion &node = region.node;
  return all.arch.empty() && takes_memory(region) && !node.no_map && !node.reusable &&
                 node.has_compatible("shared-dma-pool")
             ? "32-bit ARM refuses it, mapped as it is"
             : "";
}

std::string pool_condition(const ExpectedRegion &region, const Expectation &all) {
  if (!is_recorded_pool(region) || granule_of(region) >= all.most_cma_alignment)
    return "";
  return fmt::format("refused where a pageblock ({}) is more than {}", pageblocks(all),
                     in_kib(granule_of(region)));
}

// memblock aligns to SMP_CACHE_BYTES where nothing is asked for
// (early_init_dt_alloc_reserved_memory_arch(), drivers/of/of_reserved_mem.c), from the end of
// memory that is free, which is mostly that of a page: no fault of the many boards that have it.
std::string border_condition(const ExpectedRegion &region) {
  return is_hidden_by_boot(region) && region.node.alignment == 0
             ? "may begin within a page, which stays mapped, for it has no alignment"
             : "";
}

std::vector<TreeFault> pool_alignment_faults(const Expectation &expectation) {
  std::vector<TreeFault> faults;
  for (const ExpectedRegion &region : expectation.regions)
    if (is_recorded_pool(region) && granule_of(region) < expectation.most_cma_alignment)
      faults.push_back(
          {"pool", region.node.name,
           fmt::format("CMA pool whose {} is a multiple of {} alone",
                       region.range ? "base or size" : "size", in_kib(granule_of(region))),
           fate_of_pool_in(granule_of(region), expectation)});
  return faults;
}

std::vector<TreeFault> alignment_faults(const Expectation &expectation) {
  std::vector<TreeFault> faults;
  for (const ExpectedRegion &region : expectation.regions) {
    const std::uint64_t alignment = region.node.alignment;
    const bool is_raised = region.cma && alignment < usual_pageblock(expectation);
    if (region.fate == Fate::ignored || !is_boot_placed(region) || alignment == 0 || is_raised ||
        std::has_single_bit(alignment))
      continue;
    // round_down() and round_up(), include/linux/math.h, of memblock_find_in_range_node().
    faults.push_back(
        {"alignment", region.node.name,
         fmt::format("alignment {:#x} is no power of two", alignment),
         fmt::format("on every version memblock takes it for a mask, without a word: the place is "
                     "a multiple of {:#x}, and need not be one of {:#x}",
                     lowest_bit(alignment), alignment)});
  }
  return faults;
}

std::vector<TreeFault> hidden_reusable_faults(const Expectation &expectation) {
  std::vector<TreeFault> faults;
  for (const ExpectedRegion &region : expectation.regions)
    if (takes_memory(region) && region.node.no_map && region.node.reusable &&
        !region.node.has_compatible("shared-dma-pool"))
      faults.push_back({"reusable", region.node.name, "both no-map and reusable",
                        "since v3.15 the kernel takes it out of the mapping, and nobody uses it: "
                        "reusable is of CMA pools alone"});
  return faults;
}

// of_reserved_mem_device_init_by_idx() goes by the phandle until c56436ef1752, which leaves
// of_reserved_mem_lookup() alone.
std::vector<TreeFault> namesake_faults(const Expectation &expectation) {
  std::map<std::string, std::size_t> seen;
  std::vector<TreeFault> faults;
  for (const ExpectedRegion &region : expectation.regions)
    if (region.node.enabled && ++seen[region.node.name] == 2)
      faults.push_back(
          {"name-twice", region.node.name, "another region has the name, too",
           "on every version of_reserved_mem_lookup() finds the first of them for both, and since "
           "v6.12 a device that is assigned the second is given the first; the series tells nodes "
           "with phandles apart"});
  return faults;
}

std::vector<TreeFault> unit_address_faults(const Expectation &expectation) {
  std::vector<TreeFault> faults;
  for (const ExpectedRegion &region : expectation.regions) {
    const auto told = unit_address(region.node.name);
    if (!takes_memory(region) || !region.range || !told || *told == region.range->begin)
      continue;
    faults.push_back({"unit-address", region.node.name,
                      fmt::format("reg begins at {:#x}", region.range->begin),
                      "on every version the kernel goes by reg, and its log and "
                      "of_reserved_mem_lookup() by the name"});
  }
  return faults;
}

std::vector<TreeFault> loose_page_faults(const Expectation &expectation) {
  std::vector<TreeFault> faults;
  for (const ExpectedRegion &region : expectation.regions) {
    if (!is_hidden_by_boot(region))
      continue;
    if (const std::string loose = loose_border(region, expectation.page_size); !loose.empty())
      faults.push_back(
          {"shared-page", region.node.name, loose,
           "on every version it may share a page with what is mapped, and kernels "
           "map whole pages: that one stays in the linear mapping, and at the end of a "
           "contiguous block arm64 stops at a BUG in mm/mmu.c; with 7ace06a01efa (6.12.103, 7.3) "
           "arm64 leaves it out and may die of what else lies in it"});
  }
  return faults;
}

} // namespace rmemcheck
