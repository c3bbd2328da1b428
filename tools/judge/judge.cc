// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/judge.h"

#include "judge/known_fault.h"
#include "judge/left_out.h"
#include "judge/refused_cma.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/without_room.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace rmemcheck {
namespace {

bool has(const Verdict &verdict, Outcome outcome) {
  return std::ranges::any_of(verdict.rules,
                             [=](const RuleResult &rule) { return rule.outcome == outcome; });
}

bool passed(const Verdict &verdict, const std::string &name) {
  const RuleResult *rule = find_rule(verdict, name);
  return rule != nullptr && rule->outcome == Outcome::pass;
}

/// How a guest that did not reach its end ended, in words; empty for one that did.
std::string describe(Ending ending, const std::string &reason) {
  const auto text = [&](const std::string &what) {
    return reason.empty() ? what : what + ": " + reason;
  };
  switch (ending) {
  case Ending::powered_off:
    return "";
  case Ending::panic:
    return text("the kernel panicked");
  case Ending::oops:
    return text("the kernel oopsed");
  case Ending::hang:
    return text("the kernel hung");
  case Ending::died:
    return text("the guest died");
  case Ending::cut_short:
    break;
  }
  return text("the evidence is cut short");
}

/// Without user space nothing asks for each region. The kernel names each that it has no room for,
/// and the suite of the series, which must have run, looks up what any kernel must record.
bool is_recording_shown(const Verdict &verdict) {
  return passed(verdict, "recorded") ||
         (verdict.records_nothing && passed(verdict, "nothing-extra")) ||
         (!verdict.has_user_space && passed(verdict, "known-errors"));
}

/// The faults that explain every finding; empty where one is left, or there is none.
std::string names_of_known_faults(const Verdict &verdict) {
  std::set<std::string> names;
  for (const RuleResult &rule : verdict.rules)
    for (const Finding &finding : rule.findings)
      names.insert(finding.known);
  if (!verdict.known_ending.empty())
    names.insert(verdict.known_ending);
  return names.contains("") ? "" : fmt::format("{}", fmt::join(names, ", "));
}

/// Both in one sentence, where there are both.
std::string join(const std::string &ending, const std::string &rule_names) {
  return ending.empty() || rule_names.empty() ? ending + rule_names : ending + "; " + rule_names;
}

std::string prefixed(const std::string &prefix, const std::string &names) {
  return names.empty() ? "" : prefix + names;
}

} // namespace

const RuleResult *find_rule(const Verdict &verdict, const std::string &name) {
  const auto rule = std::ranges::find(verdict.rules, name, &RuleResult::rule);
  return rule == verdict.rules.end() ? nullptr : &*rule;
}

bool has_witnesses(const Verdict &verdict) {
  const RuleResult *witnesses = find_rule(verdict, "witnesses");
  return witnesses == nullptr || witnesses->outcome != Outcome::inconclusive;
}

std::string names_with(const Verdict &verdict, Outcome outcome) {
  std::string names;
  for (const RuleResult &rule : verdict.rules)
    if (rule.outcome == outcome)
      names += (names.empty() ? "" : ", ") + rule.rule;
  return names;
}

std::string to_string(Outcome outcome) {
  switch (outcome) {
  case Outcome::pass:
    return "pass";
  case Outcome::fail:
    return "fail";
  case Outcome::inconclusive:
    return "inconclusive";
  case Outcome::known:
    return "known";
  case Outcome::skip:
    break;
  }
  return "skip";
}

const std::vector<Rule> &rules() {
  static const std::vector<Rule> all = {
      {"recorded",
       "of_reserved_mem_lookup() finds every region that must be recorded, with its name, phandle, "
       "base and size",
       check_recorded},
      {"logged", "from v6.5 on, the kernel prints one right line for every recorded region",
       check_logged},
      {"nothing-extra", "no disabled, refused or unknown region is recorded", check_nothing_extra},
      {"reserved",
       "every mapped region and /memreserve/ range is reserved in memblock, the CMA area that the "
       "kernel makes of itself, and the kernel where a region over it is refused",
       check_reserved},
      {"no-map-memblock",
       "from v6.6 on, memblock marks RAM as NOMAP where a no-map region lies, and nothing else",
       check_no_map_memblock},
      {"iomem",
       "in /proc/iomem no no-map region is System RAM, and every other region in RAM is, marked "
       "as reserved where the kernel does so",
       check_iomem},
      {"no-map-unmapped", "no byte of a no-map region is in the linear mapping",
       check_no_map_unmapped},
      {"mapped-present", "every byte of a mapped region in RAM is in the linear mapping",
       check_mapped_present},
      {"ram-mapped", "every byte of System RAM is in the linear mapping", check_ram_mapped},
      {"all-ram",
       "every byte of RAM is in memblock, and but for no-map regions without NOMAP, System RAM and "
       "in "
       "the total that the log tells",
       check_all_ram},
      {"own-memory",
       "what memblock has reserved and no region, file or area explains is no more than a kernel "
       "takes on this machine",
       check_own_memory},
      {"probe-mapping",
       "the kernel can read every page of a mapped region in RAM and none of a no-map region",
       check_probe_mapping},
      {"placement",
       "boot-placed regions lie in RAM, within alloc-ranges, aligned, and clear of all else",
       check_placement},
      {"init",
       "init functions took every region that they must, and CMA areas are those of the tree",
       check_init},
      {"default-cma",
       "there is one default CMA area, that of the command line or else that of the tree",
       check_default_cma},
      {"given-back",
       "the memory of a region that an init function refuses is free and mapped again, but for "
       "what others take of it",
       check_given_back},
      {"device-memory",
       "a device is given its region and its memory comes from there; a refused one is not given",
       check_device_memory},
      {"left-out",
       "boot-placed regions that are not recorded, for want of room or by a kernel that records "
       "nothing, stay reserved",
       check_left_out},
      {"elfcorehdr", "what a crashed kernel has left is reserved and nothing overlaps it",
       check_elfcorehdr},
      {"efi-runtime", "no no-map region lies over memory that UEFI uses at run time",
       check_efi_runtime},
      {"kunit", "no test of the kernel's own fails, and the suite of the series has run",
       check_kunit, true},
      {"known-errors",
       "the kernel complains of every region, overlap and alignment that it must, and of nothing "
       "else",
       check_known_errors, true},
      {"witnesses", "there is all evidence that this kernel can show", check_witnesses, true},
      {"no-error",
       "the log has no line at error level or above that neither the tree nor the baseline "
       "explains",
       check_no_error, true},
      {"no-warning",
       "neither the log nor what the console says after it has a warning, BUG, oops or panic, nor "
       "what else tells of trouble",
       check_no_warning, true},
  };
  return all;
}

RuleResult apply(const Rule &rule, const Expectation &expectation, const Evidence &evidence) {
  RuleResult result = expectation.is_tree_known || rule.takes_no_tree
                          ? rule.check(expectation, evidence)
                          : inconclusive("nothing tells what the device tree asks for; remedy: "
                                         "judge the log with --dtb, or what capture has packed");
  result.rule = rule.name;
  for (Finding &finding : result.findings)
    finding.rule = rule.name;
  return result;
}

void decide(Verdict &verdict, Ending ending, const std::string &ending_reason) {
  verdict.outcome = Outcome::pass;
  verdict.reason.clear();
  const std::string ended = describe(ending, ending_reason);
  const std::string failed = prefixed("failed: ", names_with(verdict, Outcome::fail));
  const std::string open =
      prefixed("could not find out: ", names_with(verdict, Outcome::inconclusive));
  const std::string known = names_of_known_faults(verdict);
  const bool has_known_end = !ended.empty() && !verdict.known_ending.empty();
  if (!known.empty() && has_known_end) {
    verdict.outcome = Outcome::known;
    verdict.reason = join(ended, "known: " + known);
  } else if (!known.empty() && ended.empty()) {
    const bool is_shown = has_witnesses(verdict);
    verdict.outcome = is_shown ? Outcome::known : Outcome::inconclusive;
    verdict.reason = join(is_shown ? "" : open, "known: " + known);
  } else if (!failed.empty() || is_kernel_failure(ending)) {
    verdict.outcome = Outcome::fail;
    verdict.reason = join(ended, failed);
  } else if (!ended.empty() || !open.empty()) {
    verdict.outcome = Outcome::inconclusive;
    verdict.reason = join(ended, open);
  } else if (!has(verdict, Outcome::pass)) {
    verdict.outcome = Outcome::skip;
    verdict.reason = "every rule was skipped";
  } else if (!is_recording_shown(verdict)) {
    verdict.outcome = Outcome::inconclusive;
    verdict.reason = "nothing shows what is recorded";
  } else if (!verdict.has_user_space) {
    verdict.reason = "shown by " + names_with(verdict, Outcome::pass);
  }
}

Expectation as_decided(const Expectation &tree, const Evidence &evidence) {
  return without_refused_cma(without_unplaced(without_left_out(tree, evidence), evidence),
                             evidence);
}

Verdict judge(const Expectation &tree, const Evidence &evidence) {
  const Expectation expectation = as_decided(tree, evidence);
  Verdict verdict;
  verdict.has_user_space = expectation.has_user_space;
  verdict.records_nothing = records_nothing(expectation);
  for (const Rule &rule : rules())
    verdict.rules.push_back(apply(rule, expectation, evidence));
  const auto is_recorded = [](const auto &region) { return region.fate == Fate::recorded; };
  verdict.regions_in_tree =
      static_cast<std::size_t>(std::ranges::count_if(expectation.regions, is_recorded));
  verdict.regions_recorded = count_recorded(expectation, evidence);
  name_known_faults(verdict, expectation, evidence);
  // The rule is skipped where the tree has no no-map region, and then nothing is proven. Page
  // tables that are not understood leave it to the probe, which tries to read every page.
  verdict.no_map_proven = passed(verdict, "no-map-unmapped") ||
                          (!evidence.linear_mapping && passed(verdict, "probe-mapping") &&
                           probe_reads_no_map_nowhere(expectation, evidence));
  decide(verdict, evidence.ending, evidence.ending_reason);
  return verdict;
}

} // namespace rmemcheck
