// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/machine.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// A line that a configuration must have, "CONFIG_OF=y" or "# CONFIG_FOO is not set".
struct ConfigLine {
  std::string text;
  std::string at;           ///< for messages: "Kconfig.fragment:7", "machine arm64"
  bool is_optional = false; ///< need not hold
};

/// The lines of the fragment and of the machine, without comments; where both have a line for one
/// option it is the machine's. A line that is neither is bad_input with file and line.
std::vector<ConfigLine> wanted_config(const std::filesystem::path &fragment,
                                      const Machine &machine);

/// The lines of a whole .config. A file that sets no option is bad_input naming it.
std::vector<std::string> read_whole_config(const std::filesystem::path &path);

/// Bytes of the default CMA area that a kernel makes of itself, of the lines of its .config; 0
/// where it makes none or they do not tell, as of a share of RAM (kernel/dma/Kconfig).
std::uint64_t default_cma_area(const std::vector<std::string> &lines);

/// CONFIG_ARCH_FORCE_MAX_ORDER of these lines: what the page allocator hands out at most, as a
/// power of two of pages, and until v6.4 (23baf831a32c) one more than that; 0 if they do not tell.
unsigned forced_max_order(const std::vector<std::string> &lines);

/// What KCONFIG_ALLCONFIG takes.
std::string config_text(const std::vector<ConfigLine> &lines);

/// Kconfig drops what it does not know or what depends on something else, without a word: a line
/// that is not in the kernel's .config is bad_input naming it, but for an optional one.
void check_config(const std::vector<ConfigLine> &wanted, const std::filesystem::path &config);

} // namespace rmemcheck
