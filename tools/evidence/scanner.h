// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace rmemcheck {

/// Reads one line from left to right. What is not there, or does not fit into 64 bits, is false or
/// absent; the scanner then stands where it stood.
class Scanner {
public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  /// Exactly this text.
  bool literal(std::string_view expected);
  /// As many spaces as there are, none included; how many.
  std::size_t spaces();
  /// Everything up to the next space or the end, at least one character.
  std::optional<std::string_view> word();
  std::optional<std::uint64_t> decimal();
  /// Hexadecimal digits without "0x".
  std::optional<std::uint64_t> bare_hex();
  /// "0x" and hexadecimal digits.
  std::optional<std::uint64_t> hex();
  /// "0xFIRST..0xLAST", last inclusive, as the kernel prints a phys_addr_t range. LAST one below
  /// FIRST, in the width that is printed, is an empty range: the kernel prints a size of 0 so.
  std::optional<PhysicalRange> range();

private:
  std::optional<std::uint64_t> number(int base);

  std::string_view rest_;
};

} // namespace rmemcheck
