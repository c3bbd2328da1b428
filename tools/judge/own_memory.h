// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/range_set.h"
#include "evidence/evidence.h"
#include "expectation/expectation.h"

#include <cstdint>

namespace rmemcheck {

/// What memblock has reserved and what of it is the kernel's own: page tables, struct page, hash
/// tables, the unflattened tree, its array of regions.
struct OwnMemory {
  /// Reserved, and no part of a region, /memreserve/, what a crashed kernel has left, the kernel's
  /// image, the initrd, the DTB or a CMA area.
  RangeSet ranges;
  /// Of these, less what regions take whose places nobody knows.
  std::uint64_t bytes = 0;
};

/// The area of CMA in a place of the kernel's own choice: "cma: Reserved 16 MiB at
/// 0x000000007ee00000" (cma_declare_contiguous_nid(), mm/cma.c).
RangeSet own_cma_area(const KernelLog &log);

/// Both witnesses must be there: memblock's reserved ranges, and the kernel in /proc/iomem.
OwnMemory own_memory(const Expectation &expectation, const Evidence &evidence);

} // namespace rmemcheck
