// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/refused_cma.h"

#include "expectation/overlap.h"

#include <algorithm>
#include <string_view>

namespace rmemcheck {
namespace {

using Line = std::vector<SourceLine>::const_iterator;

/// Whether a line before it says why: one right before it, where it is not said early.
bool is_said_before(Line line, const KernelLog &log, std::string_view why, bool is_early) {
  constexpr std::ptrdiff_t lines_of_a_refusal = 3;
  const std::ptrdiff_t above = line - log.lines.begin();
  return std::any_of(
      line - (is_early ? above : std::min(lines_of_a_refusal, above)), line,
      [&](const SourceLine &each) { return each.text.find(why) != std::string::npos; });
}

/// Whether the kernel says that no init function took the node, or one of that name, and why.
bool is_failure_said(const std::string &name, const KernelLog &log, std::string_view why,
                     bool is_early = false) {
  const std::string wanted = "node " + name + " compatible matching fail";
  for (auto line = log.lines.begin(); line != log.lines.end(); ++line)
    if (line->text.ends_with(wanted) && is_said_before(line, log, why, is_early))
      return true;
  return false;
}

bool is_refused(const ExpectedRegion &region, const Expectation &all, const KernelLog &log,
                bool are_areas_many) {
  if (!region.cma)
    return false;
  const std::string &name = region.node.name;
  return (bits_of_place(region) % all.most_cma_alignment != 0 &&
          is_failure_said(name, log, "incorrect alignment", all.refuses_before_reserving)) ||
         (are_areas_many && is_failure_said(name, log, "Not enough slots for CMA"));
}

/// One for which there is no room at so coarse an alignment.
bool is_not_placed(const ExpectedRegion &region, const KernelLog &log) {
  const std::string wanted = "failed to allocate memory for node '" + region.node.name + "'";
  return region.may_find_no_place && std::ranges::any_of(log.lines, [&](const SourceLine &line) {
           return line.text.find(wanted) != std::string::npos;
         });
}

} // namespace

bool has_many_cma_pools(const Expectation &expectation) {
  return std::ranges::count_if(expectation.regions, [](const ExpectedRegion &region) {
           return region.node.is_cma_pool();
         }) >= fewest_cma_areas;
}

Expectation without_refused_cma(Expectation expectation, const Evidence &evidence) {
  const KernelLog &log = evidence.log;
  const auto made = std::ranges::count_if(log.lines, [](const SourceLine &line) {
    return line.text.find("created CMA memory pool") != std::string::npos;
  });
  for (ExpectedRegion &region : expectation.regions) {
    if (!takes_memory(region))
      continue;
    if (is_not_placed(region, log)) {
      refuse(region, "the kernel says that it finds no place that is aligned for a CMA area");
    } else if (is_refused(region, expectation, log, made >= fewest_cma_areas)) {
      refuse(region, "refused by its init function, as the kernel says");
      region.given_back = true;
    }
  }
  if (expectation.checks_overlaps_last)
    expectation.overlaps = find_overlaps(expectation.regions);
  return expectation;
}

} // namespace rmemcheck
