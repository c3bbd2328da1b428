// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// A hunk of a patch.
struct Hunk {
  int number = 0;     ///< among those of its file, from 1
  std::string header; ///< its "@@" line
  /// What it changes, in the hunk's order: "FILE:FUNCTION", or "FILE" outside of functions.
  std::vector<std::string> places;
};

/// The hunk of a file that begins at a line of the old file, which is how git names one that does
/// not fit; nothing where the patch has none.
std::optional<Hunk> find_hunk(const std::string &patch, const std::string &file,
                              const std::string &line);

} // namespace rmemcheck
