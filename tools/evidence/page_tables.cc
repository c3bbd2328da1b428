// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/page_tables.h"

#include "evidence/lines.h"
#include "evidence/scanner.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

namespace rmemcheck {
namespace {

constexpr std::string_view page_tables_file = "kernel_page_tables";
constexpr std::string_view start_marker = "---[ Linear Mapping start ]---";
constexpr std::string_view end_marker = "---[ Linear Mapping end ]---";

bool is_marker(std::string_view text) {
  return text.starts_with("---[ ") && text.ends_with(" ]---");
}

/// "2112K", "255G"
bool take_size(Scanner &scanner) {
  constexpr std::array<std::string_view, 6> units = {"K", "M", "G", "T", "P", "E"};
  return scanner.decimal() &&
         std::ranges::any_of(units, [&](std::string_view unit) { return scanner.literal(unit); });
}

bool take_level(Scanner &scanner) {
  constexpr std::array<std::string_view, 5> levels = {"PGD", "P4D", "PUD", "PMD", "PTE"};
  const auto word = scanner.word();
  return word && std::ranges::find(levels, *word) != levels.end();
}

bool has_word(Scanner attributes, std::string_view wanted) {
  for (attributes.spaces(); const auto word = attributes.word(); attributes.spaces())
    if (*word == wanted)
      return true;
  return false;
}

/// A hole has no attributes. An entry that is not valid (debug_pagealloc, memfd_secret) keeps some,
/// and shows it with "F" as the first.
bool is_mapped(Scanner attributes) {
  attributes.spaces();
  const auto word = attributes.word();
  return word && *word != "F";
}

struct PageTableLine {
  std::uint64_t begin;
  std::uint64_t end;
  bool mapped;
  bool is_table; ///< what it covers its own rows say again
};

/// "0xBEGIN-0xEND        2112K PTE       RW NX SHD AF            UXN    MEM/NORMAL-TAGGED"
std::optional<PageTableLine> scan_line(std::string_view text) {
  Scanner scanner(text);
  const auto begin = scanner.hex();
  if (!begin || !scanner.literal("-"))
    return std::nullopt;
  const auto end = scanner.hex();
  if (!end || *end <= *begin || scanner.spaces() == 0)
    return std::nullopt;
  if (!take_size(scanner) || scanner.spaces() == 0 || !take_level(scanner))
    return std::nullopt;
  const bool is_table = has_word(scanner, "TBL");
  return PageTableLine{*begin, *end, !is_table && is_mapped(scanner), is_table};
}

/// Takes the lines up to the end marker; what follows is no linear mapping. Holes have lines too:
/// each begins where the one before it ends (note_page(), arch/arm64/mm/ptdump.c).
std::vector<VirtualRange> parse_until_end(std::vector<Line>::const_iterator line,
                                          std::vector<Line>::const_iterator end) {
  std::vector<VirtualRange> ranges;
  std::optional<std::uint64_t> next;
  for (; line != end; ++line) {
    if (line->text == end_marker)
      return ranges;
    const auto found = scan_line(line->text);
    if (!found)
      throw not_understood(page_tables_file, *line,
                           "'BEGIN-END SIZE LEVEL ATTRIBUTES' of the linear mapping");
    if (!found->is_table && next.value_or(found->begin) != found->begin)
      throw not_understood(page_tables_file, *line,
                           fmt::format("a line that begins at {:#x}", *next));
    if (!found->is_table)
      next = found->end;
    if (found->mapped)
      ranges.push_back({found->begin, found->end, source_line(page_tables_file, *line)});
  }
  throw not_understood(page_tables_file, *std::prev(line),
                       "lines up to '---[ Linear Mapping end ]---'");
}

/// A marker that stands there again is of a dump that is told twice, or of two that are mixed.
void demand_one_mapping(const std::vector<Line> &lines) {
  for (const std::string_view marker : {start_marker, end_marker}) {
    const auto is_marked = [&](const Line &line) { return line.text == marker; };
    const auto last = std::find_if(lines.rbegin(), lines.rend(), is_marked);
    if (std::ranges::count_if(lines, is_marked) > 1)
      throw not_understood(page_tables_file, *last, "one linear mapping");
  }
}

} // namespace

std::optional<std::vector<VirtualRange>> parse_linear_mapping(std::string_view text) {
  const std::vector<Line> lines = lines_of_filled(page_tables_file, text);
  if (!is_marker(lines.front().text))
    throw not_understood(page_tables_file, lines.front(),
                         "a marker such as '---[ Linear Mapping start ]---'");
  const auto start = std::ranges::find(lines, start_marker, &Line::text);
  if (start == lines.end())
    return std::nullopt;
  demand_one_mapping(lines);
  return parse_until_end(std::next(start), lines.end());
}

std::vector<MappedRange> to_physical(const std::vector<VirtualRange> &ranges,
                                     const LinearMapping &linear) {
  std::vector<MappedRange> mapped;
  mapped.reserve(ranges.size());
  for (const VirtualRange &range : ranges) {
    const std::uint64_t begin = range.begin - linear.virt_start + linear.phys_start;
    const std::uint64_t end = begin + (range.end - range.begin);
    if (range.begin < linear.virt_start || end <= begin)
      throw not_understood(page_tables_file, {range.at.line, range.at.text},
                           "addresses of the linear mapping that the probe shows");
    mapped.push_back({{begin, end}, range.at});
  }
  return mapped;
}

} // namespace rmemcheck
