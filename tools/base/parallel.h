// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <functional>

namespace rmemcheck {

/// Calls `work` with 0, 1, ... count - 1, on so many threads at once, and returns when all are
/// done. What one call throws stops those that have not begun, and is thrown again in the end.
void for_each_index(std::size_t count, unsigned threads,
                    const std::function<void(std::size_t)> &work);

} // namespace rmemcheck
