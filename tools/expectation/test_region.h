// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/size.h"
#include "devicetree/reserved_memory.h"

#include <cstdint>
#include <string>
#include <utility>

namespace rmemcheck::test {

/// A region that the tree places, of `size` bytes.
inline ReservedRegion fixed(std::string name, std::uint64_t begin, std::uint64_t size,
                            bool no_map = false) {
  ReservedRegion region;
  region.name = std::move(name);
  region.reg = {{begin, begin + size}};
  region.no_map = no_map;
  return region;
}

/// A region of `size` bytes that the kernel places.
inline ReservedRegion placed(std::string name, std::uint64_t size, std::uint64_t alignment = 0) {
  ReservedRegion region;
  region.name = std::move(name);
  region.size = size;
  region.alignment = alignment;
  return region;
}

} // namespace rmemcheck::test
