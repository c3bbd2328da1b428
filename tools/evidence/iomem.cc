// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/iomem.h"

#include "evidence/lines.h"
#include "evidence/scanner.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace rmemcheck {
namespace {

constexpr std::string_view file = "iomem";

std::optional<IomemEntry> scan_entry(std::string_view text) {
  Scanner scanner(text);
  const std::size_t indentation = scanner.spaces();
  const auto first = scanner.bare_hex();
  if (!first || !scanner.literal("-"))
    return std::nullopt;
  const auto last = scanner.bare_hex();
  if (!last || !scanner.literal(" : ") || indentation % 2 != 0)
    return std::nullopt;
  if (*last < *first)
    return std::nullopt;
  // A range may end with the addresses; there is no number for what is behind them.
  const std::uint64_t end = *last == std::numeric_limits<std::uint64_t>::max() ? *last : *last + 1;
  return IomemEntry{
      {*first, end}, static_cast<unsigned>(indentation / 2), std::string(scanner.rest()), {}};
}

bool is_hidden(const IomemEntry &entry) { return entry.range == PhysicalRange{0, 1}; }

} // namespace

std::vector<IomemEntry> parse_iomem(std::string_view text) {
  std::vector<IomemEntry> entries;
  for (const Line &line : lines_of_filled(file, text)) {
    auto entry = scan_entry(line.text);
    if (!entry)
      throw not_understood(file, line, "'START-END : NAME', two spaces a level");
    entry->at = source_line(file, line);
    entries.push_back(std::move(*entry));
  }
  if (std::ranges::all_of(entries, is_hidden))
    throw could_not_find_out("iomem:1: every address is 0: it must be read as root");
  return entries;
}

std::vector<IomemEntry> top_level(const std::vector<IomemEntry> &entries, std::string_view name) {
  std::vector<IomemEntry> found;
  std::ranges::copy_if(entries, std::back_inserter(found), [&](const IomemEntry &entry) {
    return entry.depth == 0 && entry.name == name;
  });
  return found;
}

std::optional<PhysicalRange> kernel_image(const Evidence &evidence) {
  std::optional<PhysicalRange> image;
  if (evidence.iomem)
    for (const IomemEntry &entry : *evidence.iomem)
      if (entry.name.starts_with("Kernel ")) {
        image = image.value_or(entry.range);
        image->begin = std::min(image->begin, entry.range.begin);
        image->end = std::max(image->end, entry.range.end);
      }
  return image;
}

} // namespace rmemcheck
