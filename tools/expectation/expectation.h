// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/reserved_memory.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// What the kernel must do with one node.
enum class Fate {
  recorded, ///< reserved or marked no-map, and found by of_reserved_mem_lookup()
  refused,  ///< the kernel must name it in an error and must not record it
  ignored   ///< disabled, or in a node the kernel does not read: no trace of it
};

struct ExpectedRegion {
  ReservedRegion node;
  Fate fate = Fate::recorded;
  /// Static: the first tuple of reg, which is what lookup returns. Boot-placed: nothing,
  /// the place is found by the kernel.
  std::optional<PhysicalRange> range;
  std::uint64_t size = 0; ///< of the recorded region, bytes
  /// Boot-placed: what the base must be a multiple of, or 0. For a reusable
  /// shared-dma-pool the kernel raises it to CMA_MIN_ALIGNMENT_BYTES, which depends on
  /// its configuration: at least the value here.
  std::uint64_t alignment = 0;
  /// Absent from the linear mapping in the end. False for a no-map node that is refused. True
  /// for one region hides bytes from the mapping even where a mapped region lies over them.
  bool no_map = false;
  bool cma = false; ///< must become a CMA area (reusable shared-dma-pool)
  /// Tuples of reg that the kernel must name in an error and leave alone; the region itself is
  /// refused if the first tuple is among them.
  std::vector<PhysicalRange> refused_tuples;
  std::string reason; ///< why, in one sentence, for `dt explain`
};

/// A pair of static regions that overlap: the kernel prints OVERLAP DETECTED! for those
/// that are neighbours in its sorted array.
struct ExpectedOverlap {
  std::string first;
  std::string second;
  /// False where the line depends on whether the kernel keeps a refused node in its array
  /// (v6.9 does): then it may be printed and need not.
  bool required = true;
};

/// What a tree must lead to, computed from the tree alone.
struct Expectation {
  std::vector<PhysicalRange> memory;
  std::vector<PhysicalRange> memreserve;
  std::vector<ExpectedRegion> regions; ///< tree order
  std::vector<ExpectedOverlap> overlaps;
};

/// Applies the rules of drivers/of/of_reserved_mem.c at v6.9 (each cited beside its code).
Expectation expect(const ReservedMemory &tree);

/// The layout as a person reads it, one line a region with its reason.
std::string explain(const Expectation &expectation);

} // namespace rmemcheck
