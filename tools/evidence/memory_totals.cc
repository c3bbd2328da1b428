// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/memory_totals.h"

#include "evidence/scanner.h"

namespace rmemcheck {
namespace {

/// "Memory: 979248K/1048576K available ("
std::optional<MemoryTotals> scan_start(std::string_view text) {
  Scanner scanner(text);
  if (!scanner.literal("Memory: "))
    return std::nullopt;
  const auto available = scanner.decimal();
  const bool is_of_two = scanner.literal("K/");
  const auto total = scanner.decimal();
  if (!available || !is_of_two || !total || !scanner.literal("K available ("))
    return std::nullopt;
  return MemoryTotals{*available, *total, {}, {}, 0, {}};
}

/// The number before "K NAME", which ends with a comma or the bracket.
std::optional<std::uint64_t> scan_part(std::string_view text, std::string_view name) {
  for (auto end = text.find(name); end != std::string_view::npos; end = text.find(name, end + 1)) {
    const auto begin = text.find_last_of(" (", end - 1);
    const std::string_view behind = text.substr(end + name.size());
    Scanner scanner(text.substr(begin + 1));
    const auto value = scanner.decimal();
    if (value && scanner.literal(name) && (behind.starts_with(',') || behind.starts_with(')')))
      return value;
  }
  return std::nullopt;
}

/// "Freeing initrd memory: 600K"; 0 where it is another line.
std::uint64_t scan_freed(std::string_view text) {
  constexpr std::string_view before = " memory: ";
  const auto name_end = text.find(before);
  if (!text.starts_with("Freeing ") || name_end == std::string_view::npos)
    return 0;
  Scanner scanner(text.substr(name_end + before.size()));
  const auto kib = scanner.decimal();
  return kib && scanner.literal("K") && scanner.at_end() ? *kib : 0;
}

} // namespace

FreedMemory freed_memory(const KernelLog &log) {
  FreedMemory freed;
  for (const SourceLine &line : log.lines) {
    const bool is_of_kernel = line.text.starts_with("Freeing unused kernel ");
    (is_of_kernel ? freed.of_kernel : freed.other) += scan_freed(line.text);
  }
  return freed;
}

bool is_memory_line(std::string_view text) { return scan_start(text).has_value(); }

std::optional<MemoryTotals> parse_memory_totals(const KernelLog &log) {
  for (const SourceLine &line : log.lines)
    if (auto totals = scan_start(line.text)) {
      totals->reserved = scan_part(line.text, "K reserved");
      totals->cma = scan_part(line.text, "K cma-reserved");
      for (const char *section : {"K kernel code", "K rwdata", "K rodata", "K init", "K bss"})
        totals->image += scan_part(line.text, section).value_or(0);
      totals->at = line;
      return totals;
    }
  return std::nullopt;
}

} // namespace rmemcheck
