// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/dt_verbs.h"

namespace rmemcheck {

void add_dt(CLI::App &app, ChosenVerb &chosen) {
  CLI::App *dt = app.add_subcommand("dt", "Make, explain or check a tree of reserved regions");
  dt->require_subcommand(1);
  dt->footer("Example:\n  rmemcheck dt make --out many.dtb --static 200\n"
             "  rmemcheck dt explain many.dtb\n  rmemcheck dt lint /sys/firmware/fdt\n"
             "  rmemcheck dt transplant board.dtb --out board-in-qemu.dtb");
  for (const auto add : {add_dt_make, add_dt_explain, add_dt_lint, add_dt_transplant})
    add(*dt, chosen);
}

} // namespace rmemcheck
