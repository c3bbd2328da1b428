// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/faulty_boot.h"
#include "judge/rule_report.h"

#include <string_view>

/// What of a tree and of the evidence shows that a fault of the table may be at work
/// (known_fault_table.cc).
namespace rmemcheck::signs {

using Region = ExpectedRegion;

/// The log, or all that there is of one that was not sent.
const KernelLog &log_of(const FaultyBoot &boot);

/// Whether a line of that log has the text.
bool log_says(const FaultyBoot &boot, std::string_view text);

/// Whether the probe finds an entry for the region.
bool is_seen(const FaultyBoot &boot, const Region &region);

/// Whether the finding is that the page allocator was given a page which somebody has.
bool is_of_bad_page(const Finding &finding);

/// That, or CMA finds that somebody else has pages of an area (-EBUSY).
bool is_of_taken_page(const Finding &finding);

/// Whether another region has its name.
bool has_namesake(const FaultyBoot &boot, const Region *region);

/// Whether it is among what the kernel had no entry left for.
/// A finding of "left-out" is about all of them, and has the name of the first.
bool is_left_out_by(const FaultyBoot &boot, const Finding &finding, const Region *region,
                    std::string_view said);

/// Whether two regions have bytes in common by their reg, or touch.
bool overlap(const Region &one, const Region &other);

/// Whether it may be given back, or one that it overlaps or touches.
bool is_beside_refused(const FaultyBoot &boot, const Region *region);

/// Whether a CMA pool lies beyond what the kernel has addresses for and takes another place for its
/// own: the pages of such an area are counted and freed all the same.
bool takes_no_ram_for_cma(const FaultyBoot &boot);

/// A pool that its init function refuses lies where kernels are loaded, of which a dead boot shows
/// no place: what is given back then is the kernel itself.
bool gives_back_the_kernel(const FaultyBoot &boot);

/// A device has written to a pool that was given back with a refused region: what the probe module
/// writes (0x5a) is where the kernel looks for an address.
bool writes_over_what_was_given_back(const FaultyBoot &boot);

/// A pool that begins or ends within a page is handed out from the first byte of that page on
/// (dma_init_coherent_memory(), kernel/dma/coherent.c, rmem_swiotlb_device_init(),
/// kernel/dma/swiotlb.c).
bool is_pool_within_a_page(const FaultyBoot &boot, const Region &region);

/// Whether a device is given a restricted pool that is: it writes to pages that the page allocator
/// has, too.
bool has_bounce_pool_within_a_page(const FaultyBoot &boot);

/// Whether what the probe module writes into that (0x5a) is where the kernel looks for an address.
bool writes_over_what_lies_beside_a_pool(const FaultyBoot &boot);

/// Whether that, or a page in a bad state, is what the kernel has died of.
bool dies_of_a_bounce_pool_within_a_page(const FaultyBoot &boot);

/// Whether a device is given a restricted pool of which a no-map region has a part: swiotlb clears
/// it where the linear mapping has nothing (swiotlb_init_io_tlb_pool(), kernel/dma/swiotlb.c).
bool has_hidden_bounce_pool(const FaultyBoot &boot);

/// Until v7.0 kernels of 6.12.103 and later note each reusable shared-dma-pool as they reserve it,
/// one that is no-map and becomes no area as well (__reserved_mem_reserve_reg(),
/// drivers/of/of_reserved_mem.c, calls dma_contiguous_early_fixup()).
bool notes_many_pools_early(const FaultyBoot &boot);

/// A device maps what it is given (dma_init_coherent_memory(), kernel/dma/coherent.c), and
/// memremap() warns of what is RAM.
bool hands_out_refused(const FaultyBoot &boot);

/// Enabled regions that boot places.
std::size_t count_boot_placed(const FaultyBoot &boot);

/// As many as may take up memblock's early entries, half of which the kernel needs for itself and
/// for what lies between.
bool may_fill_early_slots(const FaultyBoot &boot);

/// 32-bit ARM ends low memory where a no-map region is no whole pair of sections, as one that boot
/// places may be (adjust_lowmem_bounds(), arch/arm/mm/mmu.c).
bool ends_lowmem_at_no_map(const FaultyBoot &boot);

/// Without LPAE, 32-bit ARM has one entry for two sections of 1 MiB, and looks at the first of them
/// to see whether it has a page table (alloc_init_pmd(), arch/arm/mm/mmu.c).
bool goes_on_in_half_a_pair(const FaultyBoot &boot);

/// Whether a no-map region has a part of a page. Those that boot places lie beside each other, and
/// what is placed after one of an odd size begins within a page.
bool shares_a_page(const FaultyBoot &boot);

/// Of arm64 since 7ace06a01efa: a page of which a part is no-map is not mapped at all.
constexpr const char *since_no_part_is_mapped = "6.12.103";

/// Such a page is mapped with what lies before it and with what lies behind, and arm64 changes no
/// page of a contiguous block (pgattr_change_is_safe(), arch/arm64/mm/mmu.c). Nor does it make a
/// section of what has a page table by then (pmd_set_huge()): what lies behind the page is not
/// mapped.
bool maps_a_page_twice(const FaultyBoot &boot);

/// 32-bit ARM maps by sections what ends in the last page of one, and asks for a page table in its
/// place with what lies behind the region (arm_pte_alloc(), arch/arm/mm/mmu.c).
bool takes_a_section_for_a_table(const FaultyBoot &boot);

/// riscv steps by pages from where memory begins, within one, and not to the page that it ends in
/// (create_linear_mapping_range(), arch/riscv/mm/init.c).
bool leaves_out_the_last_page(const FaultyBoot &boot, const Finding &finding);

/// Whether its reg has a part in a CMA pool that has one, too.
bool lies_in_a_pool(const FaultyBoot &boot, const Region &region);

/// Whether CMA pools lie in one another: 32-bit ARM maps each of them once more, and an area has
/// one mapping (vm_area_add_early(), mm/vmalloc.c).
bool has_pools_in_pools(const FaultyBoot &boot);

/// Whether a no-map region has a part of a page that is not mapped (since_no_part_is_mapped):
/// memblock hands the rest of it out.
bool uses_an_unmapped_part(const FaultyBoot &boot);

/// An overlap is told of neighbours in the array. Whether the finding misses the word of one with
/// what is not in it, or has that of two which are neighbours for it. Of namesakes nothing shows
/// which one is in it.
bool is_overlap_without(const FaultyBoot &boot, const Finding &finding);

/// Whether the finding is about neighbours in the array one of which has the place of another
/// region, and so either of the two may be the neighbour.
bool is_overlap_of_equals(const FaultyBoot &boot, const Finding &finding, const Region *region);

/// Whether the finding has the word of an overlap with what should not be in the array, or not yet,
/// or misses that of one with a region that this has come before.
bool is_overlap_with_refused(const FaultyBoot &boot, const Finding &finding);

/// Numbers of its node that an address does not hold, or more of them than there are.
bool has_large_numbers(const FaultyBoot &boot, const Region &region);

/// Cut, one of its tuples lies over RAM, which the kernel then hides, or gives back for its own.
bool lies_over_ram_when_cut(const FaultyBoot &boot, const Region &region);

/// Whether any tuple of the region, or its place, lies over the kernel or what it was given: its
/// tree and the initrd.
bool lies_over_what_was_taken(const FaultyBoot &boot, const Region &region);

/// Whether one of the regions is such a one.
bool any_region(const FaultyBoot &boot, bool (*is)(const FaultyBoot &, const Region &));

/// Whether cma= has made a default CMA pool of the tree no pool, whatever the finding is about.
bool has_bypassed_pool(const FaultyBoot &boot, const Finding &finding, const Region *region);

/// What any_region() is asked: whether an init function gives it back, that and it is no-map, it is
/// the default CMA pool in a fixed place.
bool is_given_back(const FaultyBoot &, const Region &region);
bool is_given_back_no_map(const FaultyBoot &, const Region &region);
bool is_static_default_pool(const FaultyBoot &, const Region &region);

/// One in a fixed place that its init function refuses, or that makes way for cma=.
bool is_refused_cma_pool(const FaultyBoot &, const Region &region);

/// Whether one of those that share a name is no-map.
bool any_no_map_namesake(const FaultyBoot &boot);

/// Whether one of those that share a name is placed by boot.
bool any_placed_namesake(const FaultyBoot &boot);

/// Whether the finding is that the log does not name a region.
bool is_silence(const Finding &finding);

} // namespace rmemcheck::signs
