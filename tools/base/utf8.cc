// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/utf8.h"

#include "base/printable.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace rmemcheck {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

/// A lead byte: how many follow, its bits, and the least number that is not written shorter.
struct Lead {
  unsigned char mask;
  unsigned char bits;
  std::size_t following;
  std::uint32_t least;
};

constexpr std::array leads = {Lead{0xe0, 0xc0, 1, 0x80}, Lead{0xf0, 0xe0, 2, 0x800},
                              Lead{0xf8, 0xf0, 3, 0x10000}};

/// Whether XML 1.0 has such a character (its production Char), given that it is above U+007F. C1
/// controls it has; a terminal obeys them.
bool is_text(std::uint32_t code) {
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  return code >= 0xa0 && code <= 0x10ffff && !is_surrogate && (code & 0xfffe) != 0xfffe;
}

/// Bytes of the character at the front of `text`, which is not ASCII; 0 where there is none.
std::size_t length_of_first(std::string_view text) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  for (const Lead &lead : leads) {
    if ((byte(0) & lead.mask) != lead.bits || text.size() <= lead.following)
      continue;
    std::uint32_t code = byte(0) & static_cast<unsigned char>(~lead.mask);
    for (std::size_t index = 1; index <= lead.following; ++index) {
      if ((byte(index) & 0xc0u) != 0x80u)
        return 0;
      code = code << 6u | (byte(index) & 0x3fu);
    }
    return code >= lead.least && is_text(code) ? lead.following + 1 : 0;
  }
  return 0;
}

} // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    std::size_t length = 1;
    if (const auto first = static_cast<unsigned char>(text.front()); first >= 0x80) {
      length = length_of_first(text);
      clean += length == 0 ? replacement : text.substr(0, length);
      length = length == 0 ? 1 : length;
    } else if (first == '\t' || first == '\n') {
      clean += text.front();
    } else {
      clean += printable(text.substr(0, 1));
    }
    text.remove_prefix(length);
  }
  return clean;
}

} // namespace rmemcheck
