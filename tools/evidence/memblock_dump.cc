// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/memblock_dump.h"

#include "evidence/lines.h"
#include "evidence/scanner.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace rmemcheck {
namespace {

using Lines = std::span<const SourceLine>;

std::string flag_text(std::uint64_t flags) {
  constexpr std::uint64_t no_map = 0x4; // MEMBLOCK_NOMAP of include/linux/memblock.h
  if ((flags & no_map) != 0)
    return "NOMAP";
  return flags == 0 ? "NONE" : fmt::format("{:#x}", flags);
}

/// "[0xFIRST-0xLAST], 0xSIZE bytes": the size is told twice. An array without entries has one of
/// size 0.
std::optional<PhysicalRange> scan_range(Scanner &scanner) {
  if (!scanner.literal("["))
    return std::nullopt;
  const auto first = scanner.hex();
  if (!first || !scanner.literal("-") || !scanner.hex() || !scanner.literal("], "))
    return std::nullopt;
  const auto size = scanner.hex();
  if (!size || !scanner.literal(" bytes"))
    return std::nullopt;
  return PhysicalRange{*first, *first + *size};
}

/// " memory[0x0]\t[0x..-0x..], 0x.. bytes on node 0 flags: 0x4", the node with NUMA only.
std::optional<MemblockRange> scan_entry(const std::string &text, const std::string &array,
                                        std::size_t index) {
  Scanner scanner(text);
  if (!scanner.literal(" " + array + "[") || scanner.hex() != index || !scanner.literal("]\t"))
    return std::nullopt;
  const auto range = scan_range(scanner);
  if (!range || (scanner.literal(" on node ") && !scanner.decimal()) ||
      !scanner.literal(" flags: "))
    return std::nullopt;
  const auto flags = scanner.hex();
  if (!flags || !scanner.at_end())
    return std::nullopt;
  return MemblockRange{*range, flag_text(*flags), {}};
}

const SourceLine &first_of(Lines lines, const std::string &file, const std::string &expected) {
  if (lines.empty())
    throw could_not_find_out(
        fmt::format("{}: expected {} of a dump of memblock, the log ends before", file, expected));
  return lines.front();
}

Error not_as(const SourceLine &line, const std::string &expected) {
  return not_understood(line.file, {line.line, line.text}, expected);
}

/// " memory.cnt  = 0x2" and as many entries; `lines` are then those that follow.
std::vector<MemblockRange> take_array(Lines &lines, const std::string &file,
                                      const std::string &array) {
  const std::string header = fmt::format("' {}.cnt  = COUNT'", array);
  const SourceLine &first = first_of(lines, file, header);
  Scanner scanner(first.text);
  const bool is_header = scanner.literal(fmt::format(" {}.cnt  = ", array));
  const auto count = scanner.hex();
  if (!is_header || !count || !scanner.at_end())
    throw not_as(first, header);
  std::vector<MemblockRange> ranges;
  for (std::size_t index = 0; index < *count; ++index) {
    lines = lines.subspan(1);
    const std::string wanted =
        fmt::format("' {}[{:#x}] [FIRST-LAST], SIZE bytes flags: FLAGS'", array, index);
    const SourceLine &line = first_of(lines, file, wanted);
    auto entry = scan_entry(line.text, array, index);
    if (!entry)
      throw not_as(line, wanted);
    entry->at = line;
    if (!entry->range.empty())
      ranges.push_back(std::move(*entry));
  }
  lines = lines.subspan(1);
  return ranges;
}

} // namespace

std::optional<MemblockDump> parse_memblock_dump(const KernelLog &log) {
  const auto header =
      std::find_if(log.lines.rbegin(), log.lines.rend(),
                   [](const SourceLine &line) { return line.text == "MEMBLOCK configuration:"; });
  if (header == log.lines.rend())
    return std::nullopt;
  Lines lines(header.base(), log.lines.end());
  const std::string sizes = "' memory size = SIZE reserved size = SIZE'";
  if (const SourceLine &line = first_of(lines, header->file, sizes);
      !line.text.starts_with(" memory size = "))
    throw not_as(line, sizes);
  lines = lines.subspan(1);
  MemblockDump dump;
  dump.memory = take_array(lines, header->file, "memory");
  dump.reserved = take_array(lines, header->file, "reserved");
  return dump;
}

} // namespace rmemcheck
