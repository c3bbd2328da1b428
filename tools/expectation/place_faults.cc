// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/place_faults.h"

#include "base/range_set.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// One tuple of a region.
struct Piece {
  const ExpectedRegion *region;
  std::size_t order; ///< of the region in the tree
  std::size_t tuple; ///< 0: the first of its reg
  PhysicalRange range;
};

/// Those of nodes that the kernel reads, by address.
std::vector<Piece> pieces_of(const Expectation &expectation) {
  std::vector<Piece> pieces;
  std::size_t order = 0;
  for (const ExpectedRegion &region : expectation.regions) {
    ++order;
    if (region.fate == Fate::ignored)
      continue;
    for (std::size_t tuple = 0; tuple < region.node.reg.size(); ++tuple)
      if (const PhysicalRange &range = region.node.reg[tuple]; !range.empty())
        pieces.push_back({&region, order, tuple, range});
  }
  std::ranges::stable_sort(pieces, {}, [](const Piece &piece) { return piece.range.begin; });
  return pieces;
}

PhysicalRange common(const PhysicalRange &one, const PhysicalRange &other) {
  return {std::max(one.begin, other.begin), std::min(one.end, other.end)};
}

bool is_of_firmware(const ExpectedRegion &region) {
  return region.node.name.starts_with("mmode_resv"); // lib/utils/fdt/fdt_fixup.c of OpenSBI
}

/// Who of the two is refused, as no-map over what is reserved; nullptr if nobody is.
const ExpectedRegion *refused_of(const Piece &first, const Piece &second) {
  for (const Piece *piece : {&first, &second})
    if (piece->region->node.no_map &&
        std::ranges::find(piece->region->refused_tuples, piece->range) !=
            piece->region->refused_tuples.end())
      return piece->region;
  return nullptr;
}

/// What the memory that two regions share comes to.
std::string fate_of_shared(const Piece &first, const Piece &second) {
  if (const ExpectedRegion *refused = refused_of(first, second))
    return fmt::format("since v5.12 it refuses {}: no-map over what is reserved",
                       refused->node.name);
  return first.region->node.no_map != second.region->node.no_map
             ? "gives both the memory; what they share is not mapped"
             : "gives both the memory";
}

/// What becomes of two regions that share bytes. __rmem_check_for_overlap()
/// (drivers/of/of_reserved_mem.c) looks at its array, which has the first tuple of each reg; later
/// ones are not taken any more since 7b9f263909a5.
std::string fate_of_overlap(const Piece &first, const Piece &second) {
  const std::string shared = fate_of_shared(first, second);
  if (first.tuple == 0 && second.tuple == 0)
    return "since v4.4 the kernel names the two (OVERLAP DETECTED!) where they are neighbours, "
           "and " +
           shared;
  return fmt::format("until v7.1 the kernel does not name the two, since it compares the first "
                     "ranges of reg alone, and {}; since v7.2 it does not take the later range",
                     shared);
}

TreeFault overlap_of(Piece first, Piece second) {
  if (second.order < first.order)
    std::swap(first, second);
  const bool is_resv = is_of_firmware(*first.region) || is_of_firmware(*second.region);
  return {"overlap", first.region->node.name,
          fmt::format("shares {} with {}{}", to_string(common(first.range, second.range)),
                      second.region->node.name,
                      is_resv ? ", which firmware has added for itself" : ""),
          fate_of_overlap(first, second)};
}

/// Calls `take` with each pair of pieces, of different regions, that share a byte.
template <typename Take> void for_each_overlap(const std::vector<Piece> &pieces, const Take &take) {
  std::vector<Piece> open; // may reach beyond the piece that is looked at
  for (const Piece &piece : pieces) {
    std::erase_if(open, [&](const Piece &each) { return each.range.end <= piece.range.begin; });
    for (const Piece &each : open)
      if (each.region != piece.region)
        take(each, piece);
    open.push_back(piece);
  }
}

std::string memreserve_fate(const ExpectedRegion &region) {
  return region.node.no_map ? "from v5.12 to v6.3 the kernel reserves /memreserve/ first and "
                              "refuses the region, which stays mapped; before, and since v6.4, the "
                              "region is not mapped"
                            : "the kernel reserves the bytes once, on every version";
}

void add_over(std::vector<TreeFault> &faults, const std::vector<Piece> &pieces, const char *rule,
              const std::string &what, const PhysicalRange &range,
              std::string (*fate)(const ExpectedRegion &)) {
  for (const Piece &piece : pieces)
    if (piece.range.overlaps(range))
      faults.push_back({rule, piece.region->node.name,
                        fmt::format("lies over {} at {}", what, to_string(range)),
                        fate(*piece.region)});
}

std::string load_fate(const ExpectedRegion &region) {
  return region.node.no_map
             ? "since v5.12 the kernel refuses it, and the memory stays mapped"
             : "on every version the kernel gives the region memory that it uses itself";
}

/// fdt_reserve_elfcorehdr() comes behind the static regions until v6.19.
std::string elfcorehdr_fate(const ExpectedRegion &region) {
  return region.node.no_map
             ? "until v6.19 the kernel takes it out of the mapping all the same; since v7.0 (and "
               "in 6.18.y) it refuses the region, and the memory stays mapped"
             : load_fate(region);
}

/// What a page that is not all no-map holds besides: the names of other regions, or RAM.
std::string neighbours_in(const RangeSet &rest, const Expectation &expectation) {
  for (const ExpectedRegion &region : expectation.regions)
    for (const PhysicalRange &range : region.node.reg)
      if (takes_memory(region) && !region.no_map && rest.overlaps(range))
        return region.node.name;
  return "memory that is mapped";
}

/// Pages that a range does not fill, and that no other no-map range fills: where it begins and ends
/// within one.
RangeSet shared_pages(const PhysicalRange &range, const RangeSet &hidden,
                      const Expectation &expectation) {
  std::vector<PhysicalRange> shared;
  for (const std::uint64_t edge : {range.begin, range.end}) {
    if (edge % expectation.page_size == 0)
      continue;
    const RangeSet whole = RangeSet({{edge, edge + 1}}).touched_units(expectation.page_size);
    RangeSet rest = whole.minus(hidden);
    if (!expectation.is_memory_unknown)
      rest = rest.intersection(RangeSet(expectation.memory));
    if (!rest.empty())
      append(shared, whole.ranges());
  }
  return RangeSet(std::move(shared));
}

std::string placeholder_fate(const ReservedRegion &node) {
  if (!node.enabled)
    return "as it stands, the kernel passes over it, on every version";
  if (node.malformed.starts_with("size"))
    return "as it stands, on every version the kernel records no bytes for it, without an error";
  return "as it stands, since v3.15 the kernel names it in an error and reserves nothing";
}

} // namespace

std::vector<TreeFault> overlap_faults(const Expectation &expectation) {
  std::vector<TreeFault> faults;
  const std::vector<Piece> pieces = pieces_of(expectation);
  for_each_overlap(pieces, [&](const Piece &one, const Piece &other) {
    faults.push_back(overlap_of(one, other));
  });
  for (const PhysicalRange &range : expectation.memreserve)
    add_over(faults, pieces, "overlap", "/memreserve/", range, memreserve_fate);
  return faults;
}

std::vector<TreeFault> load_address_faults(const Expectation &expectation,
                                           const LoadAddresses &loads) {
  const struct {
    const char *what;
    const std::optional<PhysicalRange> &range;
    std::string (*fate)(const ExpectedRegion &);
  } places[] = {{"the kernel", loads.kernel, load_fate},
                {"the initrd", loads.initrd, load_fate},
                {"the elfcorehdr", expectation.elfcorehdr, elfcorehdr_fate}};
  std::vector<TreeFault> faults;
  const std::vector<Piece> pieces = pieces_of(expectation);
  for (const auto &[what, range, fate] : places)
    if (range)
      add_over(faults, pieces, "load-address", what, *range, fate);
  return faults;
}

std::vector<TreeFault> shared_page_faults(const Expectation &expectation) {
  const std::vector<Piece> pieces = pieces_of(expectation);
  std::vector<PhysicalRange> no_map;
  for (const Piece &piece : pieces)
    if (piece.region->node.no_map)
      no_map.push_back(piece.range);
  const RangeSet hidden(std::move(no_map));
  std::vector<TreeFault> faults;
  for (const Piece &piece : pieces) {
    if (!piece.region->no_map)
      continue;
    for (const PhysicalRange &page : shared_pages(piece.range, hidden, expectation).ranges())
      faults.push_back(
          {"shared-page", piece.region->node.name,
           fmt::format("is no-map at {} and shares {} {} with {}", to_string(piece.range),
                       page.size() > expectation.page_size ? "the pages" : "the page",
                       to_string(page), neighbours_in(RangeSet({page}).minus(hidden), expectation)),
           "kernels map whole pages: on every version such a one stays in the linear mapping, but "
           "for arm64 with 7ace06a01efa (6.12.103, 7.3), which leaves it out and may die of what "
           "else lies in it"});
  }
  return faults;
}

std::vector<TreeFault> placeholder_faults(const Expectation &expectation) {
  std::vector<TreeFault> faults;
  for (const ExpectedRegion &region : expectation.regions) {
    const ReservedRegion &node = region.node;
    if (node.is_placeholder)
      faults.push_back({"placeholder", node.name,
                        fmt::format("has a {}{}: a placeholder that firmware is to fill in",
                                    node.malformed, node.enabled ? "" : ", disabled"),
                        placeholder_fate(node)});
    else if (!node.placeholder_reg.empty())
      faults.push_back({"placeholder", node.name, "has a reg of no size beside a size",
                        "until v6.12 the kernel finds a place for it; since v6.13 (and 6.12.103) "
                        "it names it in an error and reserves nothing"});
  }
  return faults;
}

} // namespace rmemcheck
