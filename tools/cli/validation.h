// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cli/kept_boot.h"
#include "cli/progress.h"
#include "devicetree/make.h"
#include "kernel/build.h"
#include "report/results.h"
#include "report/text.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// A case with its tree for one machine.
struct PreparedCase {
  Case what;
  std::string dtb; ///< empty where the machine hands the kernel none
};

/// Reads the cases and makes their trees, before anything is built. A rule name in
/// `baseline-fails` that is no rule is bad_input naming the file. `kernel` is what board_dtb() asks
/// for.
std::vector<PreparedCase> prepare_cases(const std::vector<std::filesystem::path> &files,
                                        const Machine &machine,
                                        const std::filesystem::path &kernel);

/// Takes out the cases that make no sense on the machine, and says which and why, a line each:
/// its file does not have what they need, or it has no device tree for what they put into one. Of
/// the `kernels` "patched" has the series. A case for which an unpatched kernel surely has too few
/// early entries stays if a patched one has enough: the unpatched one must not boot.
std::vector<std::string> leave_out_unserved(std::vector<PreparedCase> &cases,
                                            const Machine &machine,
                                            const std::vector<std::string> &kernels);

/// Rules that an unpatched kernel of this version must fail, or conclusion.h's boots_rule.
std::vector<std::string> must_fail(const PreparedCase &prepared, const std::string &version,
                                   const Machine &machine);

/// A kernel that the cases are booted on.
struct KernelUnderTest {
  std::string name;    ///< "baseline", "patched", or as a person calls a kernel of theirs
  std::string version; ///< "make kernelrelease"; empty where nobody knows
  std::filesystem::path image;
  std::vector<std::filesystem::path> modules; ///< in the order of loading, the probe last
};

/// Boots every case on every kernel, `jobs` at once, and leaves runs/KERNEL/CASE/ below `out`.
/// Holds a kernel named "patched" against one named "baseline". Prints a line for each boot when
/// all of its case have ended, with the findings where it is not as it must be. The results are in
/// the order of the cases, then of the kernels.
std::vector<CaseResult> validate(const std::vector<PreparedCase> &cases,
                                 const std::vector<KernelUnderTest> &kernels,
                                 const BootRequest &base, const std::filesystem::path &out,
                                 unsigned jobs, ProgressLine &progress);

} // namespace rmemcheck
