// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/role.h"

#include <array>

namespace rmemcheck {
namespace {

struct Word {
  Role role;
  const char *text;
};

constexpr std::array words = {Word{Role::must_pass, "pass"}, Word{Role::baseline, "baseline"},
                              Word{Role::mutant, "mutant"}, Word{Role::told, "told"}};

} // namespace

std::string to_string(Role role) {
  for (const Word &word : words)
    if (word.role == role)
      return word.text;
  return "";
}

std::optional<Role> parse_role(const std::string &text) {
  for (const Word &word : words)
    if (text == word.text)
      return word.role;
  return std::nullopt;
}

} // namespace rmemcheck
