// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/page_tables.h"

#include "evidence/lines.h"
#include "evidence/scanner.h"

#include <algorithm>
#include <array>

namespace rmemcheck {
namespace {

constexpr std::string_view file = "kernel_page_tables";
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

/// A hole has no attributes. An entry that is not valid (debug_pagealloc, memfd_secret) keeps some,
/// and shows it with "F" as the first. What a row of a table covers its own rows say again.
bool is_mapped(Scanner attributes) {
  attributes.spaces();
  auto word = attributes.word();
  if (!word || *word == "F")
    return false;
  for (; word; word = attributes.word()) {
    if (*word == "TBL")
      return false;
    attributes.spaces();
  }
  return true;
}

struct PageTableLine {
  std::uint64_t begin;
  std::uint64_t end;
  bool mapped;
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
  return PageTableLine{*begin, *end, is_mapped(scanner)};
}

/// Takes the lines up to the end marker; what follows is no linear mapping.
std::vector<VirtualRange> parse_until_end(std::vector<Line>::const_iterator line,
                                          std::vector<Line>::const_iterator end) {
  std::vector<VirtualRange> ranges;
  for (; line != end; ++line) {
    if (line->text == end_marker)
      return ranges;
    const auto found = scan_line(line->text);
    if (!found)
      throw not_understood(file, *line, "'BEGIN-END SIZE LEVEL ATTRIBUTES' of the linear mapping");
    if (found->mapped)
      ranges.push_back({found->begin, found->end, source_line(file, *line)});
  }
  throw not_understood(file, *std::prev(line), "lines up to '---[ Linear Mapping end ]---'");
}

} // namespace

std::optional<std::vector<VirtualRange>> parse_linear_mapping(std::string_view text) {
  const std::vector<Line> lines = lines_of_filled(file, text);
  if (!is_marker(lines.front().text))
    throw not_understood(file, lines.front(), "a marker such as '---[ Linear Mapping start ]---'");
  const auto start = std::ranges::find(lines, start_marker, &Line::text);
  if (start == lines.end())
    return std::nullopt;
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
      throw not_understood(file, {range.at.line, range.at.text},
                           "addresses of the linear mapping that the probe shows");
    mapped.push_back({{begin, end}, range.at});
  }
  return mapped;
}

} // namespace rmemcheck
