// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/role.h"
#include "judge/judge.h"
#include "report/loaded_module.h"
#include "report/random_summary.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// A kernel under test.
struct KernelResult {
  std::string name; ///< "baseline", "patched", or as a person calls a kernel of theirs
  Role role = Role::must_pass;
  std::string spec;    ///< as a person named it (kernel/spec.h)
  std::string title;   ///< of a commit or a patch; may be empty
  std::string version; ///< "make kernelrelease"; empty where nobody knows
  std::string key;     ///< of its cache entry; empty for one that was not built here
  bool from_cache = false;
  double build_seconds = 0;
  std::string trouble = {}; ///< why there is no such kernel; empty where there is
  /// SHA-256 over the lines of the SHA-256 of each patch, as kcidb.h wants it; empty: no patches.
  /// Nothing where nobody knows: the kernel was built elsewhere.
  std::optional<std::string> patchset = {};
  std::vector<LoadedModule> modules = {}; ///< that were named for an image, in the order of loading
};

/// One case booted on one kernel.
struct CaseResult {
  std::string kernel;         ///< name of the KernelResult; empty where nobody knows
  std::string kernel_version; ///< as the log says: "6.1.192"; empty: it does not
  Role role = Role::must_pass;
  std::string name; ///< of the case
  std::string title;
  std::string file; ///< of the case, or the board, as a person named it; empty: the kit has it
  std::vector<std::uint64_t> hazards; ///< that the case is about
  std::string folder;                 ///< as findings print it, such as "runs/baseline/static-65"
  std::size_t no_map = 0;             ///< regions of the tree that must end up no-map
  Ending ending = Ending::powered_off;
  Verdict verdict;
  /// Rules that this kernel must fail here; empty for one that must pass.
  std::vector<std::string> must_fail;
  /// Of a mutant: what the kernel fails without it. That is no proof.
  std::vector<std::string> fails_without;
  /// What the verdict comes to: pass where the kernel does exactly what it must, even if that is
  /// to fail.
  Outcome conclusion = Outcome::pass;
  std::vector<std::string> remarks; ///< why the conclusion is no pass, a sentence each
  /// Why evidence that was sent is not used, a sentence each.
  std::vector<std::string> notes;
  double boot_seconds = 0;
  double judge_seconds = 0; ///< reading the evidence and judging
};

/// All of one run.
struct RunResults {
  std::string tool_version;
  std::string machine;
  std::string arch;         ///< of the machine: ARCH= of the kernel's make; empty: not known
  std::string started;      ///< "2026-01-31T23:59:59Z"; empty: not known
  std::string tree;         ///< as a person named it, or the path that was found
  std::string tree_version; ///< "6.1.192"
  std::string series;       ///< name of the folder that serves it; empty if none was applied
  std::string config; ///< that kernels were built on, as a person named it; empty: allnoconfig
  double seconds = 0;
  std::vector<KernelResult> kernels;
  std::vector<CaseResult> cases; ///< by case, then by kernel
  bool nothing_to_do = false;    ///< no case was left for the machine
  /// Of trees by chance, of which `cases` has only some that are not as they must be.
  std::optional<RandomSummary> random = {};
  bool is_complete = true;     ///< false while it goes on, and for ever where it was stopped
  bool is_interrupted = false; ///< a person, or a signal, has stopped it
};

/// The worst: fail, then inconclusive, then skip, then pass.
Outcome worse(Outcome one, Outcome other);

/// What several outcomes come to: the worst, but something skipped among others that were not is
/// inconclusive. None at all is inconclusive too.
Outcome conclusion(const std::vector<Outcome> &outcomes);

/// What the run comes to. A kernel that could not be had is inconclusive, and so is a run that was
/// stopped, unless it has found a failure.
Outcome conclusion(const RunResults &results);

} // namespace rmemcheck
