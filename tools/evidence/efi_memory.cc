// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/efi_memory.h"

#include "base/error.h"
#include "evidence/scanner.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// "efi:   0x00007c4c0000-0x00007c67ffff [Runtime Data|RUN|  |...", the end inclusive
/// (efi_md_typeattr_format(), drivers/firmware/efi/efi.c).
std::optional<EfiMemory> scan(const SourceLine &line) {
  Scanner scanner(line.text);
  if (!scanner.literal("efi:"))
    return std::nullopt;
  scanner.spaces();
  const auto begin = scanner.hex();
  const bool is_range = scanner.literal("-");
  const auto last = scanner.hex();
  if (!begin || !is_range || !last || *last < *begin || !scanner.literal(" ["))
    return std::nullopt;
  const std::string_view rest = scanner.rest();
  const std::size_t bar = rest.find('|');
  if (bar == std::string_view::npos || !rest.ends_with(']'))
    return std::nullopt;
  EfiMemory memory{{*begin, *last + 1}, std::string(rest.substr(0, bar)), false, line};
  memory.type.erase(memory.type.find_last_not_of(' ') + 1);
  memory.is_used = rest.substr(bar).starts_with("|RUN|");
  return memory;
}

} // namespace

std::vector<EfiMemory> parse_efi_memory(const KernelLog &log) {
  std::vector<EfiMemory> map;
  bool is_map = false;
  for (const SourceLine &line : log.lines) {
    if (line.text == "efi: Processing EFI memory map:") {
      is_map = true;
      map.clear();
      continue;
    }
    if (!is_map)
      continue;
    if (!line.text.starts_with("efi:   0x")) {
      is_map = false;
      continue;
    }
    const auto memory = scan(line);
    if (!memory)
      throw could_not_find_out(
          fmt::format("{}:{}: expected 'efi:   START-END [TYPE|...]', found '{}'", line.file,
                      line.line, line.text));
    map.push_back(*memory);
  }
  return map;
}

} // namespace rmemcheck
