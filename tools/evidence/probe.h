// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// The linear mapping is virt - virt_start + phys_start, modulo 2^64: with 52-bit addresses
/// phys_start may stand below 0.
struct LinearMapping {
  std::uint64_t virt_start = 0;
  std::uint64_t phys_start = 0;
};

struct ProbeReport {
  LinearMapping linear;
  std::vector<ProbedRegion> regions;
  std::vector<ProbedDevice> devices; ///< from version 2 of the format on
};

/// What the probe module shows. could_not_find_out too where the format's version is unknown, or
/// the last line, which counts the others, is missing or counts others.
ProbeReport parse_probe(std::string_view text);

} // namespace rmemcheck
