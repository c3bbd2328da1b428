// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>

namespace rmemcheck {

/// QEMU's plugin that counts instructions, compiled from one C file and kept in the cache. A source
/// that does not compile is could_not_find_out.
std::filesystem::path build_counter_plugin(const std::filesystem::path &source,
                                           const Progress &progress);

} // namespace rmemcheck
