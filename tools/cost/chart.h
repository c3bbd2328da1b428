// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cost/result.h"

#include <string>
#include <vector>

namespace rmemcheck {

/// Instructions over regions, both axes logarithmic, a line for each kernel. An SVG file of its
/// own that reads on light and on dark ground. Of sizes with as many regions the dearest is shown.
std::string cost_chart(const std::vector<KernelCost> &kernels);

} // namespace rmemcheck
