// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/sightings.h"

#include <map>
#include <string>
#include <vector>

namespace rmemcheck {

/// The regions of an expectation, which must outlive it, by their names, which two may share.
class RegionsByName {
public:
  using Regions = std::vector<const ExpectedRegion *>;
  explicit RegionsByName(const Expectation &expectation);

  /// Those of the name, in tree order.
  [[nodiscard]] const Regions &named(const std::string &name) const;
  /// Those that share their name with another one.
  [[nodiscard]] const Regions &namesakes() const { return namesakes_; }

private:
  std::map<std::string, Regions> regions_;
  Regions namesakes_;
};

/// A boot of a kernel that faults may be known of.
struct FaultyBoot {
  const Expectation &expectation;
  const Evidence &evidence;
  const Sightings &sightings; ///< of these
  const RegionsByName &names; ///< of that expectation
};

} // namespace rmemcheck
