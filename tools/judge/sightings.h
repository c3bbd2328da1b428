// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "expectation/expectation.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// What the probe and the kernel log show of each node, by node name. The evidence must outlive
/// it.
class Sightings {
public:
  explicit Sightings(const Evidence &evidence);

  [[nodiscard]] const std::vector<const ProbedRegion *> &probed(const std::string &name) const;
  [[nodiscard]] const std::vector<const LoggedRegion *> &logged(const std::string &name) const;

  /// Where a boot-placed region is, as the probe or else the log tells.
  [[nodiscard]] std::optional<PhysicalRange> found_place(const std::string &name) const;

  /// Every range that a region takes: the tuples of `reg` that must not be refused, or the place
  /// that the kernel found. Nothing if that place is not known.
  [[nodiscard]] std::vector<PhysicalRange> places(const ExpectedRegion &region) const;

private:
  std::map<std::string, std::vector<const ProbedRegion *>> probed_;
  std::map<std::string, std::vector<const LoggedRegion *>> logged_;
};

/// Whether this kernel prints one line a region: since v6.5, or where a backport is seen to.
bool prints_regions(const KernelLog &log);

/// Why a line that is not in the log may have been printed all the same: the log lacks its
/// beginning or its end. Empty if it is whole.
std::string log_gap(const Evidence &evidence);

} // namespace rmemcheck
