// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/reserved_memory.h"

#include <cstdint>
#include <string>
#include <utility>

namespace rmemcheck::test {

constexpr std::uint64_t mebibyte = 0x100000;

/// A region that the tree places, of `size` bytes.
inline ReservedRegion fixed(std::string name, std::uint64_t begin, std::uint64_t size,
                            bool no_map = false) {
  ReservedRegion region;
  region.name = std::move(name);
  region.reg = {{begin, begin + size}};
  region.no_map = no_map;
  return region;
}

} // namespace rmemcheck::test
