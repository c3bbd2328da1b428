// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/faulty_boot.h"
#include "judge/judge.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// What a kernel has wrong and is known to: a name, what it does, since which release and in which
/// it is repaired, and the rules that see it.
struct KnownFault {
  std::string name;
  std::string what;
  std::string since;    ///< a release; empty: any that is known here
  std::string fixed_in; ///< a release that has the repair; empty: none yet
  std::string by;       ///< the repair's commit, and its CVE; empty: none
  std::vector<std::string> rules;
  std::string arch; ///< ARCH= of the kernel's make; empty: any
  /// Whether it explains the finding of one of its rules. `region` is what that is about; none
  /// where it is about no single one. Null where there are no such rules.
  bool (*explains)(const FaultyBoot &boot, const Finding &finding, const ExpectedRegion *region);
  /// Whether it explains that the kernel panics, oopses or hangs; null where it never does.
  bool (*ends)(const FaultyBoot &boot) = nullptr;
  /// The release from which on the series for a kernel does not repair it, so that kernels with it
  /// have it as well; empty: it always does.
  std::string left_alone_since{};
};

const std::vector<KnownFault> &known_faults();

/// Puts the fault's name into each finding that one explains, and into the verdict where one
/// explains how the boot has ended. Where a kernel has the series, or is there to be caught, only
/// by what the series leaves alone.
void name_known_faults(Verdict &verdict, const Expectation &expectation, const Evidence &evidence);

/// The same for the findings of one rule.
void name_known_faults(RuleResult &result, const Expectation &expectation,
                       const Evidence &evidence);

} // namespace rmemcheck
