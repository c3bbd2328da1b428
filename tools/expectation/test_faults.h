// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "expectation/place_faults.h"
#include "expectation/test_region.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace rmemcheck::test {

/// Regions in RAM from 1 GiB to 2 GiB.
inline ReservedMemory tree_of(std::vector<ReservedRegion> regions) {
  ReservedMemory tree;
  tree.has_node = true;
  tree.memory = {{0x40000000, 0x80000000}};
  tree.regions = std::move(regions);
  return tree;
}

inline Expectation expectation_of(std::vector<ReservedRegion> regions,
                                  const BootFacts &facts = {}) {
  return expect(tree_of(std::move(regions)), facts);
}

/// The nodes that have the faults, in their order.
inline std::vector<std::string> nodes(const std::vector<TreeFault> &faults) {
  std::vector<std::string> names;
  std::ranges::transform(faults, std::back_inserter(names), &TreeFault::node);
  return names;
}

} // namespace rmemcheck::test
