// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/physical_range.h"

#include <fmt/format.h>

namespace rmemcheck {

std::string to_string(const PhysicalRange &range) {
  if (range.empty()) // has no last byte to print
    return fmt::format("{:#018x} (empty)", range.begin);
  return fmt::format("{:#018x}..{:#018x}", range.begin, range.end - 1);
}

} // namespace rmemcheck
