// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/lines.h"

#include <fmt/format.h>

namespace rmemcheck {

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    while (line.ends_with('\r'))
      line.remove_suffix(1);
    lines.push_back({lines.size() + 1, line});
  }
  return lines;
}

std::vector<Line> lines_of_filled(std::string_view file, std::string_view text) {
  std::vector<Line> lines = lines_of(text);
  if (lines.empty())
    throw could_not_find_out(fmt::format("{}: expected at least one line, it is empty", file));
  if (!text.ends_with('\n'))
    throw not_understood(file, lines.back(), "a last line that is whole");
  return lines;
}

SourceLine source_line(std::string_view file, const Line &line) {
  return {std::string(file), line.number, std::string(line.text)};
}

namespace {

/// As much of a line as a person wants to read: a damaged file may be one line of a mebibyte.
std::string beginning(std::string_view text) {
  constexpr std::size_t most = 200;
  return text.size() <= most ? std::string(text)
                             : fmt::format("{}... ({} bytes)", text.substr(0, most), text.size());
}

} // namespace

Error not_understood(std::string_view file, const Line &line, std::string_view expected) {
  return could_not_find_out(fmt::format("{}:{}: expected {}, found '{}'", file, line.number,
                                        expected, beginning(line.text)));
}

} // namespace rmemcheck
