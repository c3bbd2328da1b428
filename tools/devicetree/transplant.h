// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/dtb.h"
#include "devicetree/make.h"
#include "devicetree/reserved_memory.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// A machine that a board's regions are laid into.
struct Bed {
  PhysicalRange memory;          ///< its RAM, one range of it
  std::uint64_t memory_base = 0; ///< what offsets of a TreeRequest are from
  Cells cells;                   ///< of its tree's root
};

/// The machine with such a tree: the largest range of its RAM. A tree without RAM is bad_input.
Bed bed_of(const std::string &dtb, const std::string &origin, std::uint64_t memory_base);

struct Transplant {
  TreeRequest request;              ///< for make_tree(), with the machine's tree as the base
  std::vector<std::string> changes; ///< what is not as on the board, a line each
  std::uint64_t alignment = 0; ///< bytes that addresses and sizes are kept modulo; 0: no region
};

/// A board's regions, and its /memreserve/, in the machine's RAM: names (with the
/// board's unit addresses), flags, order, what touches or overlaps what, and alignments stay. The
/// first quarter of RAM is left to what the boot loader puts there, the last one to the kernel and
/// the regions that it places. What does not fit is bad_input.
Transplant transplant(const std::string &dtb, const std::string &origin, const Bed &bed);

} // namespace rmemcheck
