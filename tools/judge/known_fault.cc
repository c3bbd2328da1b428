// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/known_fault.h"

#include "base/contains.h"
#include "base/kernel_version.h"
#include "base/range_set.h"
#include "evidence/dmesg.h"
#include "expectation/early_memory.h"
#include "judge/refused_cma.h"
#include "judge/sightings.h"

#include <algorithm>
#include <limits>

namespace rmemcheck {
namespace {

using Region = ExpectedRegion;

/// The log, or all that there is of one that was not sent.
const KernelLog &log_of(const FaultyBoot &boot) {
  return boot.evidence.log.lines.empty() ? boot.evidence.unsent_log : boot.evidence.log;
}

bool log_says(const FaultyBoot &boot, std::string_view text) { return says(log_of(boot), text); }

bool is_seen(const FaultyBoot &boot, const Region &region) {
  return std::ranges::any_of(boot.sightings.probed(region),
                             [](const ProbedRegion *seen) { return seen->found; });
}

/// The page allocator has been given a page that somebody has.
bool is_of_bad_page(const Finding &finding) {
  return finding.seen.find("Bad page state") != std::string::npos;
}

bool has_namesake(const FaultyBoot &boot, const Region *region) {
  return region != nullptr && boot.names.named(region->node.name).size() > 1;
}

/// Whether it is among what the kernel had no entry left for.
/// A finding of "left-out" is about all of them, and has the name of the first.
bool is_left_out_by(const FaultyBoot &boot, const Finding &finding, const Region *region,
                    std::string_view said) {
  return log_says(boot, said) && (region == nullptr || finding.rule == "left-out" ||
                                  !is_seen(boot, *region) || has_namesake(boot, region));
}

bool overlap(const Region &one, const Region &other) {
  return std::ranges::any_of(one.node.reg, [&](const PhysicalRange &range) {
    return std::ranges::any_of(other.node.reg, [&](const PhysicalRange &each) {
      return range.overlaps(each) || range.begin == each.end || range.end == each.begin;
    });
  });
}

/// Whether an init function refuses it, or has been asked and should not have been.
bool may_be_given_back(const FaultyBoot &boot, const Region &region) {
  return region.given_back || region.bypassed ||
         (region.fate == Fate::refused && !region.node.compatible.empty() && is_seen(boot, region));
}

/// Whether it may be given back, or one that it overlaps or touches.
bool is_beside_refused(const FaultyBoot &boot, const Region *region) {
  return std::ranges::any_of(boot.expectation.regions, [&](const Region &other) {
    return may_be_given_back(boot, other) &&
           (region == nullptr || &other == region || overlap(*region, other));
  });
}

/// A CMA pool beyond what a kernel has addresses for, which takes another place for its own.
bool is_cma_pool_beyond_addresses(const Region &region) {
  return region.fate == Fate::refused && region.node.is_cma_pool() &&
         !region.refused_tuples.empty() && region.refused_tuples.front() == region.node.reg.front();
}

/// The pages of such an area are counted and freed all the same.
bool takes_no_ram_for_cma(const FaultyBoot &boot) {
  return log_says(boot, "cma_init_reserved_areas") &&
         std::ranges::any_of(boot.expectation.regions, [](const Region &region) {
           return region.is_no_ram_for_cma || is_cma_pool_beyond_addresses(region);
         });
}

/// A pool that its init function refuses lies where kernels are loaded, of which a dead boot shows
/// no place: what is given back then is the kernel itself.
bool gives_back_the_kernel(const FaultyBoot &boot) {
  constexpr std::uint64_t first_of_ram = 0x4000000;
  return std::ranges::any_of(boot.expectation.regions, [&](const Region &region) {
    const bool is_refused =
        region.given_back ||
        (region.node.is_cma_pool() && log_says(boot, "incorrect alignment of CMA region"));
    return is_refused && region.range &&
           std::ranges::any_of(boot.expectation.memory, [&](const PhysicalRange &ram) {
             return region.range->overlaps({ram.begin, ram.begin + first_of_ram});
           });
  });
}

/// swiotlb takes a pool from the page that it begins in, and hands out what lies before it and what
/// the page allocator has (rmem_swiotlb_device_init(), kernel/dma/swiotlb.c).
bool has_bounce_pool_within_a_page(const FaultyBoot &boot) {
  return std::ranges::any_of(boot.expectation.consumers, [&](const ExpectedConsumer &consumer) {
    if (consumer.region.empty())
      return false;
    const Region &region = boot.expectation.regions[consumer.index];
    return region.node.has_compatible("restricted-dma-pool") &&
           std::ranges::any_of(boot.sightings.places(region), [&](const PhysicalRange &place) {
             return place.cuts(boot.expectation.page_size);
           });
  });
}

/// Until v7.0 kernels of 6.12.103 and later note each reusable shared-dma-pool as they reserve it,
/// one that is no-map and becomes no area as well (__reserved_mem_reserve_reg(),
/// drivers/of/of_reserved_mem.c, calls dma_contiguous_early_fixup()).
bool notes_many_pools_early(const FaultyBoot &boot) {
  return std::ranges::count_if(boot.expectation.regions, [](const Region &region) {
           return region.node.reusable && region.node.has_compatible("shared-dma-pool");
         }) >= fewest_cma_areas;
}

/// A device maps what it is given (dma_init_coherent_memory(), kernel/dma/coherent.c), and
/// memremap() warns of what is RAM.
bool hands_out_refused(const FaultyBoot &boot) {
  return std::ranges::any_of(boot.expectation.regions, [&](const Region &region) {
    return region.fate == Fate::refused && region.node.has_compatible("shared-dma-pool") &&
           is_seen(boot, region);
  });
}

std::size_t count_boot_placed(const FaultyBoot &boot) {
  return static_cast<std::size_t>(
      std::ranges::count_if(boot.expectation.regions, [](const Region &region) {
        return region.node.enabled && is_boot_placed(region);
      }));
}

/// As many as may take up memblock's early entries, half of which the kernel needs for itself and
/// for what lies between.
bool may_fill_early_slots(const FaultyBoot &boot) {
  constexpr std::size_t half_of_the_entries = 64; // of INIT_MEMBLOCK_REGIONS
  const std::string &arch = boot.expectation.arch;
  return (arch == "arm" || arch == "riscv" || arch == "mips") &&
         boot.expectation.regions.size() >= half_of_the_entries;
}

/// 32-bit ARM ends low memory where a no-map region is no whole pair of sections, as one that boot
/// places may be (adjust_lowmem_bounds(), arch/arm/mm/mmu.c).
bool ends_lowmem_at_no_map(const FaultyBoot &boot) {
  constexpr std::uint64_t pair_of_sections = 0x200000;
  return log_says(boot, "Ignoring RAM at ") &&
         std::ranges::any_of(boot.expectation.regions, [](const Region &each) {
           return each.node.no_map &&
                  (is_boot_placed(each) ||
                   std::ranges::any_of(each.node.reg, [](const PhysicalRange &range) {
                     return range.cuts(pair_of_sections);
                   }));
         });
}

/// Without LPAE, 32-bit ARM has one entry for two sections of 1 MiB, and looks at the first of them
/// to see whether it has a page table (alloc_init_pmd(), arch/arm/mm/mmu.c).
bool goes_on_in_half_a_pair(const FaultyBoot &boot) {
  constexpr std::uint64_t section = 0x100000;
  constexpr std::uint64_t highest = 0xffffffff;
  if (boot.expectation.last_address > highest)
    return false;
  std::vector<PhysicalRange> hidden;
  for (const Region &region : boot.expectation.regions)
    if (region.node.no_map && region.node.enabled)
      hidden.insert(hidden.end(), region.node.reg.begin(), region.node.reg.end());
  const RangeSet mapped = RangeSet(boot.expectation.memory).minus(RangeSet(std::move(hidden)));
  const std::vector<PhysicalRange> &banks = mapped.ranges();
  return std::ranges::adjacent_find(
             banks, [](const PhysicalRange &bank, const PhysicalRange &next) {
               return bank.end % (2 * section) == section && next.begin < bank.end + section;
             }) != banks.end();
}

/// Whether a no-map region has a part of a page. Those that boot places lie beside each other, and
/// what is placed after one of an odd size begins within a page.
bool shares_a_page(const FaultyBoot &boot) {
  const std::uint64_t page = boot.expectation.page_size;
  bool is_within_a_page = false;
  bool hides = false;
  for (const Region &each : boot.expectation.regions)
    if (is_boot_placed(each) && each.node.enabled) {
      is_within_a_page |= each.node.size % page != 0;
      hides |= each.node.no_map;
    }
  return (is_within_a_page && hides) ||
         std::ranges::any_of(boot.expectation.regions, [&](const Region &each) {
           return each.node.no_map && each.node.enabled &&
                  (each.node.size % page != 0 ||
                   std::ranges::any_of(each.node.reg, [&](const PhysicalRange &range) {
                     return range.cuts(page);
                   }));
         });
}

/// Of arm64 since 7ace06a01efa: a page of which a part is no-map is not mapped at all.
constexpr const char *since_no_part_is_mapped = "6.12.103";

/// Such a page is mapped with what lies before it and with what lies behind, and arm64 changes no
/// page of a contiguous block (pgattr_change_is_safe(), arch/arm64/mm/mmu.c). Nor does it make a
/// section of what has a page table by then (pmd_set_huge()): what lies behind the page is not
/// mapped.
bool maps_a_page_twice(const FaultyBoot &boot) {
  return shares_a_page(boot) && (log_says(boot, "kernel BUG at arch/arm64/mm/mmu.c") ||
                                 (is_older(log_of(boot).version, since_no_part_is_mapped) &&
                                  log_says(boot, "Unable to handle kernel paging request")));
}

/// 32-bit ARM maps by sections what ends in the last page of one, and asks for a page table in its
/// place with what lies behind the region (arm_pte_alloc(), arch/arm/mm/mmu.c).
bool takes_a_section_for_a_table(const FaultyBoot &boot) {
  return shares_a_page(boot) && boot.evidence.ending == Ending::hang;
}

/// riscv steps by pages from where memory begins, within one, and not to the page that it ends in
/// (create_linear_mapping_range(), arch/riscv/mm/init.c).
bool leaves_out_the_last_page(const FaultyBoot &boot, const Finding &finding) {
  return shares_a_page(boot) &&
         (finding.rule != "probe-mapping" ||
          (finding.expected.ends_with("all") && finding.seen.starts_with("some")));
}

bool lies_in_a_pool(const FaultyBoot &boot, const Region &region) {
  return std::ranges::any_of(boot.expectation.regions, [&](const Region &pool) {
    return pool.cma && pool.range &&
           std::ranges::any_of(region.node.reg, [&](const PhysicalRange &range) {
             return range.overlaps(*pool.range);
           });
  });
}

/// 32-bit ARM maps each of them once more, and an area has one mapping (vm_area_add_early(),
/// mm/vmalloc.c).
bool has_pools_in_pools(const FaultyBoot &boot) {
  std::vector<PhysicalRange> areas;
  for (const Region &region : boot.expectation.regions)
    if (region.cma && region.range)
      areas.push_back(*region.range);
  std::ranges::sort(areas, {}, &PhysicalRange::begin);
  return std::ranges::adjacent_find(areas, [](const PhysicalRange &one, const PhysicalRange &next) {
           return one.overlaps(next);
         }) != areas.end();
}

/// memblock hands the rest of the page out.
bool uses_an_unmapped_part(const FaultyBoot &boot) {
  return log_says(boot, "Unable to handle kernel paging request") && shares_a_page(boot);
}

/// An overlap is told of neighbours in the array. Whether the finding misses the word of one with
/// what is not in it, or has that of two which are neighbours for it. Of namesakes nothing shows
/// which one is in it.
bool is_overlap_without(const FaultyBoot &boot, const Finding &finding) {
  return finding.expected == "no overlap" ||
         std::ranges::any_of(boot.expectation.regions, [&](const Region &other) {
           return finding.expected == "an error: overlaps with " + other.node.name &&
                  (!is_seen(boot, other) || has_namesake(boot, &other));
         });
}

/// Whether the finding is about neighbours in the array one of which has the place of another
/// region, and so either of the two may be the neighbour.
bool is_overlap_of_equals(const FaultyBoot &boot, const Finding &finding, const Region *region) {
  const auto has_equal = [&](const Region &one) {
    return std::ranges::any_of(boot.expectation.regions, [&](const Region &other) {
      return &one != &other && one.range && one.range == other.range;
    });
  };
  const auto is_told = [&](const Region &other) {
    return finding.seen.find(other.node.name + " (") != std::string::npos ||
           finding.expected == "an error: overlaps with " + other.node.name;
  };
  return (region != nullptr && has_equal(*region)) ||
         std::ranges::any_of(boot.expectation.regions, [&](const Region &other) {
           return is_told(other) && has_equal(other);
         });
}

/// Whether the finding has the word of an overlap with what should not be in the array, or not yet.
bool is_overlap_with_refused(const FaultyBoot &boot, const Finding &finding) {
  return finding.expected == "no overlap" &&
         std::ranges::any_of(boot.expectation.regions, [&](const Region &region) {
           return (region.fate == Fate::refused || !region.node.placeholder_reg.empty()) &&
                  finding.seen.find(region.node.name + " (") != std::string::npos;
         });
}

bool is_beyond(const PhysicalRange &range, const Expectation &expectation) {
  return range.empty() || range.end - 1 > expectation.last_address;
}

/// Numbers of its node that an address does not hold, or more of them than there are.
bool has_large_numbers(const FaultyBoot &boot, const Region &region) {
  const auto is_large = [&](const PhysicalRange &range) {
    return is_beyond(range, boot.expectation);
  };
  return std::ranges::any_of(region.node.reg, is_large) ||
         std::ranges::any_of(region.node.alloc_ranges, is_large) ||
         region.node.size > boot.expectation.last_address ||
         region.node.alignment > boot.expectation.last_address;
}

/// Cut, one of its tuples lies over RAM, which the kernel then hides, or gives back for its own.
bool lies_over_ram_when_cut(const FaultyBoot &boot, const Region &region) {
  const std::uint64_t last = boot.expectation.last_address;
  return (region.node.no_map || !region.node.compatible.empty()) &&
         std::ranges::any_of(region.node.reg, [&](const PhysicalRange &range) {
           const std::uint64_t begin = range.begin & last;
           return is_beyond(range, boot.expectation) &&
                  overlaps_any(boot.expectation.memory, {begin, begin + range.size()});
         });
}

bool any_region(const FaultyBoot &boot, bool (*is)(const FaultyBoot &, const Region &)) {
  return std::ranges::any_of(boot.expectation.regions,
                             [&](const Region &each) { return is(boot, each); });
}

bool is_bypassed(const FaultyBoot &, const Region &region) { return region.bypassed; }

bool is_given_back(const FaultyBoot &, const Region &region) { return region.given_back; }

bool is_given_back_no_map(const FaultyBoot &, const Region &region) {
  return region.given_back && region.node.no_map;
}

bool is_static_default_pool(const FaultyBoot &, const Region &region) {
  return region.range && region.cma && region.node.cma_default;
}

/// One in a fixed place that its init function refuses, or that makes way for cma=.
bool is_refused_cma_pool(const FaultyBoot &, const Region &region) {
  return ((region.range && region.given_back) || region.bypassed) && region.node.is_cma_pool();
}

bool any_no_map_namesake(const FaultyBoot &boot) {
  return std::ranges::any_of(boot.names.namesakes(),
                             [](const Region *region) { return region->node.no_map; });
}

bool any_placed_namesake(const FaultyBoot &boot) {
  return std::ranges::any_of(boot.names.namesakes(),
                             [](const Region *region) { return is_boot_placed(*region); });
}

bool is_silence(const Finding &finding) { return finding.expected.starts_with("named in "); }

/// The rules by which one sees that a region is not recorded.
const std::vector<std::string> recording = {"recorded",      "logged",       "init",
                                            "default-cma",   "known-errors", "probe-mapping",
                                            "device-memory", "left-out",     "given-back"};

std::vector<std::string> with(std::vector<std::string> rules,
                              const std::vector<std::string> &more) {
  rules.insert(rules.end(), more.begin(), more.end());
  return rules;
}

/// From here on a series has fixes alone (patches/v7.3): what the kernel does by design stays.
constexpr const char *fixes_alone = "7.3";

std::vector<KnownFault> make_table() {
  return {
      {"array-of-64", "no more than 64 regions are recorded", "", "6.12.103",
       "8a6e02d0c00e, 00c9a452a235, CVE-2026-80723", recording, "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         constexpr std::string_view said = "not enough space for all defined regions";
         return is_left_out_by(boot, finding, region, said) ||
                (log_says(boot, said) && is_overlap_without(boot, finding));
       }},
      {"not-recorded-not-given-back",
       "a region that an init function would refuse is not recorded, and keeps its memory",
       "",
       "6.12.103",
       "8a6e02d0c00e, 00c9a452a235, CVE-2026-80723",
       {"own-memory"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *) {
         return log_says(boot, "not enough space for all defined regions") &&
                any_region(boot, [](const FaultyBoot &each, const Region &region) {
                  return region.given_back && !is_seen(each, region);
                });
       }},
      {"refused-no-map-stays-reserved",
       "a refused no-map region that boot has placed is mapped again, and stays reserved",
       "",
       "",
       "",
       {"own-memory"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *) {
         return any_region(boot, [](const FaultyBoot &, const Region &region) {
           return region.given_back && region.node.no_map && is_boot_placed(region);
         });
       }},
      {"boot-placed-64", "no more than 64 boot-placed regions are reserved and recorded",
       "6.12.103", "", "", recording, "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         return is_left_out_by(boot, finding, region, "too many defined dynamic regions");
       }},
      {"boot-placed-64-recorded",
       "boot-placed regions beyond the 64th are reserved, and not recorded", "6.12.103", "", "",
       with(recording, {"own-memory", "same-own-memory"}), "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         return is_left_out_by(boot, finding, region, "it stays reserved but cannot be used");
       },
       nullptr, fixes_alone},
      {"boot-placed-overflow",
       "boot-placed regions beyond the 64th are written past the end of an array on the stack",
       "6.13",
       "7.1.8",
       "CVE-2026-80723",
       {},
       "",
       nullptr,
       [](const FaultyBoot &boot) {
         constexpr std::size_t entries = 64; // dynamic_nodes[], drivers/of/of_reserved_mem.c
         return count_boot_placed(boot) > entries;
       }},
      {"cma-outside-ram",
       "a CMA pool that is not RAM is taken for one: the kernel warns of its pages, or dies of "
       "them",
       "",
       "",
       "",
       {"no-warning"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *) {
         return takes_no_ram_for_cma(boot);
       },
       takes_no_ram_for_cma},
      {"default-pool-late",
       "a default CMA area is made beside that of the tree, which is found later",
       "6.12.103",
       "",
       "",
       {"default-cma", "own-memory", "same-own-memory"},
       "arm",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         return region == nullptr && any_region(boot, is_static_default_pool);
       }},
      {"unmapped-beside-pool",
       "what lies beside a CMA pool that is misaligned, no RAM or makes way for cma= is not mapped "
       "any more, and the kernel hangs",
       "6.12.103",
       "",
       "",
       {},
       "arm",
       nullptr,
       [](const FaultyBoot &boot) {
         return boot.evidence.ending == Ending::hang && any_region(boot, is_refused_cma_pool);
       }},
      {"early-pools-overflow",
       "more CMA pools than there are areas are written past the end of an array",
       "6.12.103",
       "",
       "",
       {"no-error", "no-warning"},
       "arm",
       [](const FaultyBoot &boot, const Finding &finding, const Region *) {
         // dma_mmu_remap[], arch/arm/mm/dma-mapping.c
         return notes_many_pools_early(boot) &&
                (finding.seen.find("dma_contig_early_reserve") != std::string::npos ||
                 finding.seen.find("arch/arm/mm/dma-mapping.c") != std::string::npos);
       }},
      {"refused-recorded",
       "what could not be reserved or placed, or what an init function refuses, is recorded",
       "",
       "",
       "",
       {"nothing-extra", "known-errors", "no-warning"},
       "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         if (finding.rule == "known-errors")
           return is_overlap_with_refused(boot, finding);
         if (finding.rule == "no-warning")
           return finding.seen.find("memremap") != std::string::npos && hands_out_refused(boot);
         return region != nullptr && region->fate == Fate::refused;
       }},
      {"refused-takes-others-along",
       "memory of a refused region is given back with what lies in it or beside it",
       "",
       "",
       "",
       {"recorded", "logged", "reserved", "iomem", "no-map-unmapped", "no-map-memblock", "init",
        "mapped-present", "probe-mapping", "device-memory", "known-errors", "all-ram", "given-back",
        "default-cma", "no-warning"},
       "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         return (finding.rule != "no-warning" || is_of_bad_page(finding)) &&
                is_beside_refused(boot, region);
       },
       gives_back_the_kernel},
      {"bounce-pool-within-a-page",
       "of a restricted pool that begins or ends within a page, a device gets what lies beside it",
       "",
       "",
       "",
       {"device-memory", "no-warning"},
       "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *) {
         return (finding.rule != "no-warning" || is_of_bad_page(finding)) &&
                has_bounce_pool_within_a_page(boot);
       },
       nullptr,
       "0"},
      {"refused-not-given-back",
       "a refused region keeps its memory, or no-map",
       "7.1",
       "",
       "",
       {"given-back", "ram-mapped", "default-cma", "own-memory", "same-own-memory"},
       "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         if (region != nullptr)
           return is_beside_refused(boot, region);
         return finding.rule != "default-cma" &&
                any_region(boot,
                           finding.rule == "ram-mapped" ? is_given_back_no_map : is_given_back);
       },
       nullptr,
       fixes_alone},
      {"namesakes",
       "of two nodes that share a name, the second one is taken for the first",
       "",
       "",
       "",
       {"recorded", "logged", "nothing-extra", "placement", "device-memory", "reserved",
        "probe-mapping", "init", "known-errors", "all-ram", "iomem", "own-memory"},
       "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         // Nothing shows where the second one lies: what memory it has, or hides with its page.
         if (finding.rule == "own-memory" || (finding.rule == "init" && region == nullptr))
           return any_placed_namesake(boot);
         return has_namesake(boot, region) ||
                ((finding.rule == "all-ram" || finding.rule == "iomem") &&
                 any_no_map_namesake(boot));
       }},
      {"dump-of-namesakes",
       "of more than 16 nodes that share a name sysfs dumps the stack, of which the kernel dies",
       "",
       "",
       "",
       {},
       "um",
       nullptr,
       [](const FaultyBoot &boot) {
         return log_says(boot, "cannot create duplicate filename "
                               "'/firmware/devicetree/base/reserved-memory");
       },
       "0"},
      {"equals-by-chance",
       "of regions of one place either is sorted first, and overlaps are told of its neighbours",
       "",
       "6.9",
       "",
       {"known-errors"},
       "",
       is_overlap_of_equals},
      {"freed-with-initrd",
       "a region that lies over the initrd is given back with it",
       "",
       "",
       "",
       {"reserved"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         const RangeSet taken(boot.expectation.taken);
         return region != nullptr && region->range && taken.overlaps(*region->range);
       },
       nullptr,
       "0"},
      {"alignment-is-a-mask",
       "an alignment that is no power of two is taken for a mask, without a word",
       "",
       "",
       "",
       {"placement", "known-errors", "reserved", "same-placement"},
       "",
       [](const FaultyBoot &, const Finding &, const Region *region) {
         return region != nullptr && region->is_alignment_rounded;
       }},
      {"numbers-are-cut",
       "addresses, sizes and alignments that phys_addr_t does not hold are cut",
       "",
       "",
       "",
       {"nothing-extra", "known-errors", "placement", "reserved", "own-memory", "all-ram",
        "recorded", "logged", "no-map-memblock", "iomem", "no-map-unmapped", "probe-mapping"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         return region != nullptr ? has_large_numbers(boot, *region)
                                  : any_region(boot, has_large_numbers);
       },
       [](const FaultyBoot &boot) { return any_region(boot, lies_over_ram_when_cut); }},
      {"malformed-in-silence",
       "a node that is not understood is passed over without its name",
       "",
       "",
       "",
       {"known-errors"},
       "",
       [](const FaultyBoot &, const Finding &finding, const Region *region) {
         return is_silence(finding) && region != nullptr && !region->node.malformed.empty();
       }},
      {"format-without-names",
       "of a /reserved-memory that is not read, the nodes are not named",
       "",
       "",
       "",
       {"known-errors"},
       "",
       [](const FaultyBoot &, const Finding &finding, const Region *region) {
         return is_silence(finding) && region != nullptr && region->must_be_named;
       },
       nullptr,
       fixes_alone},
      {"format-in-silence",
       "/reserved-memory of a format that is not read is not spoken of",
       "",
       "",
       "",
       {"known-errors"},
       "",
       [](const FaultyBoot &, const Finding &finding, const Region *) {
         return finding.expected.starts_with("an error: /reserved-memory is not of a format");
       }},
      {"refused-in-silence",
       "a region that is refused, or not placed for what an init function says, is not named",
       "6.12.103",
       "",
       "",
       {"known-errors"},
       "",
       [](const FaultyBoot &, const Finding &finding, const Region *region) {
         return is_silence(finding) && region != nullptr && region->fate == Fate::refused;
       }},
      {"memreserve-after-placement",
       "/memreserve/ is taken after regions are placed, which may lie over it",
       "6.12.103",
       "",
       "",
       {"nothing-extra", "known-errors", "placement", "elfcorehdr"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         return !boot.expectation.memreserve.empty() && region != nullptr &&
                is_boot_placed(*region);
       }},
      {"elfcorehdr-after-placement",
       "what a crashed kernel has left is reserved after regions are placed, which may lie over it",
       "6.12.103",
       "7.0",
       "3e8ade58b71b",
       {"elfcorehdr", "placement", "nothing-extra", "known-errors"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         return boot.expectation.elfcorehdr && (region == nullptr || is_boot_placed(*region));
       }},
      {"bypassed-pool-kept",
       "a default CMA pool that makes way for cma= becomes an area all the same",
       "6.12.103",
       "7.0",
       "0fd17e598333",
       {"default-cma", "init", "nothing-extra", "given-back"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *) {
         return any_region(boot, is_bypassed);
       }},
      {"placeholder-not-placed",
       "a node with a reg of no size beside a size is not placed",
       "6.12.103",
       "",
       "",
       {"recorded", "logged", "init", "default-cma", "known-errors", "reserved", "device-memory"},
       "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         const auto is_placeholder = [](const FaultyBoot &, const Region &each) {
           return each.node.size != 0 && !each.node.placeholder_reg.empty();
         };
         return region != nullptr
                    ? is_placeholder(boot, *region)
                    : finding.rule == "default-cma" && any_region(boot, is_placeholder);
       }},
      {"bypass-in-silence",
       "a default CMA pool that makes way for cma= is not named",
       "7.1",
       "",
       "",
       {"default-cma", "no-error"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *) {
         return any_region(boot, is_bypassed);
       }},
      {"tree-reserved-late",
       "the device tree is reserved after regions are placed or reserved over it",
       "",
       "",
       "",
       {"placement", "nothing-extra", "known-errors", "all-ram", "recorded", "logged",
        "no-map-memblock"},
       "riscv",
       [](const FaultyBoot &boot, const Finding &, const Region *) {
         const RangeSet taken(boot.expectation.taken);
         return std::ranges::any_of(boot.expectation.regions, [&](const Region &each) {
           const std::vector<PhysicalRange> places =
               is_boot_placed(each) ? boot.sightings.places(each) : each.node.reg;
           return std::ranges::any_of(
               places, [&](const PhysicalRange &place) { return taken.overlaps(place); });
         });
       }},
      {"kernel-reserved-late",
       "regions are placed over the kernel, which is reserved after them",
       "",
       "",
       "",
       {"placement", "nothing-extra", "known-errors", "recorded", "logged"},
       "mips",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         const RangeSet taken(boot.expectation.taken);
         return region != nullptr && is_boot_placed(*region) &&
                std::ranges::any_of(
                    boot.sightings.places(*region),
                    [&](const PhysicalRange &place) { return taken.overlaps(place); });
       }},
      {"early-slots",
       "memblock has no entry left before the page tables stand, and regions are not marked",
       "",
       "",
       "",
       {"iomem", "probe-mapping", "placement", "reserved", "no-map-memblock", "no-map-unmapped",
        "recorded", "known-errors"},
       "",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         return region != nullptr && may_fill_early_slots(boot);
       },
       may_fill_early_slots},
      {"lowmem-ends-at-no-map",
       "RAM behind a no-map region that is no whole pair of sections is dropped",
       "",
       "",
       "",
       {"all-ram", "iomem", "mapped-present", "no-map-memblock", "init", "recorded", "placement",
        "reserved", "probe-mapping", "no-warning", "no-error"},
       "arm",
       [](const FaultyBoot &boot, const Finding &finding, const Region *) {
         const bool is_of_log = finding.rule == "no-warning" || finding.rule == "no-error";
         return ends_lowmem_at_no_map(boot) &&
                (!is_of_log || log_says(boot, "cma_init_reserved_areas"));
       },
       [](const FaultyBoot &boot) {
         return ends_lowmem_at_no_map(boot) && (log_says(boot, "cma_init_reserved_areas") ||
                                                log_says(boot, "Failed to allocate "));
       }},
      {"half-a-pair-of-sections",
       "memory that goes on in the second of two sections, of which the first is mapped as a "
       "whole, "
       "finds no page table, and the kernel hangs before there is a vector",
       "",
       "",
       "",
       {},
       "arm",
       nullptr,
       [](const FaultyBoot &boot) {
         return boot.evidence.ending == Ending::hang && goes_on_in_half_a_pair(boot);
       },
       "0"},
      {"firmware-not-reserved",
       "where /reserved-memory is not read, memory that the firmware keeps for itself is used, and "
       "the kernel dies of the access",
       "",
       "",
       "",
       {},
       "riscv",
       nullptr,
       [](const FaultyBoot &boot) {
         return boot.expectation.is_format_unsupported && log_says(boot, "access fault");
       },
       "0"},
      {"part-of-a-page",
       "a page of which a part is no-map is mapped twice: the kernel dies of a check, or of a "
       "section that it has not mapped",
       "",
       "7.3",
       "",
       {},
       "arm64",
       nullptr,
       maps_a_page_twice},
      {"table-in-a-section",
       "a page of which a part is no-map is mapped twice, once in a section: the kernel hangs "
       "before "
       "there is a vector",
       "",
       "",
       "",
       {},
       "arm",
       nullptr,
       takes_a_section_for_a_table},
      {"pools-in-pools",
       "of CMA pools that overlap pages are given to CMA twice; 32-bit ARM maps them twice, too, "
       "and "
       "hangs before there is a vector",
       "",
       "",
       "",
       {"no-warning"},
       "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *) {
         return is_of_bad_page(finding) && has_pools_in_pools(boot);
       },
       [](const FaultyBoot &boot) {
         return boot.expectation.arch == "arm" && boot.evidence.ending == Ending::hang &&
                has_pools_in_pools(boot);
       },
       "0"},
      {"no-map-in-a-pool",
       "a CMA pool is remapped with the no-map memory that lies in it",
       "",
       "",
       "",
       {"probe-mapping", "no-map-unmapped"},
       "arm",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         return region != nullptr && region->node.no_map && lies_in_a_pool(boot, *region);
       },
       nullptr,
       "0"},
      {"last-page-unmapped",
       "memory that begins within a page is mapped by pages, so that the kernel seems to hang, and "
       "the "
       "page that it ends in is not",
       "",
       "",
       "",
       {"probe-mapping"},
       "riscv",
       [](const FaultyBoot &boot, const Finding &finding, const Region *) {
         return leaves_out_the_last_page(boot, finding);
       },
       [](const FaultyBoot &boot) {
         return uses_an_unmapped_part(boot) ||
                (boot.evidence.ending == Ending::hang && shares_a_page(boot));
       }},
      {"rest-of-a-page",
       "what shares a page with a no-map region is handed out and is not mapped, and the kernel "
       "dies of the access",
       since_no_part_is_mapped,
       "",
       "",
       {},
       "arm64",
       nullptr,
       uses_an_unmapped_part},
      {"resources-lost",
       "a no-map region of less than a page is no resource, and /proc/iomem loses all System RAM",
       "",
       "",
       "",
       {"all-ram", "no-error"},
       "riscv",
       [](const FaultyBoot &boot, const Finding &finding, const Region *) {
         // add_resource(), arch/riscv/kernel/setup.c
         constexpr std::string_view said = "Failed to add ";
         return shares_a_page(boot) && log_says(boot, said) &&
                (finding.rule == "all-ram" || finding.seen.find(said) != std::string::npos);
       }},
  };
}

bool is_left_alone(const std::string &version, const KnownFault &fault) {
  return !fault.left_alone_since.empty() && is_since(version, fault.left_alone_since);
}

bool may_have(const FaultyBoot &boot, const KnownFault &fault) {
  const std::string &version = log_of(boot).version;
  return (fault.since.empty() || is_since(version, fault.since)) &&
         (fault.fixed_in.empty() || is_older(version, fault.fixed_in)) &&
         (fault.arch.empty() || fault.arch == boot.expectation.arch) &&
         (boot.expectation.may_have_known_faults || is_left_alone(version, fault));
}

bool sees(const std::string &rule, const KnownFault &fault) { return contains(fault.rules, rule); }

using Faults = std::vector<const KnownFault *>;

/// What a kernel of that kind may have wrong.
Faults faults_of(const FaultyBoot &boot) {
  Faults faults;
  for (const KnownFault &fault : known_faults())
    if (may_have(boot, fault))
      faults.push_back(&fault);
  return faults;
}

/// The region of that name, the first one.
const Region *region_of(const Finding &finding, const FaultyBoot &boot) {
  const RegionsByName::Regions &regions = boot.names.named(finding.region);
  return finding.region.empty() || regions.empty() ? nullptr : regions.front();
}

std::string name_of_fault(const FaultyBoot &boot, const Faults &faults, const Finding &finding) {
  const Region *region = region_of(finding, boot);
  for (const KnownFault *fault : faults)
    if (sees(finding.rule, *fault) && fault->explains(boot, finding, region))
      return fault->name;
  return "";
}

void name_findings(RuleResult &result, const FaultyBoot &boot, const Faults &faults) {
  for (Finding &finding : result.findings)
    finding.known = name_of_fault(boot, faults, finding);
}

std::string name_of_end(const FaultyBoot &boot, const Faults &faults) {
  for (const KnownFault *fault : faults)
    if (fault->ends != nullptr && fault->ends(boot))
      return fault->name;
  return "";
}

} // namespace

RegionsByName::RegionsByName(const Expectation &expectation) {
  for (const ExpectedRegion &region : expectation.regions)
    regions_[region.node.name].push_back(&region);
  for (const ExpectedRegion &region : expectation.regions)
    if (named(region.node.name).size() > 1)
      namesakes_.push_back(&region);
}

const RegionsByName::Regions &RegionsByName::named(const std::string &name) const {
  static const Regions none;
  const auto found = regions_.find(name);
  return found == regions_.end() ? none : found->second;
}

const std::vector<KnownFault> &known_faults() {
  static const std::vector<KnownFault> table = make_table();
  return table;
}

void name_known_faults(Verdict &verdict, const Expectation &expectation, const Evidence &evidence) {
  const Sightings sightings(expectation, evidence); // once: there may be thousands of findings
  const RegionsByName names(expectation);
  const FaultyBoot boot{expectation, evidence, sightings, names};
  const Faults faults = faults_of(boot);
  for (RuleResult &rule : verdict.rules)
    name_findings(rule, boot, faults);
  // One that resets the machine without a word leaves nothing of which more could have come, and
  // where there is no user space, the console is the log.
  const bool is_reset = evidence.ending == Ending::cut_short &&
                        (evidence.log.lines.empty() || !expectation.has_user_space);
  if (is_kernel_failure(evidence.ending) || is_reset)
    verdict.known_ending = name_of_end(boot, faults);
}

void name_known_faults(RuleResult &result, const Expectation &expectation,
                       const Evidence &evidence) {
  if (result.findings.empty())
    return; // as mostly: what the kernel has shown need not be looked up
  const Sightings sightings(expectation, evidence);
  const RegionsByName names(expectation);
  const FaultyBoot boot{expectation, evidence, sightings, names};
  name_findings(result, boot, faults_of(boot));
}

} // namespace rmemcheck
