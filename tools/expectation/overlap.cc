// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/overlap.h"

#include <algorithm>

namespace rmemcheck {
namespace {

using Regions = std::vector<const ExpectedRegion *>;

/// What __rmem_cmp() sorts by. Node offsets grow in tree order, so a stable sort settles ties.
Regions sorted(Regions regions) {
  std::stable_sort(regions.begin(), regions.end(), [](const auto *a, const auto *b) {
    return std::pair(a->range->begin, a->range->size()) <
           std::pair(b->range->begin, b->range->size());
  });
  return regions;
}

/// Neighbours in the sorted array, of which the first reaches into the second. An empty
/// second one counts too, as it does for the kernel.
std::vector<ExpectedOverlap> neighbours(const Regions &regions) {
  std::vector<ExpectedOverlap> overlaps;
  for (std::size_t index = 1; index < regions.size(); ++index) {
    const ExpectedRegion &first = *regions[index - 1];
    const ExpectedRegion &second = *regions[index];
    if (first.range->end > second.range->begin)
      overlaps.push_back({first.node.name, second.node.name});
  }
  return overlaps;
}

bool same_pair(const ExpectedOverlap &a, const ExpectedOverlap &b) {
  return a.first == b.first && a.second == b.second;
}

/// Adds the pairs of `more` that are not in `pairs`, and marks all that stand in one list only.
void join(std::vector<ExpectedOverlap> &pairs, const std::vector<ExpectedOverlap> &more) {
  const auto in = [](const std::vector<ExpectedOverlap> &list, const ExpectedOverlap &pair) {
    return std::any_of(list.begin(), list.end(),
                       [&](const ExpectedOverlap &other) { return same_pair(pair, other); });
  };
  for (ExpectedOverlap &pair : pairs)
    pair.required = pair.required && in(more, pair);
  for (ExpectedOverlap pair : more) {
    if (in(pairs, pair))
      continue;
    pair.required = false;
    pairs.push_back(pair);
  }
}

} // namespace

std::vector<ExpectedOverlap> find_overlaps(const std::vector<ExpectedRegion> &regions) {
  // v6.9 keeps a node that it failed to reserve in the array; a kernel that drops it, or only what
  // is empty, has other neighbours. Boot-placed regions have no place yet and cannot overlap.
  Regions all;
  Regions filled;
  Regions accepted;
  for (const ExpectedRegion &region : regions) {
    if (!region.range || region.fate == Fate::ignored)
      continue;
    all.push_back(&region);
    if (!region.range->empty())
      filled.push_back(&region);
    if (region.fate == Fate::recorded)
      accepted.push_back(&region);
  }
  std::vector<ExpectedOverlap> overlaps = neighbours(sorted(all));
  for (const Regions *fewer : {&filled, &accepted})
    if (fewer->size() != all.size())
      join(overlaps, neighbours(sorted(*fewer)));
  return overlaps;
}

} // namespace rmemcheck
