// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/comparison.h"
#include "judge/refused_cma.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"
#include "judge/without_numbers.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>
#include <string_view>

namespace rmemcheck {
namespace {

/// What kernels say on QEMU's machines whatever the tree reserves: a part of the line, and the
/// kernel's file that prints it.
struct Harmless {
  std::string_view part;
  std::string_view source;
};

constexpr std::array harmless = {
    // Of QEMU's processors, boards and trees
    Harmless{"firmware did not set auxiliary control register IBE bit",
             "arch/arm/mm/proc-v7-bugs.c"},
    Harmless{"missing clock-frequency property", "arch/arm/kernel/topology.c"},
    Harmless{"pm_power_off already claimed", "drivers/power/reset/syscon-poweroff.c"},
    Harmless{"missing or malformed \"reg\" property", "drivers/pci/controller/pci-host-common.c"},
    Harmless{"can't claim ECAM area", "drivers/pci/ecam.c"},
    Harmless{".pcie: missing \"reg\" property", "drivers/pci/controller/pci-host-common.c"},
    Harmless{"probe with driver pci-host-generic failed", "drivers/base/dd.c"},
    // QEMU's ACPI has no PPTT
    Harmless{"Early cacheinfo failed", "drivers/base/arch_topology.c"},
    // The probe's own, where it cannot be asked
    Harmless{"reserved_mem_probe: ", "kmod/reserved_mem_probe.c"},
    // safe_name() tries 16 names for nodes that share one
    Harmless{"#16 with -EEXIST", "drivers/of/kobj.c"},
    // Provoked by OF_UNITTEST (drivers/of/unittest.c)
    Harmless{"/testcase-data/", "drivers/of/base.c"},
    Harmless{"testcase-data:", "drivers/base/platform.c"},
};

bool is_harmless(const SourceLine &line) {
  return std::ranges::any_of(harmless, [&](const Harmless &each) {
    return line.text.find(each.part) != std::string::npos;
  });
}

/// Lines that other rules have judged: trouble, and the line after an overlap, which names it.
std::set<std::size_t> judged_elsewhere(const KernelLog &log) {
  std::set<std::size_t> numbers;
  for (const LoggedTrouble &trouble : log.troubles) {
    numbers.insert(trouble.at.line);
    if (trouble.kind == LoggedTrouble::Kind::overlap)
      numbers.insert(trouble.at.line + 1);
  }
  return numbers;
}

/// Why an init function refuses, in the lines before the one that names the node.
bool is_reason_of_refusal(const SourceLine &line, const KernelLog &log) {
  constexpr std::size_t lines_of_a_refusal = 3;
  const auto first = std::ranges::upper_bound(log.lines, line.line, {}, &SourceLine::line);
  const auto count = std::min<std::ptrdiff_t>(lines_of_a_refusal, log.lines.end() - first);
  return std::any_of(first, first + count, [](const SourceLine &next) {
    return next.text.find("compatible matching fail") != std::string::npos;
  });
}

/// What the tree leads to on any kernel: more pools than there may be areas, or a pool that makes
/// way for "cma=".
bool is_of_cma(const SourceLine &line, const Expectation &expectation) {
  const bool is_bypass = line.text.find("linux,cma-default") != std::string::npos &&
                         std::ranges::any_of(expectation.regions, &ExpectedRegion::bypassed);
  return is_bypass ||
         (line.text.starts_with("cma: Not enough slots") && has_many_cma_pools(expectation));
}

} // namespace

RuleResult check_no_error(const Expectation &expectation, const Evidence &evidence) {
  if (expectation.is_live)
    return skip("drivers of a live system complain of what is no tree's");
  const KernelLog &log = evidence.log;
  const std::set<std::size_t> elsewhere = judged_elsewhere(log);
  RuleReport report;
  for (const SourceLine &line : log.errors)
    if (!elsewhere.contains(line.line) && !is_harmless(line) && !is_reason_of_refusal(line, log) &&
        !is_of_cma(line, expectation))
      report.finding("", "no line at error level that the tree does not explain", line.text, line);
  if (const std::string gap = log_gap(evidence); !gap.empty())
    report.unknown(gap);
  return report.result();
}

void forgive_errors_of(const Evidence &baseline, RuleResult &result) {
  std::set<std::string> said;
  for (const SourceLine &line : baseline.log.errors)
    said.insert(without_numbers(line.text));
  std::erase_if(result.findings, [&](const Finding &finding) {
    return said.contains(without_numbers(finding.seen));
  });
  if (result.findings.empty() && result.outcome == Outcome::fail)
    result.outcome = Outcome::pass;
}

} // namespace rmemcheck
