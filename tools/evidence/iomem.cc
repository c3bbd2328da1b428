// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/iomem.h"

#include "evidence/lines.h"
#include "evidence/scanner.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace rmemcheck {
namespace {

constexpr std::string_view iomem_file = "iomem";

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

/// What stands beside each other is sorted and does not overlap (__request_resource(),
/// kernel/resource.c): what is told again does not stand behind what was told before.
class Siblings {
public:
  bool are_in_order(const IomemEntry &entry) {
    if (entry.depth >= deepest)
      return true;
    ends_.resize(std::min<std::size_t>(ends_.size(), entry.depth + 1));
    const bool in_order = ends_.size() <= entry.depth || entry.range.begin >= ends_[entry.depth];
    ends_.resize(entry.depth + 1, 0);
    ends_[entry.depth] = entry.range.end;
    return in_order;
  }

private:
  /// What lies deeper stands at the depth of what it lies in: MAX_IORES_LEVEL, 5 or more.
  static constexpr unsigned deepest = 5;
  std::vector<std::uint64_t> ends_; ///< of the last one at each depth
};

bool is_hidden(const IomemEntry &entry) { return entry.range == PhysicalRange{0, 1}; }

} // namespace

std::vector<IomemEntry> parse_iomem(std::string_view text) {
  std::vector<IomemEntry> entries;
  for (const Line &line : lines_of_filled(iomem_file, text)) {
    auto entry = scan_entry(line.text);
    if (!entry)
      throw not_understood(iomem_file, line, "'START-END : NAME', two spaces a level");
    entry->at = source_line(iomem_file, line);
    entries.push_back(std::move(*entry));
  }
  if (std::ranges::all_of(entries, is_hidden))
    throw could_not_find_out("iomem:1: every address is 0: it must be read as root");
  Siblings siblings;
  for (const IomemEntry &entry : entries)
    if (!siblings.are_in_order(entry))
      throw not_understood(iomem_file, {entry.at.line, entry.at.text},
                           "a range behind the one before it at its depth");
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
