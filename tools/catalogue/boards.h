// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "catalogue/prepared_case.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// The trees of boards below folders, or given as files: *.dtb and *.dts, sorted. A folder without
/// any is bad_input.
std::vector<std::filesystem::path> board_files(const std::vector<std::filesystem::path> &given);

/// What the case of such a board may be called: its file's name, with as many folders in front as
/// it takes to tell it from others.
std::vector<std::string> board_names(const std::vector<std::filesystem::path> &given);

/// Boards as cases: the regions of each laid into the machine's RAM (devicetree/transplant.h). A
/// board without reserved memory is none; `left_out` gets their names. Errors as of
/// read_reserved_memory(); what cannot be laid into the machine is the case's trouble.
std::vector<PreparedCase> prepare_boards(const std::vector<std::filesystem::path> &given,
                                         const Machine &machine,
                                         const std::filesystem::path &kernel,
                                         std::vector<std::string> &left_out);

} // namespace rmemcheck
