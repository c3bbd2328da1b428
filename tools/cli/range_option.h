// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// An option that takes a range as parse_range() reads it; anything else is a usage error.
CLI::Option *add_range_option(CLI::App &app, const std::string &name,
                              std::optional<PhysicalRange> &range, const std::string &description);

/// An option that takes ranges, one or several, separated by spaces or commas. Words behind the
/// first one that are no ranges, but existing files, are the verb's `files`.
CLI::Option *add_ranges_option(CLI::App &app, const std::string &name,
                               std::vector<PhysicalRange> &ranges, std::vector<std::string> &files,
                               const std::string &description);

/// What a verb's help says of them.
inline constexpr const char *range_help =
    "RANGE is START+SIZE, or START..END with the last byte, as kernels print it (an END that is a\n"
    "multiple of 4 KiB is the first byte behind it). Numbers are decimal or 0x hexadecimal, with\n"
    "K, M or G after them.";

} // namespace rmemcheck
