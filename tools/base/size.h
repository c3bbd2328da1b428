// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rmemcheck {

inline constexpr std::uint64_t kibibyte = 0x400;
inline constexpr std::uint64_t mebibyte = 0x100000;

/// Bytes as a person writes them: decimal or 0x hexadecimal digits, then nothing, K, M or G
/// (powers of 1024, either case). Nothing if the text is no such number or exceeds 64 bits.
std::optional<std::uint64_t> parse_size(std::string_view text);

} // namespace rmemcheck
