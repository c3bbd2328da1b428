// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace rmemcheck {

/// What is wrong with a command that `app` has refused: of a verb or an option that there is not,
/// its name and the nearest one that there is.
std::string usage_error(const CLI::App &app, const CLI::ParseError &error);

} // namespace rmemcheck
