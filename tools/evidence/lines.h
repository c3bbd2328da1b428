// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.h"
#include "evidence/evidence.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace rmemcheck {

/// A line that points into the text it was taken from; number is 1-based.
struct Line {
  std::size_t number = 0;
  std::string_view text;
};

/// Lines without "\n" or the "\r\n" of a serial console; a last line without newline counts.
std::vector<Line> lines_of(std::string_view text);

/// As lines_of, for a file that always has lines: an empty one, and one that ends within a line, is
/// could_not_find_out.
std::vector<Line> lines_of_filled(std::string_view file, std::string_view text);

/// The line as a copy that outlives the text.
SourceLine source_line(std::string_view file, const Line &line);

/// could_not_find_out naming file, line, what was expected and the text that stands there.
Error not_understood(std::string_view file, const Line &line, std::string_view expected);

} // namespace rmemcheck
