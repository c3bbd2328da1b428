// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/faulty_boot.h"

namespace rmemcheck {

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

} // namespace rmemcheck
