// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace rmemcheck {

/// An option that takes bytes as parse_size() reads them; anything else is a usage error.
CLI::Option *add_size_option(CLI::App &app, const std::string &name, std::uint64_t &value,
                             const std::string &description);

} // namespace rmemcheck
