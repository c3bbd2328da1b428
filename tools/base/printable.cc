// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/printable.h"

#include <fmt/format.h>

namespace rmemcheck {

std::string printable(std::string_view text) {
  std::string shown;
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f)
      shown += fmt::format("\\x{:02x}", code);
    else
      shown += letter;
  }
  return shown;
}

} // namespace rmemcheck
