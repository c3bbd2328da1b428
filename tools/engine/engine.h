// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/role.h"
#include "catalogue/prepared_case.h"
#include "engine/telling.h"
#include "guest/boot.h"
#include "report/results.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// A kernel that cases are booted on, and what is demanded of it.
struct KernelUnderTest {
  std::string name; ///< a folder's name, one of a kind in its run
  Role role = Role::must_pass;
  bool has_series = false; ///< and with it the early entries of memblock that the series brings
  bool has_array = true;   ///< false where a patch keeps it from having one
  std::string version;     ///< "make kernelrelease"; empty where nobody knows
  std::string key;         ///< of its content
  std::filesystem::path image;
  std::vector<std::filesystem::path> modules; ///< in the order of loading, the probe last
  std::vector<LoadedModule> named_modules;    ///< as in KernelResult
  std::vector<std::string> config;            ///< lines of its .config; none where nobody has it
  /// In the list of the run's kernels: the baseline of the same tree, and of a mutant the one
  /// without it.
  std::optional<std::size_t> baseline;
  std::optional<std::size_t> control;
  bool is_baseline_of_another_tree = false; ///< less is compared then (judge/comparison.h)
  /// Names of cases that it is booted with; none: all of the run's.
  std::vector<std::string> cases;
  /// Of a mutant: case, and the rules that must fail there.
  std::map<std::string, std::vector<std::string>> demands;
};

struct Boots {
  std::vector<PreparedCase> cases;
  std::vector<KernelUnderTest> kernels;
  BootRequest base;          ///< what all of them have in common
  std::filesystem::path out; ///< runs/KERNEL/CASE/ are left below it
  unsigned jobs = 1;         ///< guests at once
  /// Takes the evidence of a boot that is there already, if all that it depends on is the same.
  bool resume = false;
  /// Whether the files of a case's boots are worth writing, for what one of them came to; none: all
  /// are, as the boots end.
  std::function<bool(const CaseResult &)> is_worth_keeping;
};

/// Called as the boots of a case end, with all results so far.
using Save = std::function<void(std::vector<CaseResult>)>;

/// Boots the kernels with their cases and judges them. Holds each kernel against its baseline and
/// each mutant against its control. Prints a line for each boot when all of its case have ended,
/// with the findings where it is not as it must be. What goes wrong with one boot makes that one
/// inconclusive and stops no other. The results are in the order of the cases, then of the kernels.
std::vector<CaseResult> boot_and_judge(const Boots &boots, const Telling &telling,
                                       const Save &save = nullptr);

} // namespace rmemcheck
