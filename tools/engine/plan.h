// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/kit.h"
#include "catalogue/mutant.h"
#include "kernel/spec.h"
#include "kernel/tree.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// A kernel that a person asks for: on the command line, or a table [[kernel]] of a list.
struct KernelRequest {
  KernelSpec spec;
  std::string name; ///< empty: made of the spec
  std::vector<std::string> cases;
  std::vector<std::string> machines;          ///< none: those of the run
  std::vector<std::string> config;            ///< Kconfig lines beyond the machine's
  std::vector<std::filesystem::path> modules; ///< of an image
  /// False for one that a patch keeps from having the array: it must keep every region, name it in
  /// an error, and find none.
  bool has_array = true;
};

/// One kernel, before it is built for a machine.
struct PlannedKernel {
  std::string name;
  Role role = Role::must_pass;
  std::string spec;
  std::string title;              ///< of a commit or a patch
  std::optional<SourceTree> tree; ///< what is built; none: it is there already
  std::vector<std::filesystem::path> patches;
  bool has_series = false;
  bool has_array = true; ///< as in KernelRequest
  std::string series;    ///< name of the folder it is of
  std::vector<std::string> config;
  KernelRequest given; ///< where it is there already
  std::optional<std::size_t> baseline;
  std::optional<std::size_t> control;
  std::vector<std::string> cases;
  std::vector<std::string> machines;
  /// Of a mutant and its control, the cases that are demanded on each machine.
  std::map<std::string, std::vector<std::string>> cases_on;
  std::optional<Mutant> mutant;
};

/// Names of the cases that a kernel is booted with on a machine; none: all of the run's.
const std::vector<std::string> &cases_of(const PlannedKernel &kernel, const std::string &machine);

struct Plan {
  std::vector<PlannedKernel> kernels;
  std::vector<std::string> unserved; ///< mutants that are for another series, a sentence each
};

/// Makes one kernel, or several, of each request: every commit of a range, every patch of a folder.
/// A must-pass kernel is held against the baseline of the same tree, if there is one among them. A
/// mutant gets a control, the kernel without it. `fetched` kernels of Debian have been asked for
/// before. Errors are bad_input naming the spec.
Plan make_plan(const std::vector<KernelRequest> &requests, const Kit &kit,
               const Progress &progress);

/// A name that is a folder's: letters, digits, and ".", "-", "_", "@" and "+".
std::string folder_name(const std::string &text);

} // namespace rmemcheck
