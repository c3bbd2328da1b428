// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "expectation/expectation.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace rmemcheck {

/// What the probe and the kernel log show of each region of an expectation. The probe goes through
/// the nodes in the order of the tree, so that of two nodes with one name the first line is the
/// first one's. A line of the log is that of the region whose place it tells. Both the expectation
/// and the evidence must outlive it, and a region asked for must be one of the expectation's own.
class Sightings {
public:
  Sightings(const Expectation &expectation, const Evidence &evidence);

  [[nodiscard]] const std::vector<const ProbedRegion *> &probed(const ExpectedRegion &region) const;
  [[nodiscard]] const std::vector<const LoggedRegion *> &logged(const ExpectedRegion &region) const;

  /// Whether another region has its name.
  [[nodiscard]] bool has_namesake(const ExpectedRegion &region) const {
    return namesakes_.contains(&region);
  }

  /// Where a boot-placed region is, as the probe or else the log tells.
  [[nodiscard]] std::optional<PhysicalRange> found_place(const ExpectedRegion &region) const;

  /// Every range that a region takes: the tuples of `reg` that must not be refused, and the place
  /// that the kernel found. Without that place nothing where it is not known.
  [[nodiscard]] std::vector<PhysicalRange> places(const ExpectedRegion &region) const;

private:
  using Namesakes = std::vector<const ExpectedRegion *>;
  void take_probed(const Namesakes &regions, const std::vector<const ProbedRegion *> &lines);
  void take_logged(const Namesakes &regions, std::vector<const LoggedRegion *> lines);

  std::unordered_map<const ExpectedRegion *, std::vector<const ProbedRegion *>> probed_;
  std::unordered_map<const ExpectedRegion *, std::vector<const LoggedRegion *>> logged_;
  std::unordered_set<const ExpectedRegion *> namesakes_;
};

/// Whether an entry that lookup returns may be the region's own: one with another phandle is that
/// of a namesake.
bool may_be_entry_of(const ExpectedRegion &region, const ProbedRegion &seen);

/// Whether this kernel prints one line a region: since v6.5, or where a backport is seen to.
bool prints_regions(const KernelLog &log);

/// Why a line that is not in the log may have been printed all the same: the log lacks its
/// beginning or its end. Empty if it is whole.
std::string log_gap(const Evidence &evidence);

} // namespace rmemcheck
