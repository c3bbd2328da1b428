// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/series.h"
#include "kernel/tree.h"

#include <filesystem>
#include <set>
#include <string>

namespace rmemcheck {

/// The files that the patches touch, as names below a tree.
std::set<std::string> touched_files(const Series &series);

/// Copies those of them that the tree has to `scratch`, and applies the patches there. One that
/// does not apply is bad_input naming patch, the tree as it was named, file and hunk.
void apply_to_copies(const Series &series, const SourceTree &tree,
                     const std::filesystem::path &scratch);

} // namespace rmemcheck
