// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cli/verb.h"

namespace rmemcheck {

// As in verb.h, below the verb dt.
void add_dt_make(CLI::App &dt, ChosenVerb &chosen);
void add_dt_explain(CLI::App &dt, ChosenVerb &chosen);
void add_dt_lint(CLI::App &dt, ChosenVerb &chosen);
void add_dt_transplant(CLI::App &dt, ChosenVerb &chosen);

} // namespace rmemcheck
