// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/judge.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rmemcheck {

/// A kernel under test.
struct KernelResult {
  std::string name;    ///< "baseline", "patched", or as a person calls a kernel of theirs
  std::string version; ///< "make kernelrelease"; empty where nobody knows
  std::string key;     ///< of its cache entry; empty for one that was not built here
  bool from_cache = false;
  double build_seconds = 0;
};

/// One case booted on one kernel.
struct CaseResult {
  std::string kernel; ///< name of the KernelResult; empty where nobody knows
  std::string name;   ///< of the case
  std::string title;
  std::vector<std::uint64_t> hazards; ///< that the case is about
  std::string folder;                 ///< as findings print it, such as "runs/baseline/static-65"
  std::size_t no_map = 0;             ///< regions of the tree that must end up no-map
  Ending ending = Ending::powered_off;
  Verdict verdict;
  /// Rules that this kernel must fail here; empty for one that must pass.
  std::vector<std::string> must_fail;
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
  std::string tree;         ///< as a person named it, or the path that was found
  std::string tree_version; ///< "6.1.192"
  std::string series;       ///< name of the folder that serves it; empty if none was applied
  double seconds = 0;
  std::vector<KernelResult> kernels;
  std::vector<CaseResult> cases; ///< by case, then by kernel
};

/// The worst: fail, then inconclusive, then skip, then pass.
Outcome worse(Outcome one, Outcome other);

/// What the run comes to: the worst conclusion, but something skipped among others that were not
/// is inconclusive. No result at all is inconclusive too.
Outcome conclusion(const std::vector<CaseResult> &cases);

} // namespace rmemcheck
