// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/memblock.h"

#include "evidence/lines.h"
#include "evidence/scanner.h"

namespace rmemcheck {
namespace {

/// "   0 NONE" or "   x NOMAP" at the end of a line; absent if it is neither.
std::optional<std::string> scan_flag(Scanner scanner) {
  if (scanner.spaces() == 0 || !(scanner.literal("x") || scanner.decimal()))
    return std::nullopt;
  if (scanner.spaces() == 0)
    return std::nullopt;
  const auto flag = scanner.word();
  if (!flag || !scanner.at_end())
    return std::nullopt;
  return std::string(*flag);
}

std::optional<MemblockRange> scan_range(std::string_view text, std::size_t index) {
  Scanner scanner(text);
  scanner.spaces();
  // The kernel counts its lines, so a line that was lost shows.
  if (scanner.decimal() != index || !scanner.literal(": "))
    return std::nullopt;
  const auto range = scanner.range();
  if (!range)
    return std::nullopt;
  if (scanner.at_end())
    return MemblockRange{*range, std::nullopt, {}};
  auto flag = scan_flag(scanner);
  if (!flag)
    return std::nullopt;
  return MemblockRange{*range, std::move(flag), {}};
}

} // namespace

std::vector<MemblockRange> parse_memblock(std::string_view file, std::string_view text) {
  std::vector<MemblockRange> ranges;
  for (const Line &line : lines_of_filled(file, text)) {
    auto range = scan_range(line.text, ranges.size());
    if (!range)
      throw not_understood(file, line, "'INDEX: START..END' or 'INDEX: START..END NODE FLAG'");
    range->at = source_line(file, line);
    ranges.push_back(std::move(*range));
  }
  return ranges;
}

} // namespace rmemcheck
