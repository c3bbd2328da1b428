// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/hunk.h"

#include "base/file.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <regex>

namespace rmemcheck {
namespace {

/// The name of the function whose definition begins in a line of C; empty where none does.
std::string function_in(const std::string &line) {
  static const std::regex definition("^[A-Za-z_][\\w\\s*]*[\\s*](\\w+)\\(.*");
  std::smatch match;
  return !line.ends_with(';') && std::regex_match(line, match, definition) ? match.str(1) : "";
}

/// "@@ -1,2 +1,3 @@ int f(void)": what stands behind.
std::string section_of(const std::string &header) {
  const std::size_t end = header.find(" @@ ");
  return end == std::string::npos ? "" : header.substr(end + 4);
}

/// Code of a function is indented, but for labels.
bool is_outside(const std::string &code) {
  return !code.empty() &&
         (std::isalpha(static_cast<unsigned char>(code[0])) != 0 || code[0] == '_') &&
         !code.ends_with(':');
}

/// What is written above a function belongs to no function.
bool is_comment(const std::string &code) {
  const std::size_t begin = code.find_first_not_of(" \t");
  return begin == std::string::npos || code.compare(begin, 1, "*") == 0 ||
         code.compare(begin, 2, "/*") == 0;
}

/// git writes the function before the hunk behind "@@"; the hunk may leave it and reach into
/// others. What is new is counted to where it is put in.
std::vector<std::string> places_of(const std::vector<std::string> &lines, std::size_t header,
                                   const std::string &file) {
  std::string function = function_in(section_of(lines[header]));
  std::vector<std::string> places;
  for (std::size_t at = header + 1; at < lines.size(); ++at) {
    const std::string &line = lines[at];
    if (line.starts_with("@@ -") || line.starts_with("diff --git ") || line == "-- ")
      break;
    const bool is_new = line.starts_with('+');
    const std::string code = line.empty() ? "" : line.substr(1);
    if (!is_new && is_outside(code))
      function = function_in(code);
    const std::string place = function.empty() ? file : fmt::format("{}:{}", file, function);
    if ((is_new || line.starts_with('-')) && !is_comment(code) &&
        std::ranges::find(places, place) == places.end())
      places.push_back(place);
    if (!is_new && code.starts_with('}'))
      function.clear();
  }
  return places;
}

} // namespace

std::optional<Hunk> find_hunk(const std::string &patch, const std::string &file,
                              const std::string &line) {
  const std::vector<std::string> lines = split_lines(patch);
  bool is_in_file = false;
  int number = 0;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string &text = lines[at];
    if (text.starts_with("diff --git "))
      is_in_file = text.ends_with(" b/" + file);
    if (!is_in_file || !text.starts_with("@@ -"))
      continue;
    ++number;
    if (text.starts_with("@@ -" + line + ",") || text.starts_with("@@ -" + line + " "))
      return Hunk{number, text, places_of(lines, at, file)};
  }
  return std::nullopt;
}

} // namespace rmemcheck
