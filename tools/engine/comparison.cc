// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/comparison.h"

#include "base/error.h"
#include "engine/boot_facts.h"
#include "judge/comparison.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// As the kernel was given it: firmware may have added regions.
ReservedMemory tree_of(const KeptBoot &kept) {
  if (const auto given = kept.boot.evidence.find("fdt"); given != kept.boot.evidence.end())
    return read_reserved_memory(given->second, "evidence/fdt");
  return kept.dtb.empty() ? ReservedMemory{} : read_reserved_memory(kept.dtb, "tree.dtb");
}

Evidence evidence_of(const KeptBoot &kept) {
  Evidence evidence = parse_evidence(kept.boot.evidence);
  evidence.ending = kept.boot.ending;
  evidence.ending_reason = kept.boot.ending_reason;
  return evidence;
}

} // namespace

void compare_kept(CaseResult &result, const KeptBoot &unpatched, const KeptBoot &patched) {
  if (unpatched.dtb != patched.dtb) {
    compare_unknown(result.verdict, "the unpatched kernel was booted with another tree");
    return;
  }
  try {
    const ReservedMemory tree = tree_of(patched);
    const Evidence before = evidence_of(unpatched);
    const Evidence after = evidence_of(patched);
    Expectation expectation = expect(tree);
    expectation.taken =
        facts_of(tree, before, unpatched.boot.evidence, unpatched.boot.console).taken;
    compare(result.verdict, expectation, before, after);
  } catch (const Error &error) {
    compare_unknown(result.verdict, fmt::format("cannot be compared: {}", error.what()));
  }
}

} // namespace rmemcheck
