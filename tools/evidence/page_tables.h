// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "evidence/probe.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// Virtual addresses in bytes, end exclusive, and the line that shows them.
struct VirtualRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  SourceLine at;
};

/// What is mapped of the linear mapping, a line a range, from kernel_page_tables of arm64
/// (arch/arm64/mm/ptdump.c). Without holes and invalid entries. Absent where a dump has
/// markers but not those of arm64; could_not_find_out where the linear mapping does not end.
std::optional<std::vector<VirtualRange>> parse_linear_mapping(std::string_view text);

/// The same ranges in physical addresses. One that passes the end of the physical address space
/// is could_not_find_out: the two do not belong to the same boot.
std::vector<MappedRange> to_physical(const std::vector<VirtualRange> &ranges,
                                     const LinearMapping &linear);

} // namespace rmemcheck
