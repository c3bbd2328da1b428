// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/without_numbers.h"

#include <regex>

namespace rmemcheck {

std::string without_numbers(const std::string &text) {
  static const std::regex number("-?(0x[0-9a-f]+|[0-9]+)");
  return std::regex_replace(text, number, "#");
}

} // namespace rmemcheck
