// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"
#include "expectation/expectation.h"

#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// `known`: it fails, by nothing that is not a known fault of such a kernel (known_fault.h).
enum class Outcome { pass, fail, inconclusive, skip, known };
std::string to_string(Outcome outcome);

/// One thing that is not as it must be.
struct Finding {
  std::string rule;
  std::string region; ///< node name, or empty where no single region is meant
  std::string expected;
  std::string seen;
  SourceLine at;       ///< line 0 where the finding is that nothing was there
  std::string known{}; ///< the fault that explains it (known_fault.h); empty where none does
};

struct RuleResult {
  std::string rule;
  Outcome outcome = Outcome::pass;
  std::string reason; ///< why it was skipped or is inconclusive
  std::vector<Finding> findings;
};

struct Verdict {
  Outcome outcome = Outcome::pass;
  std::string reason;
  std::size_t regions_in_tree = 0;             ///< that must be recorded
  std::optional<std::size_t> regions_recorded; ///< nothing where nothing shows them
  bool no_map_proven = false;                  ///< by page tables, or else by the probe's reads
  bool has_user_space = true;                  ///< see Expectation
  bool records_nothing = false;                ///< regions are kept and not recorded
  std::string known_ending; ///< the fault that explains how the kernel has died; empty: none does
  std::vector<RuleResult> rules;
};

/// None where the verdict has no such rule.
const RuleResult *find_rule(const Verdict &verdict, const std::string &name);

/// Whether all is there that the kernel could show. Where regions lie that are not recorded nothing
/// shows, and what is open for that is no news.
bool has_witnesses(const Verdict &verdict);

/// "recorded, logged": the rules with that outcome, in their order.
std::string names_with(const Verdict &verdict, Outcome outcome);

/// A rule: a name that stays the same for ever, what it demands, and the check. The names in
/// what the check returns are filled in by judge().
struct Rule {
  std::string name;
  std::string demands;
  RuleResult (*check)(const Expectation &, const Evidence &);
  bool takes_no_tree = false; ///< a log alone is enough for it
};

/// All rules, in the order in which they are reported.
const std::vector<Rule> &rules();

/// What a tree must lead to on the kernel that has shown the evidence: without what it has left out
/// as it may (left_out.h), has found no room for (without_room.h) or has refused for its
/// configuration (refused_cma.h).
Expectation as_decided(const Expectation &tree, const Evidence &evidence);

/// fail if any rule fails or the kernel panicked, oopsed or hung, known if known faults explain
/// each finding and such an end; inconclusive if the guest died otherwise or the evidence is cut
/// short; skip if every rule was skipped; pass only if all that were not skipped pass, and
/// recording was among them. Without user space what passed is said as the reason.
Verdict judge(const Expectation &tree, const Evidence &evidence);

} // namespace rmemcheck
