// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.h"
#include "base/version.h"

#include <CLI/CLI.hpp>
#include <functional>

namespace rmemcheck {

/// What the command line chose; called once all of it has been read.
using ChosenVerb = std::function<ExitStatus()>;

// Each adds its verb with its options and an example, and sets `chosen` where it is named.
void add_run(CLI::App &app, ChosenVerb &chosen);
void add_series(CLI::App &app, ChosenVerb &chosen);
void add_build(CLI::App &app, ChosenVerb &chosen);
void add_dt(CLI::App &app, ChosenVerb &chosen);
void add_boot(CLI::App &app, ChosenVerb &chosen);
void add_judge(CLI::App &app, ChosenVerb &chosen);
void add_capture(CLI::App &app, ChosenVerb &chosen);
void add_compare(CLI::App &app, ChosenVerb &chosen);
void add_report(CLI::App &app, ChosenVerb &chosen);
void add_cost(CLI::App &app, ChosenVerb &chosen);

} // namespace rmemcheck
