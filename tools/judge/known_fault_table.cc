// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/known_fault.h"

#include "base/range_set.h"
#include "judge/fault_signs.h"

#include <algorithm>

namespace rmemcheck {
namespace {

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
  using namespace signs;
  using Region = ExpectedRegion;
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
                  return region.given_back &&
                         (!is_seen(each, region) || has_namesake(each, &region));
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
         return (finding.rule != "no-warning" || is_of_taken_page(finding) ||
                 writes_over_what_was_given_back(boot)) &&
                is_beside_refused(boot, region);
       },
       [](const FaultyBoot &boot) {
         return gives_back_the_kernel(boot) || writes_over_what_was_given_back(boot);
       }},
      {"pool-within-a-page",
       "of a pool that begins or ends within a page, a device gets what lies beside it",
       "",
       "",
       "",
       {"device-memory", "no-warning"},
       "",
       [](const FaultyBoot &boot, const Finding &finding, const Region *region) {
         return finding.rule == "no-warning"
                    ? (is_of_bad_page(finding) && has_bounce_pool_within_a_page(boot)) ||
                          writes_over_what_lies_beside_a_pool(boot)
                    : region != nullptr && is_pool_within_a_page(boot, *region);
       },
       dies_of_a_bounce_pool_within_a_page,
       "0"},
      {"hidden-bounce-pool",
       "a device is given a restricted pool that a no-map region has a part of, which is cleared",
       "",
       "",
       "",
       {},
       "",
       nullptr,
       has_hidden_bounce_pool,
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
         return region != nullptr && lies_over_what_was_taken(boot, *region);
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
       has_bypassed_pool},
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
       has_bypassed_pool},
      {"tree-reserved-late",
       "the device tree is reserved after regions are placed or reserved over it",
       "",
       "",
       "",
       {"placement", "nothing-extra", "known-errors", "all-ram", "recorded", "logged",
        "no-map-memblock"},
       "riscv",
       [](const FaultyBoot &boot, const Finding &, const Region *) {
         return any_region(boot, lies_over_what_was_taken);
       }},
      {"kernel-reserved-late",
       "regions are placed over the kernel, which is reserved after them",
       "",
       "",
       "",
       {"placement", "nothing-extra", "known-errors", "recorded", "logged"},
       "mips",
       [](const FaultyBoot &boot, const Finding &, const Region *region) {
         return region != nullptr && is_boot_placed(*region) &&
                lies_over_what_was_taken(boot, *region);
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
                                                log_says(boot, "Failed to allocate ") ||
                                                // of the initrd, which lies in what was dropped
                                                log_says(boot, "PC is at memcmp"));
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
       }},
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
       {"ram-mapped", "mapped-present", "probe-mapping"},
       "arm64",
       [](const FaultyBoot &boot, const Finding &finding, const Region *) {
         return shares_a_page(boot) &&
                (finding.rule != "probe-mapping" || finding.expected.ends_with("all"));
       },
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

} // namespace

const std::vector<KnownFault> &known_faults() {
  static const std::vector<KnownFault> table = make_table();
  return table;
}

} // namespace rmemcheck
