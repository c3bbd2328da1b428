// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/fault_signs.h"

#include "base/kernel_version.h"
#include "base/range_set.h"
#include "evidence/dmesg.h"
#include "evidence/pools.h"
#include "expectation/early_memory.h"
#include "judge/init_functions.h"
#include "judge/refused_cma.h"

#include <algorithm>
#include <limits>

namespace rmemcheck::signs {
namespace {

/// Whether an init function refuses it, or has been asked and should not have been.
bool may_be_given_back(const FaultyBoot &boot, const Region &region) {
  return region.given_back || region.bypassed ||
         (region.fate == Fate::refused && !region.node.compatible.empty() && is_seen(boot, region));
}

/// A CMA pool beyond what a kernel has addresses for, which takes another place for its own.
bool is_cma_pool_beyond_addresses(const Region &region) {
  return region.fate == Fate::refused && region.node.is_cma_pool() &&
         !region.refused_tuples.empty() && region.refused_tuples.front() == region.node.reg.front();
}

bool is_beyond(const PhysicalRange &range, const Expectation &expectation) {
  return range.empty() || range.end - 1 > expectation.last_address;
}

/// Whether one of the restricted pools that a device is given is such a one.
template <typename Is> bool any_bounce_pool_of_a_device(const FaultyBoot &boot, const Is &is) {
  return std::ranges::any_of(boot.expectation.consumers, [&](const ExpectedConsumer &consumer) {
    if (consumer.region.empty())
      return false;
    const Region &region = boot.expectation.regions[consumer.index];
    return region.node.has_compatible("restricted-dma-pool") && is(region);
  });
}

/// Whether a line about an overlap, "A (0x1--0x3) overlaps with B (0x2--0x4)", has that name.
bool has_overlap_of(const std::string &line, const std::string &name) {
  return line.find(name + " (") != std::string::npos;
}

bool have_common_bytes(const Region &one, const Region &other) {
  return !RangeSet(one.node.reg).intersection(RangeSet(other.node.reg)).empty();
}

} // namespace

const KernelLog &log_of(const FaultyBoot &boot) {
  return boot.evidence.log.lines.empty() ? boot.evidence.unsent_log : boot.evidence.log;
}

bool log_says(const FaultyBoot &boot, std::string_view text) { return says(log_of(boot), text); }

bool is_seen(const FaultyBoot &boot, const Region &region) {
  return std::ranges::any_of(boot.sightings.probed(region),
                             [](const ProbedRegion *seen) { return seen->found; });
}

bool is_of_bad_page(const Finding &finding) {
  return finding.seen.find("Bad page state") != std::string::npos;
}

bool is_of_taken_page(const Finding &finding) {
  return is_of_bad_page(finding) || (finding.seen.find("cma_alloc: ") != std::string::npos &&
                                     finding.seen.find("ret: -16") != std::string::npos);
}

bool has_namesake(const FaultyBoot &boot, const Region *region) {
  return region != nullptr && boot.names.named(region->node.name).size() > 1;
}

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

bool is_beside_refused(const FaultyBoot &boot, const Region *region) {
  return std::ranges::any_of(boot.expectation.regions, [&](const Region &other) {
    return may_be_given_back(boot, other) &&
           (region == nullptr || &other == region || overlap(*region, other));
  });
}

bool takes_no_ram_for_cma(const FaultyBoot &boot) {
  return log_says(boot, "cma_init_reserved_areas") &&
         std::ranges::any_of(boot.expectation.regions, [](const Region &region) {
           return region.is_no_ram_for_cma || is_cma_pool_beyond_addresses(region);
         });
}

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

bool writes_over_what_was_given_back(const FaultyBoot &boot) {
  return says(boot.evidence.after_log, "5a5a5a5a") &&
         std::ranges::any_of(boot.expectation.regions, [&](const Region &pool) {
           return takes_memory(pool) && !pool.node.compatible.empty() &&
                  is_beside_refused(boot, &pool);
         });
}

bool is_pool_within_a_page(const FaultyBoot &boot, const Region &region) {
  const std::uint64_t page = boot.expectation.page_size;
  const auto is_within = [&](const PhysicalRange &place) { return place.cuts(page); };
  // Of a boot that died the log alone shows where the kernel has placed it.
  const auto is_logged_so = [&](const LoggedPool &pool) {
    return pool.name == region.node.name && pool.range.begin % page != 0;
  };
  return expected_ops(region) != nullptr &&
         (std::ranges::any_of(boot.sightings.places(region), is_within) ||
          std::ranges::any_of(parse_pools(log_of(boot)), is_logged_so));
}

bool has_bounce_pool_within_a_page(const FaultyBoot &boot) {
  return any_bounce_pool_of_a_device(
      boot, [&](const Region &pool) { return is_pool_within_a_page(boot, pool); });
}

bool writes_over_what_lies_beside_a_pool(const FaultyBoot &boot) {
  return (log_says(boot, "5a5a5a5a") || says(boot.evidence.after_log, "5a5a5a5a")) &&
         has_bounce_pool_within_a_page(boot);
}

bool dies_of_a_bounce_pool_within_a_page(const FaultyBoot &boot) {
  return writes_over_what_lies_beside_a_pool(boot) ||
         (log_says(boot, "Bad page state") && has_bounce_pool_within_a_page(boot));
}

bool has_hidden_bounce_pool(const FaultyBoot &boot) {
  const auto &regions = boot.expectation.regions;
  return any_bounce_pool_of_a_device(boot, [&](const Region &pool) {
    return std::ranges::any_of(regions, [&](const Region &region) {
      return region.node.no_map && takes_memory(region) && have_common_bytes(pool, region);
    });
  });
}

bool notes_many_pools_early(const FaultyBoot &boot) {
  return std::ranges::count_if(boot.expectation.regions, [](const Region &region) {
           return region.node.reusable && region.node.has_compatible("shared-dma-pool");
         }) >= fewest_cma_areas;
}

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

bool may_fill_early_slots(const FaultyBoot &boot) {
  constexpr std::size_t half_of_the_entries = 64; // of INIT_MEMBLOCK_REGIONS
  const std::string &arch = boot.expectation.arch;
  return (arch == "arm" || arch == "riscv" || arch == "mips") &&
         boot.expectation.regions.size() >= half_of_the_entries;
}

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

bool maps_a_page_twice(const FaultyBoot &boot) {
  return shares_a_page(boot) && (log_says(boot, "kernel BUG at arch/arm64/mm/mmu.c") ||
                                 (is_older(log_of(boot).version, since_no_part_is_mapped) &&
                                  log_says(boot, "Unable to handle kernel paging request")));
}

bool takes_a_section_for_a_table(const FaultyBoot &boot) {
  return shares_a_page(boot) && boot.evidence.ending == Ending::hang;
}

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

bool uses_an_unmapped_part(const FaultyBoot &boot) {
  return log_says(boot, "Unable to handle kernel paging request") && shares_a_page(boot);
}

bool is_overlap_without(const FaultyBoot &boot, const Finding &finding) {
  return finding.expected == "no overlap" ||
         std::ranges::any_of(boot.expectation.regions, [&](const Region &other) {
           return finding.expected == "an error: overlaps with " + other.node.name &&
                  (!is_seen(boot, other) || has_namesake(boot, &other));
         });
}

bool is_overlap_of_equals(const FaultyBoot &boot, const Finding &finding, const Region *region) {
  const auto has_equal = [&](const Region &one) {
    return std::ranges::any_of(boot.expectation.regions, [&](const Region &other) {
      return &one != &other && one.range && one.range == other.range;
    });
  };
  const auto is_told = [&](const Region &other) {
    return has_overlap_of(finding.seen, other.node.name) ||
           finding.expected == "an error: overlaps with " + other.node.name;
  };
  return (region != nullptr && has_equal(*region)) ||
         std::ranges::any_of(boot.expectation.regions, [&](const Region &other) {
           return is_told(other) && has_equal(other);
         });
}

bool is_overlap_with_refused(const FaultyBoot &boot, const Finding &finding) {
  const auto is_told_instead = [&](const Region &refused) {
    return std::ranges::any_of(boot.evidence.log.troubles, [&](const LoggedTrouble &trouble) {
      return trouble.kind == LoggedTrouble::Kind::overlap &&
             has_overlap_of(trouble.at.text, finding.region) &&
             has_overlap_of(trouble.at.text, refused.node.name);
    });
  };
  const bool is_missed = finding.expected.starts_with("an error: overlaps with ");
  return (is_missed || finding.expected == "no overlap") &&
         std::ranges::any_of(boot.expectation.regions, [&](const Region &region) {
           return (region.fate == Fate::refused || !region.node.placeholder_reg.empty()) &&
                  (is_missed ? is_told_instead(region)
                             : has_overlap_of(finding.seen, region.node.name));
         });
}

bool has_large_numbers(const FaultyBoot &boot, const Region &region) {
  const auto is_large = [&](const PhysicalRange &range) {
    return is_beyond(range, boot.expectation);
  };
  return std::ranges::any_of(region.node.reg, is_large) ||
         std::ranges::any_of(region.node.alloc_ranges, is_large) ||
         region.node.size > boot.expectation.last_address ||
         region.node.alignment > boot.expectation.last_address;
}

bool lies_over_ram_when_cut(const FaultyBoot &boot, const Region &region) {
  const std::uint64_t last = boot.expectation.last_address;
  return (region.node.no_map || !region.node.compatible.empty()) &&
         std::ranges::any_of(region.node.reg, [&](const PhysicalRange &range) {
           const std::uint64_t begin = range.begin & last;
           return is_beyond(range, boot.expectation) &&
                  overlaps_any(boot.expectation.memory, {begin, begin + range.size()});
         });
}

bool lies_over_what_was_taken(const FaultyBoot &boot, const Region &region) {
  const RangeSet taken(boot.expectation.taken);
  const std::vector<PhysicalRange> places =
      is_boot_placed(region) ? boot.sightings.places(region) : region.node.reg;
  return std::ranges::any_of(places,
                             [&](const PhysicalRange &place) { return taken.overlaps(place); });
}

bool any_region(const FaultyBoot &boot, bool (*is)(const FaultyBoot &, const Region &)) {
  return std::ranges::any_of(boot.expectation.regions,
                             [&](const Region &each) { return is(boot, each); });
}

bool has_bypassed_pool(const FaultyBoot &boot, const Finding &, const Region *) {
  return std::ranges::any_of(boot.expectation.regions, &Region::bypassed);
}

bool is_given_back(const FaultyBoot &, const Region &region) { return region.given_back; }

bool is_given_back_no_map(const FaultyBoot &, const Region &region) {
  return region.given_back && region.node.no_map;
}

bool is_static_default_pool(const FaultyBoot &, const Region &region) {
  return region.range && region.cma && region.node.cma_default;
}

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

} // namespace rmemcheck::signs
