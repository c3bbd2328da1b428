// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/dtb.h"

#include <string>

namespace rmemcheck {

/// Returns a board's tree with so many cells, 1 or 2, for addresses and sizes below the root. What
/// lies where such an address cannot say so is left out with its children; RAM must not, or it is
/// bad_input.
std::string with_root_cells(const std::string &board, const Cells &cells);

} // namespace rmemcheck
