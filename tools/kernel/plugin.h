// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>
#include <string>

namespace rmemcheck {

/// A GCC plugin, built from one source file for a compiler with the headers that come with it, and
/// kept in the cache: its path is part of every command line, which ccache compares. Headers that
/// are missing are could_not_find_out, as is a source that does not compile.
std::filesystem::path build_plugin(const std::filesystem::path &source, const std::string &compiler,
                                   const Progress &progress);

} // namespace rmemcheck
