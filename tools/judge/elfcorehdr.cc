// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/by_address.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

// fdt_reserve_elfcorehdr(), and fs/proc/vmcore.c, which reads it when the kernel is up.
constexpr std::array<std::string_view, 3> elfcorehdr_complaints = {
    "elfcorehdr is overlapped", "vmcore not initialized", "Core image elf header is not sane"};

} // namespace

RuleResult check_elfcorehdr(const Expectation &expectation, const Evidence &evidence) {
  if (!expectation.elfcorehdr)
    return skip("the tree has no elfcorehdr");
  const PhysicalRange &header = *expectation.elfcorehdr;
  RuleReport report;
  for (const SourceLine &line : evidence.log.lines)
    for (const std::string_view complaint : elfcorehdr_complaints)
      if (line.text.find(complaint) != std::string::npos)
        report.finding("", "the elfcorehdr as the crashed kernel has left it", line.text, line);
  const std::string wanted = fmt::format("Reserving {} KiB of memory at {:#x} for elfcorehdr",
                                         header.size() >> 10, header.begin);
  const auto says_so = [&](const SourceLine &line) {
    return line.text.find(wanted) != std::string::npos;
  };
  const std::string gap = log_gap(evidence);
  if (!gap.empty())
    report.unknown(gap);
  else if (std::ranges::none_of(evidence.log.lines, says_so))
    report.finding("", "a log line: " + wanted, "no line");
  if (!evidence.memblock_reserved)
    report.unknown("nothing shows memblock's reserved ranges");
  else if (!bytes_of(*evidence.memblock_reserved).covers(header))
    report.finding("", to_string(header) + " reserved for the elfcorehdr", "not reserved");
  return report.result();
}

} // namespace rmemcheck
