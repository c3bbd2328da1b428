// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/known_fault.h"

#include "base/contains.h"
#include "base/kernel_version.h"
#include "judge/fault_signs.h"

#include <algorithm>

namespace rmemcheck {
namespace {

bool is_left_alone(const std::string &version, const KnownFault &fault) {
  return !fault.left_alone_since.empty() && is_since(version, fault.left_alone_since);
}

bool may_have(const FaultyBoot &boot, const KnownFault &fault) {
  const std::string &version = signs::log_of(boot).version;
  return (fault.since.empty() || is_since(version, fault.since)) &&
         (fault.fixed_in.empty() || is_older(version, fault.fixed_in)) &&
         (fault.arch.empty() || fault.arch == boot.expectation.arch) &&
         (boot.expectation.may_have_known_faults || is_left_alone(version, fault));
}

bool sees(const std::string &rule, const KnownFault &fault) { return contains(fault.rules, rule); }

using Faults = std::vector<const KnownFault *>;

/// What a kernel of that kind may have wrong.
Faults faults_of(const FaultyBoot &boot) {
  Faults faults;
  for (const KnownFault &fault : known_faults())
    if (may_have(boot, fault))
      faults.push_back(&fault);
  return faults;
}

/// The region of that name: of namesakes the one whose place the finding has, or the first.
const ExpectedRegion *region_of(const Finding &finding, const FaultyBoot &boot) {
  const RegionsByName::Regions &regions = boot.names.named(finding.region);
  if (finding.region.empty() || regions.empty())
    return nullptr;
  const auto found = std::ranges::find_if(regions, [&](const ExpectedRegion *region) {
    return region->range && finding.expected.find(to_string(*region->range)) != std::string::npos;
  });
  return found == regions.end() ? regions.front() : *found;
}

std::string name_of_fault(const FaultyBoot &boot, const Faults &faults, const Finding &finding) {
  const ExpectedRegion *region = region_of(finding, boot);
  for (const KnownFault *fault : faults)
    if (sees(finding.rule, *fault) && fault->explains(boot, finding, region))
      return fault->name;
  return "";
}

void name_findings(RuleResult &result, const FaultyBoot &boot, const Faults &faults) {
  for (Finding &finding : result.findings)
    finding.known = name_of_fault(boot, faults, finding);
}

std::string name_of_end(const FaultyBoot &boot, const Faults &faults) {
  for (const KnownFault *fault : faults)
    if (fault->ends != nullptr && fault->ends(boot))
      return fault->name;
  return "";
}

} // namespace

void name_known_faults(Verdict &verdict, const Expectation &expectation, const Evidence &evidence) {
  const Sightings sightings(expectation, evidence); // once: there may be thousands of findings
  const RegionsByName names(expectation);
  const FaultyBoot boot{expectation, evidence, sightings, names};
  const Faults faults = faults_of(boot);
  for (RuleResult &rule : verdict.rules)
    name_findings(rule, boot, faults);
  // One that resets the machine without a word leaves nothing of which more could have come, and
  // where there is no user space, the console is the log.
  const bool is_reset = evidence.ending == Ending::cut_short &&
                        (evidence.log.lines.empty() || !expectation.has_user_space);
  if (is_kernel_failure(evidence.ending) || is_reset)
    verdict.known_ending = name_of_end(boot, faults);
}

void name_known_faults(RuleResult &result, const Expectation &expectation,
                       const Evidence &evidence) {
  if (result.findings.empty())
    return; // as mostly: what the kernel has shown need not be looked up
  const Sightings sightings(expectation, evidence);
  const RegionsByName names(expectation);
  const FaultyBoot boot{expectation, evidence, sightings, names};
  name_findings(result, boot, faults_of(boot));
}

} // namespace rmemcheck
