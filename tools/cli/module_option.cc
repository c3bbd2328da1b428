// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/module_option.h"

#include "base/error.h"
#include "base/file.h"

#include <fmt/format.h>
#include <string_view>

namespace rmemcheck {

void demand_modules(const std::vector<std::string> &files) {
  constexpr std::string_view elf = "\x7f"
                                   "ELF";
  for (const std::string &file : files) {
    if (!is_file(file))
      throw bad_input(fmt::format("--module {}: no such file", file));
    if (!read_file(file).starts_with(elf))
      throw bad_input(fmt::format(
          "--module {}: expected a kernel module, which is an ELF file, not compressed", file));
  }
}

} // namespace rmemcheck
