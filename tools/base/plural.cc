// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/plural.h"

#include <fmt/format.h>

namespace rmemcheck {

std::string plural(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : word.ends_with("ch") ? "es" : "s");
}

} // namespace rmemcheck
