// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"
#include "judge/judge.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// What a piece of memory is, expected or seen.
enum class MapKind {
  ram,      ///< memory that anybody may have
  reserved, ///< a region that stays mapped
  no_map,   ///< a region without a mapping, or bytes that have none
  cma,      ///< a region that is a CMA area
  kernel,   ///< taken by the kernel itself, or reserved without a region's name
  refused   ///< a region that the kernel must refuse or leave alone
};

/// "ram", "reserved", "no-map", "cma", "kernel", "refused".
std::string to_string(MapKind kind);

struct MapSpan {
  PhysicalRange range;
  MapKind kind = MapKind::ram;
  std::string name; ///< of a region or an entry; may be empty
};

/// What one piece of evidence shows, or what is expected.
struct MapRow {
  std::string name;
  std::vector<MapSpan> spans;
};

/// One region, in words.
struct MapRegion {
  std::string name;
  MapKind kind = MapKind::reserved;
  std::string expected;
  std::string seen;
};

/// Physical memory of one boot.
struct MemoryMap {
  std::vector<MapRow> rows; ///< "expected" first, then a row for each piece of evidence there is
  std::vector<MapRegion> regions; ///< in the order of the tree
};

/// What must lie where, and what the kernel shows of it. A boot-placed region is where the kernel
/// shows it, if it does.
MemoryMap memory_map(const Expectation &expectation, const Evidence &evidence);

/// Places that findings are about, for a map to mark.
struct MapMark {
  PhysicalRange range;
  std::size_t finding = 0; ///< its index among all of the verdict's findings, in their order
  bool is_known = false;
};

/// Of each finding: the ranges that it names, and those of its region.
std::vector<MapMark> marks_of(const Verdict &verdict, const MemoryMap &map);

} // namespace rmemcheck
