// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/role.h"
#include "expectation/expectation.h"
#include "guest/boot.h"
#include "report/loaded_module.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace rmemcheck {

/// What is kept of one boot: all that its verdict depends on, and what was run. Its folder:
///
///   tree.dtb          as the kernel was given it; not there where it was given none
///   console.log
///   evidence/NAME     raw, as the guest sent it
///   run.json          what was run and how it ended; written last
///   verdict.json      where it was judged at once
struct KeptBoot {
  std::string kernel; ///< its name in the run; empty where it was booted alone
  Role role = Role::must_pass;
  std::vector<std::string> must_fail; ///< rules, as report/results.h has them
  /// Kernels of the same run that this one is held against, by name; empty: none.
  std::string baseline;
  bool is_baseline_of_another_tree = false; ///< as in engine/engine.h
  std::string control;                      ///< of a mutant: the kernel without it
  std::string key;       ///< of all that the boot and its verdict depend on; empty: not known
  std::string case_name; ///< may be empty
  std::string title;     ///< of the case
  std::string case_file; ///< as CaseResult has it
  std::vector<std::uint64_t> hazards;
  std::uint64_t left_out = 0;        ///< boot-placed regions that the kernel may leave out
  bool has_user_space = true;        ///< of the machine: whether there was a guest to send evidence
  unsigned address_bits = 64;        ///< of the machine's phys_addr_t
  bool has_mapped_pools = true;      ///< of the machine (kernel/machine.h)
  unsigned max_order = 0;            ///< of the configuration, as it stands there; 0: not told
  std::uint64_t most_own_memory = 0; ///< of the machine, bytes (kernel/machine.h)
  std::uint64_t default_cma = 0;     ///< of the configuration, bytes (kernel/config.h)
  std::string arch;                  ///< of the machine: ARCH= of the kernel's make
  Recording recording = Recording::done;
  bool has_series = false;            ///< the kernel is one with the series
  std::vector<LoadedModule> modules;  ///< as in KernelResult
  std::vector<std::string> witnesses; ///< evidence that it must show (witnesses.h)
  std::vector<std::string> must_log;  ///< of the machine: text that the log must have
  std::string kernel_version;         ///< "make kernelrelease"; empty where nobody knows
  std::string dtb;                    ///< empty where the kernel was given none
  // Of a live system or of a log alone, which no folder keeps:
  bool is_live = false;                      ///< see BootDemands
  bool is_tree_known = true;                 ///< see BootDemands
  std::uint64_t page_size = 0;               ///< bytes; 0: as the log tells
  std::map<std::string, Absence> absences{}; ///< see Evidence
  std::vector<std::string> notes{};          ///< sentences for whoever reads the verdict
  std::string pasted_from{};                 ///< of a log alone: its file, as a person named it
  BootResult boot;
};

/// Notes what a verdict depends on of the machine.
void note_machine(KeptBoot &kept, const Machine &machine);

/// Writes the folder, which must not be there. Errors are could_not_find_out naming the file.
void save(const std::filesystem::path &folder, const KeptBoot &kept);

/// Reads one again. What is missing or no such file is bad_input naming it.
KeptBoot load(const std::filesystem::path &folder);

} // namespace rmemcheck
