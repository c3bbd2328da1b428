// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/config.h"

#include "base/error.h"
#include "base/file.h"
#include "base/size.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <regex>
#include <set>

namespace rmemcheck {
namespace {

bool is_unset(const std::string &line) {
  static const std::regex unset("# CONFIG_[A-Za-z0-9_]+ is not set");
  return std::regex_match(line, unset);
}

bool is_set(const std::string &line) {
  static const std::regex set("CONFIG_[A-Za-z0-9_]+=.+");
  return std::regex_match(line, set);
}

/// CONFIG_FOO of a line that sets or unsets it.
std::string option(const std::string &line) {
  const std::size_t begin = is_unset(line) ? 2 : 0;
  return line.substr(begin, line.find_first_of(" =", begin) - begin);
}

/// "# CONFIG_FOO is not set" holds where no line sets it.
bool holds(const std::string &line, const std::set<std::string> &config) {
  if (!is_unset(line))
    return config.contains(line);
  const std::string name = line.substr(2, line.find(' ', 2) - 2) + "=";
  const auto first = config.lower_bound(name);
  return first == config.end() || !first->starts_with(name);
}

/// 0 where no line begins so.
std::uint64_t number_of(const std::vector<std::string> &lines, std::string_view option) {
  for (const std::string &line : lines)
    if (line.starts_with(option))
      return std::strtoull(line.c_str() + option.size(), nullptr, 10);
  return 0;
}

} // namespace

std::vector<ConfigLine> wanted_config(const std::filesystem::path &fragment,
                                      const Machine &machine) {
  std::vector<ConfigLine> wanted;
  const auto take = [&](const std::string &text, const std::string &at, bool is_optional = false) {
    if (is_set(text) || is_unset(text))
      wanted.push_back({text, at, is_optional});
    else if (!text.empty() && text.front() != '#')
      throw bad_input(fmt::format("{}: {}: expected CONFIG_NAME=value", at, text));
  };
  const std::vector<std::string> lines = split_lines(read_file(fragment));
  for (std::size_t index = 0; index < lines.size(); ++index)
    take(lines[index], fmt::format("{}:{}", fragment.string(), index + 1));
  const auto take_instead = [&](const std::string &line, bool is_optional) {
    std::erase_if(wanted,
                  [&](const ConfigLine &other) { return option(other.text) == option(line); });
    take(line, "machine " + machine.name, is_optional);
  };
  for (const std::string &line : machine.config)
    take_instead(line, false);
  for (const std::string &line : machine.optional_config)
    take_instead(line, true);
  return wanted;
}

std::vector<std::string> read_whole_config(const std::filesystem::path &path) {
  std::vector<std::string> lines = split_lines(read_file(path));
  if (std::ranges::none_of(lines, is_set))
    throw bad_input(fmt::format("{}: expected a kernel's .config, with lines CONFIG_NAME=value",
                                path.string()));
  return lines;
}

std::string config_text(const std::vector<ConfigLine> &lines) {
  std::string text;
  for (const ConfigLine &line : lines)
    text += line.text + '\n';
  return text;
}

void check_config(const std::vector<ConfigLine> &wanted, const std::filesystem::path &config) {
  const std::vector<std::string> lines = split_lines(read_file(config));
  const std::set<std::string> got(lines.begin(), lines.end());
  for (const ConfigLine &line : wanted)
    if (!line.is_optional && !holds(line.text, got))
      throw bad_input(fmt::format("{}: {}: this kernel does not take it: it has no such option, or "
                                  "what the option depends on is off",
                                  line.at, line.text));
}

std::uint64_t default_cma_area(const std::vector<std::string> &lines) {
  const auto is_set = [&](const char *line) {
    return std::ranges::find(lines, line) != lines.end();
  };
  if (!is_set("CONFIG_DMA_CMA=y") || !is_set("CONFIG_CMA_SIZE_SEL_MBYTES=y"))
    return 0;
  return number_of(lines, "CONFIG_CMA_SIZE_MBYTES=") * mebibyte;
}

unsigned forced_max_order(const std::vector<std::string> &lines) {
  return static_cast<unsigned>(number_of(lines, "CONFIG_ARCH_FORCE_MAX_ORDER="));
}

} // namespace rmemcheck
