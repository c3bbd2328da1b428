// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>

namespace rmemcheck {

/// What is demanded of a kernel.
enum class Role {
  must_pass, ///< every case passes
  baseline,  ///< without the series: fails the rules that the case names, and no others
  mutant,    ///< broken on purpose: fails the rules that are listed with it
  told       ///< what it does is told as it is, whatever it is
};

/// "pass", "baseline", "mutant" or "told".
std::string to_string(Role role);

/// The role of that name; nothing where there is none.
std::optional<Role> parse_role(const std::string &text);

} // namespace rmemcheck
