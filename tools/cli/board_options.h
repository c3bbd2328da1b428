// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.h"
#include "devicetree/surroundings.h"
#include "expectation/place_faults.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// Trees of boards, and what their firmware and boot loader do to them, as a person tells it.
struct BoardOptions {
  std::vector<std::string> files;
  std::vector<PhysicalRange> memory;  ///< instead of the tree's; none: the tree's
  LoadAddresses loads;                ///< an initrd instead of the tree's
  std::optional<std::string> cmdline; ///< instead of the tree's
  std::uint64_t page_size = 0x1000;   ///< bytes
};

/// One of them, as it was read and completed.
struct BoardView {
  std::string path;
  std::string dtb;
  ReservedMemory tree;
  Surroundings around;
  LoadAddresses loads;
  Expectation expectation;
};

/// Adds FILE... and the options above.
void add_board_options(CLI::App &verb, BoardOptions &options);

/// Calls `look` with each tree. One that cannot be read keeps none from being looked at; the status
/// is then that of bad input, and where it is the only one its error is thrown.
ExitStatus look_at_boards(const BoardOptions &options,
                          const std::function<ExitStatus(const BoardView &)> &look);

} // namespace rmemcheck
