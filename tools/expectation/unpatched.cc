// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/unpatched.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

bool is_refused(const ExpectedRegion &region) { return region.fate == Fate::refused; }

bool has_wrong(const ExpectedRegion &region, const char *words) {
  return region.node.malformed.find(words) != std::string::npos;
}

/// One thing that the series has changed (drivers/of/of_reserved_mem.c).
struct Difference {
  bool (*applies)(const ExpectedRegion &);
  const char *fate;
};

/// The first that applies is said.
constexpr Difference differences[] = {
    // of_read_number() keeps the last two cells, memblock_cap_size() what has an address
    {[](const ExpectedRegion &region) {
       return is_refused(region) &&
              (has_wrong(region, "64 bits") || region.reason.starts_with("reg ends beyond"));
     },
     "cut to what fits, without a word, and taken"},
    // a reg of no bytes is told by what firmware fills in
    {[](const ExpectedRegion &region) { return region.node.is_placeholder; }, ""},
    // of_flat_dt_get_addr_size_prop(), drivers/of/fdt.c, tells nothing from no property
    {[](const ExpectedRegion &region) { return has_wrong(region, "reg: length"); },
     "since v6.19 taken for one without reg, without a word"},
    {[](const ExpectedRegion &region) { return has_wrong(region, "alloc-ranges: length"); },
     "until v6.12 recorded with no bytes; since v6.19 placed anywhere, without a word"},
    // 7b9f263909a5
    {[](const ExpectedRegion &region) {
       return is_refused(region) && has_wrong(region, "reg: empty");
     },
     "until v7.1 passed over without a word; since v7.2 taken for one without reg"},
    // cma_init_reserved_areas(), mm/cma.c
    {[](const ExpectedRegion &region) { return region.is_no_ram_for_cma; },
     "taken, and its pages are not there"},
    // repaired by 0fd17e598333
    {[](const ExpectedRegion &region) { return region.bypassed; },
     "until v6.12 at least found by of_reserved_mem_lookup() all the same; from v6.13 (and "
     "6.12.103) to v6.19 an area all the same"},
    // 7fd3981202b9
    {[](const ExpectedRegion &region) {
       return region.given_back && region.node.no_map && region.node.reusable;
     },
     "since v7.1 recorded as any region"},
    // fdt_init_reserved_mem() leaves it in the array, fdt_init_reserved_mem_node() at v7.3 does not
    {[](const ExpectedRegion &region) { return region.given_back; },
     "until v6.12 at least found by of_reserved_mem_lookup() all the same"},
    // __reserved_mem_reserve_reg() saves the node whether or not it has reserved anything;
    // fdt_scan_reserved_mem_late() at v7.3 asks nothing of it either
    {[](const ExpectedRegion &region) {
       return is_refused(region) && !is_boot_placed(region) && region.node.malformed.empty();
     },
     "named in an error, and recorded all the same"},
    // fdt_init_reserved_mem(): the entry of no bytes stays
    {[](const ExpectedRegion &region) {
       return is_refused(region) && is_boot_placed(region) &&
              (region.node.size != 0 || has_wrong(region, "size: "));
     },
     "until v6.12 recorded with no bytes"},
    // memblock_find_in_range_node(), mm/memblock.c
    {[](const ExpectedRegion &region) { return region.is_alignment_rounded; },
     "its alignment is taken for a mask"},
};

} // namespace

std::string unpatched_fate(const ExpectedRegion &region) {
  if (region.fate == Fate::ignored) // no kernel looks at it
    return "";
  const auto *const found =
      std::ranges::find_if(differences, [&](const Difference &one) { return one.applies(region); });
  return found == std::end(differences) ? "" : found->fate;
}

std::string unpatched_count_fate(const Expectation &expectation) {
  const auto count = std::ranges::count_if(expectation.regions, takes_memory);
  if (count <= most_unpatched_regions)
    return "";
  return fmt::format("until v6.12 the kernel has room for {} (until v5.6 for 32): the others are "
                     "lost; since v6.13 (and 6.12.103) for all but boot-placed ones beyond {}",
                     most_unpatched_regions, most_unpatched_regions);
}

} // namespace rmemcheck
