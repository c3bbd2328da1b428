// SPDX-License-Identifier: GPL-2.0-or-later
//
// Keeps GCC's pass "sh_treg_combine" from running. In Debian's GCC 12 for SH it takes every
// register that is loaded and then compared with 0 for a copy of the T bit, and deletes load and
// comparison: "if (!variable)" branches on whatever was compared before. GCC is not at fault in its
// source, but compiled wrong by itself (https://gcc.gnu.org/PR106609). The pass only saves
// instructions; no option of GCC's turns it off, -O0 apart, with which no kernel links.

#include "gcc-plugin.h"
#include "tree-pass.h"

#include <cstring>

int plugin_is_GPL_compatible;

static void skip(void *gate, void *) {
  constexpr const char *wrong = "sh_treg_combine"; // a number follows: it is run twice
  if (current_pass && std::strncmp(current_pass->name, wrong, std::strlen(wrong)) == 0)
    *static_cast<bool *>(gate) = false;
}

int plugin_init(plugin_name_args *info, plugin_gcc_version *) {
  register_callback(info->base_name, PLUGIN_OVERRIDE_GATE, skip, nullptr);
  return 0;
}
