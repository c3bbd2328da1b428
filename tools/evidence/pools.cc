// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/pools.h"

#include "base/size.h"
#include "evidence/scanner.h"

namespace rmemcheck {
namespace {

constexpr std::string_view pool_start = "Reserved memory: created ";

/// kernel/dma/swiotlb.c puts its name in front.
std::string_view without_speaker(std::string_view text) {
  constexpr std::string_view speaker = "software IO TLB: ";
  return text.starts_with(speaker) ? text.substr(speaker.size()) : text;
}

std::optional<LoggedPool> scan_pool(const SourceLine &line) {
  constexpr std::string_view middle = " pool at ";
  const std::string_view text = without_speaker(line.text);
  const auto kind_end = text.find(middle);
  if (!text.starts_with(pool_start) || kind_end == std::string::npos)
    return std::nullopt;
  LoggedPool pool;
  pool.kind = text.substr(pool_start.size(), kind_end - pool_start.size());
  pool.at = line;
  Scanner scanner(text.substr(kind_end + middle.size()));
  const auto base = scanner.hex();
  if (!base || !scanner.literal(", size "))
    return std::nullopt;
  const auto size = scanner.decimal();
  if (!size || !scanner.literal(" MiB"))
    return std::nullopt;
  pool.range = {*base, *base + *size * mebibyte};
  return pool;
}

/// "OF: reserved mem: initialized node NAME, compatible id shared-dma-pool"
std::string initialized_node(const std::string &text) {
  constexpr std::string_view start = "OF: reserved mem: initialized node ";
  const auto end = text.find(", compatible id ");
  return text.starts_with(start) && end != std::string::npos
             ? text.substr(start.size(), end - start.size())
             : "";
}

} // namespace

std::vector<LoggedPool> parse_pools(const KernelLog &log) {
  std::vector<LoggedPool> pools;
  for (const SourceLine &line : log.lines) {
    if (auto pool = scan_pool(line))
      pools.push_back(std::move(*pool));
    else if (!pools.empty() && pools.back().name.empty() && line.line == pools.back().at.line + 1)
      pools.back().name = initialized_node(line.text);
  }
  return pools;
}

bool is_damaged_pool(std::string_view text) {
  return without_speaker(text).starts_with(pool_start) && !scan_pool({"", 0, std::string(text)});
}

} // namespace rmemcheck
