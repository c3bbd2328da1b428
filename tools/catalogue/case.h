// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/make.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// Rules that a baseline fails on some kernels or machines alone.
struct FailsWhere {
  std::string before;                ///< older than that version, "6.5"; empty: whatever it is
  std::vector<std::string> machines; ///< names; none: on any
  std::vector<std::string> rules;
};

/// A case of the catalogue: one TOML file.
struct Case {
  std::string name;  ///< the file's stem
  std::string title; ///< one line, what it is about
  TreeRequest tree;
  /// Rules that a baseline (64 entries) must fail on this tree; empty: it passes.
  std::vector<std::string> baseline_fails;
  /// The same in addition, before a version or on some machines.
  std::vector<FailsWhere> baseline_fails_where;
  /// Which hazards of reserved memory the case is about, 1 to 26 (selftests/cases/README).
  std::vector<std::uint64_t> hazards;
  /// How many boot-placed regions a kernel may leave out of its array, as long as each is named
  /// in an error and stays reserved.
  std::uint64_t left_out = 0;
  /// Kconfig lines that the case makes sense with; a machine without them is not asked.
  std::vector<std::string> needs;
  /// Cells of an address, and of a size, that the tree must have for the case's bytes to mean what
  /// they say; 0: any.
  std::uint64_t needs_cells = 0;
  std::string append; ///< added to the kernel command line
};

/// Reads a case. Unknown keys, wrong types and impossible values are bad_input with
/// file, line and what was expected.
Case read_case(const std::filesystem::path &path);

} // namespace rmemcheck
