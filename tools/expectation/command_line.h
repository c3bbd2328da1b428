// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// The words of a kernel's command line, up to one that is "--", with which those of init begin.
/// Without quotation marks, within which a blank ends no word (next_arg(), lib/cmdline.c).
std::vector<std::string> kernel_words(std::string_view bootargs);

/// "SIZE[@BASE]", bytes
struct GivenSize {
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> base;
};

/// Of the last "NAME=SIZE[@BASE]", which holds; nothing if there is none.
std::optional<GivenSize> last_size(const std::string &bootargs, const std::string &name);

/// RAM with what "mem=" says of it, in whole pages.
std::vector<PhysicalRange> told_memory(const std::string &bootargs, const std::string &arch,
                                       std::uint64_t page_size,
                                       const std::vector<PhysicalRange> &memory);

} // namespace rmemcheck
