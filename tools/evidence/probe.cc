// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/probe.h"

#include "evidence/lines.h"
#include "evidence/scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace rmemcheck {
namespace {

constexpr std::string_view probe_file = "probe";
constexpr std::array<std::string_view, 2> formats = {"reserved_mem_probe 1",
                                                     "reserved_mem_probe 2"};

std::optional<bool> take_flag(Scanner &scanner, std::string_view key) {
  if (!scanner.literal(key))
    return std::nullopt;
  if (scanner.literal("0"))
    return false;
  if (scanner.literal("1"))
    return true;
  return std::nullopt;
}

std::optional<std::uint64_t> take_hex(Scanner &scanner, std::string_view key) {
  return scanner.literal(key) ? scanner.hex() : std::nullopt;
}

std::optional<std::string> take_word(Scanner &scanner, std::string_view key) {
  const auto word = scanner.literal(key) ? scanner.word() : std::nullopt;
  return word ? std::optional<std::string>(*word) : std::nullopt;
}

std::optional<LinearMapping> scan_linear(std::string_view text) {
  Scanner scanner(text);
  const auto virt = take_hex(scanner, "linear virt=");
  const auto phys = take_hex(scanner, " phys=");
  if (!virt || !phys || !scanner.at_end())
    return std::nullopt;
  return LinearMapping{*virt, *phys};
}

bool is_mapped_word(std::string_view word) {
  constexpr std::array<std::string_view, 4> words = {"all", "none", "some", "unknown"};
  return std::ranges::find(words, word) != words.end();
}

/// " phandle=0x8001", or " phandle=none" from a kernel whose entries have none
bool scan_phandle(Scanner &scanner, std::optional<std::uint32_t> &phandle) {
  if (scanner.literal(" phandle=none"))
    return true;
  const auto value = take_hex(scanner, " phandle=");
  if (!value || *value > std::numeric_limits<std::uint32_t>::max())
    return false;
  phandle = static_cast<std::uint32_t>(*value);
  return true;
}

/// The symbol of the ops. The module has that of a function where data has no names, and all ops of
/// kernel/dma are named alike: rmem_cma_ops, rmem_cma_device_init.
std::string ops_of(std::string symbol) {
  constexpr std::string_view function = "_device_init";
  if (symbol.ends_with(function))
    symbol.replace(symbol.size() - function.size(), function.size(), "_ops");
  return symbol;
}

/// " base=0x44000000 size=0x10000 phandle=0x8001 recorded_name=NAME ops=none mapped=none"
bool scan_entry(Scanner &scanner, ProbedRegion &region) {
  const auto base = take_hex(scanner, " base=");
  const auto size = take_hex(scanner, " size=");
  if (!base || !size || !scan_phandle(scanner, region.phandle))
    return false;
  auto recorded_name = take_word(scanner, " recorded_name=");
  auto ops = take_word(scanner, " ops=");
  auto mapped = take_word(scanner, " mapped=");
  if (!recorded_name || !ops || !mapped || !is_mapped_word(*mapped))
    return false;
  constexpr std::uint64_t highest_address = std::numeric_limits<std::uint64_t>::max();
  region.range = {*base, *base + std::min(*size, highest_address - *base)};
  region.wraps = *size != 0 && *size - 1 > highest_address - *base;
  region.recorded_name = std::move(*recorded_name);
  region.ops = ops_of(std::move(*ops));
  region.mapped = std::move(*mapped);
  return true;
}

/// "region name=NAME available=1 found=1" and the entry if it was found.
std::optional<ProbedRegion> scan_probed_region(std::string_view text) {
  Scanner scanner(text);
  auto name = take_word(scanner, "region name=");
  const auto available = take_flag(scanner, " available=");
  const auto found = take_flag(scanner, " found=");
  if (!name || !available || !found)
    return std::nullopt;
  ProbedRegion region;
  region.name = std::move(*name);
  region.available = *available;
  region.found = *found;
  if (region.found && !scan_entry(scanner, region))
    return std::nullopt;
  if (!scanner.at_end())
    return std::nullopt;
  return region;
}

ProbedRegion parse_region(const Line &line) {
  auto region = scan_probed_region(line.text);
  if (!region)
    throw not_understood(probe_file, line,
                         "'region name=... available=0|1 found=0|1' and, if found, 'base= size= "
                         "phandle= recorded_name= ops= mapped=all|none|some|unknown'");
  region->at = source_line(probe_file, line);
  return std::move(*region);
}

std::optional<std::uint64_t> take_decimal(Scanner &scanner, std::string_view key) {
  return scanner.literal(key) ? scanner.decimal() : std::nullopt;
}

/// "device name=NAME assigned=0 allocated=0 base=0x44000000 size=0x2000"
std::optional<ProbedDevice> scan_device(std::string_view text) {
  Scanner scanner(text);
  auto name = take_word(scanner, "device name=");
  const auto assigned = take_decimal(scanner, " assigned=");
  const auto allocated = take_decimal(scanner, " allocated=");
  const auto base = take_hex(scanner, " base=");
  const auto size = take_hex(scanner, " size=");
  if (!name || !assigned || !allocated || !base || !size || !scanner.at_end() ||
      *size > std::numeric_limits<std::uint64_t>::max() - *base)
    return std::nullopt;
  return ProbedDevice{std::move(*name),
                      static_cast<unsigned>(*assigned),
                      static_cast<unsigned>(*allocated),
                      {*base, *base + *size},
                      {}};
}

ProbedDevice parse_device(const Line &line) {
  auto device = scan_device(line.text);
  if (!device)
    throw not_understood(probe_file, line, "'device name=... assigned= allocated= base= size='");
  device->at = source_line(probe_file, line);
  return std::move(*device);
}

} // namespace

ProbeReport parse_probe(std::string_view text) {
  const std::vector<Line> lines = lines_of_filled(probe_file, text);
  if (std::ranges::find(formats, lines[0].text) == formats.end())
    throw not_understood(probe_file, lines[0],
                         fmt::format("'{}', the format's version", fmt::join(formats, "' or '")));
  if (lines.size() < 3)
    throw not_understood(probe_file, lines.back(),
                         "'linear ...', regions and 'end COUNT' after it");
  const auto linear = scan_linear(lines[1].text);
  if (!linear)
    throw not_understood(probe_file, lines[1], "'linear virt=0x... phys=0x...'");

  ProbeReport report{*linear, {}, {}};
  const auto shown = std::span(lines).subspan(2, lines.size() - 3);
  const std::string end = fmt::format("end {}", shown.size());
  if (lines.back().text != end)
    throw not_understood(probe_file, lines.back(), fmt::format("'{}' as the last line", end));
  for (const Line &line : shown)
    if (line.text.starts_with("device "))
      report.devices.push_back(parse_device(line));
    else
      report.regions.push_back(parse_region(line));
  return report;
}

} // namespace rmemcheck
