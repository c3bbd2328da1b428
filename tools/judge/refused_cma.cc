// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/refused_cma.h"

#include <algorithm>
#include <string_view>

namespace rmemcheck {
namespace {

/// No kernel has fewer areas if it has any choice (MAX_CMA_AREAS, include/linux/cma.h, with the
/// default of CONFIG_CMA_AREAS), or larger blocks with pages of 4 KiB (the largest page order).
constexpr std::ptrdiff_t fewest_areas = 8;
constexpr std::uint64_t largest_block = 0x400000;

/// Where the kernel says that no init function took the node.
std::vector<SourceLine>::const_iterator failure_of(const std::string &name, const KernelLog &log) {
  const std::string wanted = "node " + name + " compatible matching fail";
  return std::ranges::find_if(log.lines,
                              [&](const SourceLine &line) { return line.text.ends_with(wanted); });
}

/// Whether one of the lines right before it says why.
bool is_said_before(std::vector<SourceLine>::const_iterator line, const KernelLog &log,
                    std::string_view why) {
  constexpr int lines_of_a_refusal = 3;
  for (int count = 0; count < lines_of_a_refusal && line != log.lines.begin(); ++count)
    if ((--line)->text.find(why) != std::string::npos)
      return true;
  return false;
}

bool is_refused(const ExpectedRegion &region, const KernelLog &log, bool are_areas_many) {
  const auto failure = failure_of(region.node.name, log);
  if (!region.cma || failure == log.lines.end())
    return false;
  const std::uint64_t bits = region.size | (region.range ? region.range->begin : 0);
  return (bits % largest_block != 0 && is_said_before(failure, log, "incorrect alignment")) ||
         (are_areas_many && is_said_before(failure, log, "Not enough slots for CMA"));
}

} // namespace

Expectation without_refused_cma(Expectation expectation, const Evidence &evidence) {
  const KernelLog &log = evidence.log;
  const auto made = std::ranges::count_if(log.lines, [](const SourceLine &line) {
    return line.text.find("created CMA memory pool") != std::string::npos;
  });
  for (ExpectedRegion &region : expectation.regions) {
    if (region.fate != Fate::recorded || !is_refused(region, log, made >= fewest_areas))
      continue;
    region.fate = Fate::refused;
    region.cma = false;
    region.given_back = true;
    region.reason = "refused by its init function, as the kernel says";
  }
  return expectation;
}

} // namespace rmemcheck
