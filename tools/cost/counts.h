// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cost/symbols.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// Instructions of the reserved-memory code in one boot.
struct Counts {
  std::uint64_t early = 0;     ///< all of early_init_fdt_scan_reserved_mem()
  std::uint64_t late = 0;      ///< all of the late part; 0 where there is none
  std::uint64_t insertion = 0; ///< of both, and so the following
  std::uint64_t search = 0;
  std::uint64_t logging = 0;

  [[nodiscard]] std::uint64_t total() const { return early + late; }
  /// What the reserved-memory code can do something about.
  [[nodiscard]] std::uint64_t without_insertion() const { return total() - insertion; }
  bool operator==(const Counts &) const = default;
};

/// The file that the plugin reads: what to watch.
std::string watch_text(const std::vector<WatchedFunction> &watched);

/// What the plugin has counted (guest/instruction_counter.c). Nothing where a span that the kernel
/// has was not run to its end. Text that is not the plugin's is could_not_find_out.
std::optional<Counts> parse_counts(std::string_view text,
                                   const std::vector<WatchedFunction> &watched);

} // namespace rmemcheck
