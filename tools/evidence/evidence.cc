// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/evidence.h"

#include "evidence/dmesg.h"
#include "evidence/efi_memory.h"
#include "evidence/iomem.h"
#include "evidence/kunit.h"
#include "evidence/memblock.h"
#include "evidence/memblock_dump.h"
#include "evidence/page_tables.h"
#include "evidence/probe.h"

#include <array>
#include <limits>
#include <string_view>

namespace rmemcheck {
namespace {

/// What parsers fill; the linear mapping is for the parsers after the probe's alone.
struct Parsed {
  std::string pasted_from; ///< as parse_evidence() takes it
  Evidence evidence;
  std::optional<LinearMapping> linear{};
};

void take_dmesg(std::string_view text, Parsed &parsed) {
  Evidence &evidence = parsed.evidence;
  evidence.log =
      parsed.pasted_from.empty() ? parse_dmesg(text) : parse_pasted_log(text, parsed.pasted_from);
  evidence.kunit = parse_kunit(evidence.log);
  evidence.efi_memory = parse_efi_memory(evidence.log);
  if (auto dump = parse_memblock_dump(evidence.log)) {
    evidence.memblock_memory = std::move(dump->memory);
    evidence.memblock_reserved = std::move(dump->reserved);
  }
}

void take_version(std::string_view text, Parsed &parsed) {
  KernelLog &log = parsed.evidence.log;
  if (!log.version.empty())
    return;
  log.version = parse_dmesg(text).version;
  log.lacks_beginning = !log.lines.empty();
}

void take_memblock_memory(std::string_view text, Parsed &parsed) {
  parsed.evidence.memblock_memory = parse_memblock("memblock-memory", text);
}

void take_memblock_reserved(std::string_view text, Parsed &parsed) {
  parsed.evidence.memblock_reserved = parse_memblock("memblock-reserved", text);
}

void take_iomem(std::string_view text, Parsed &parsed) {
  parsed.evidence.iomem = parse_iomem(text);
}

void take_probe(std::string_view text, Parsed &parsed) {
  ProbeReport report = parse_probe(text);
  parsed.linear = report.linear;
  parsed.evidence.is_64_bit = report.linear.virt_start > std::numeric_limits<std::uint32_t>::max();
  parsed.evidence.probe = std::move(report.regions);
  parsed.evidence.devices = std::move(report.devices);
}

void take_page_tables(std::string_view text, Parsed &parsed) {
  const auto ranges = parse_linear_mapping(text);
  if (!ranges)
    parsed.evidence.notes.emplace_back(
        "kernel_page_tables: no linear mapping as arm64 marks it, so nothing is known of it");
  else if (!parsed.linear)
    parsed.evidence.notes.emplace_back(
        "kernel_page_tables: shows virtual addresses, and without the "
        "probe nothing says where they lie in physical memory");
  else
    parsed.evidence.linear_mapping = to_physical(*ranges, *parsed.linear);
}

struct Parser {
  std::string_view name;
  void (*parse)(std::string_view text, Parsed &parsed);
};

// In this order: the page tables need what the probe says, and what debugfs shows of memblock is
// newer than what the log has.
constexpr std::array parsers = {
    Parser{"dmesg", take_dmesg},
    Parser{"version", take_version},
    Parser{"memblock-memory", take_memblock_memory},
    Parser{"memblock-reserved", take_memblock_reserved},
    Parser{"iomem", take_iomem},
    Parser{"probe", take_probe},
    Parser{"kernel_page_tables", take_page_tables},
};

} // namespace

bool is_kernel_failure(Ending ending) {
  return ending == Ending::panic || ending == Ending::oops || ending == Ending::hang;
}

std::string Absence::text() const { return remedy.empty() ? why : why + "; remedy: " + remedy; }

Evidence parse_evidence(const RawEvidence &raw, const std::string &pasted_from) {
  Parsed parsed{pasted_from, {}};
  for (const auto &[name, bytes] : raw)
    parsed.evidence.files.insert(name);
  for (const Parser &parser : parsers)
    if (const auto found = raw.find(std::string(parser.name)); found != raw.end())
      parser.parse(found->second, parsed);
  return std::move(parsed.evidence);
}

} // namespace rmemcheck
