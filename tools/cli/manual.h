// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace rmemcheck {

/// The manual page, as man(1) reads it: manual.1, and in it every verb with its options and
/// examples as --help has them.
std::string manual_page(const CLI::App &app);

} // namespace rmemcheck
