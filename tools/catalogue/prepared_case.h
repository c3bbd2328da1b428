// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/case.h"
#include "kernel/machine.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// Stands among the rules that a kernel must fail where it must not get through its boot at all.
inline constexpr const char *boots_rule = "boots";

/// A case with its tree for one machine.
struct PreparedCase {
  Case what;
  std::string dtb;     ///< empty where the machine hands the kernel none
  std::string trouble; ///< why there is no tree although the machine hands one over
  /// The regions of a board (catalogue/boards.h). What kernels without the series do with it is
  /// told: nobody has said what they must fail.
  bool is_board = false;
  std::filesystem::path file = {}; ///< that it was read from
};

/// Reads the cases and makes their trees, before anything is built. A rule name in
/// `baseline-fails` that is no rule is bad_input naming the file; a tree that the machine's board
/// cannot have is that case's trouble. `kernel` is what board_dtb() asks for.
std::vector<PreparedCase> prepare_cases(const std::vector<std::filesystem::path> &files,
                                        const Machine &machine,
                                        const std::filesystem::path &kernel);

/// Makes the trees of cases that are there already.
std::vector<PreparedCase> prepare_trees(std::vector<Case> cases, const std::string &board,
                                        std::uint64_t memory_base);

/// Whether numbers in the board's tree are as wide as the case's bytes are.
bool has_needed_cells(const Case &what, const std::string &dtb);

} // namespace rmemcheck
