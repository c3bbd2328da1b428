// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace rmemcheck {

/// What mem_init_print_info() (mm/mm_init.c) says of all memory, in KiB: "Memory:
/// 979248K/1048576K available (..., 52944K reserved, 16384K cma-reserved)".
struct MemoryTotals {
  std::uint64_t available = 0;
  std::uint64_t total = 0; ///< of all pages in memblock's memory
  /// Not given to the page allocator; without `cma`. Both are absent where the line lacks them.
  std::optional<std::uint64_t> reserved;
  std::optional<std::uint64_t> cma;
  std::uint64_t image = 0; ///< code and data of the kernel; 0 where the line lacks them
  SourceLine at;
};

/// What is given to the page allocator after that line, in KiB: "Freeing initrd memory: 600K"
/// (free_reserved_area(), mm/page_alloc.c).
struct FreedMemory {
  std::uint64_t of_kernel = 0; ///< "unused kernel memory", which is a part of the kernel's image
  std::uint64_t other = 0;
};
FreedMemory freed_memory(const KernelLog &log);

/// Whether a line is that one, as far as its start tells.
bool is_memory_line(std::string_view text);

/// Of the first line that is that one; nothing where there is none.
std::optional<MemoryTotals> parse_memory_totals(const KernelLog &log);

} // namespace rmemcheck
