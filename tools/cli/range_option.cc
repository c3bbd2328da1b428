// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/range_option.h"

#include "base/file.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

PhysicalRange range_of(const std::string &name, const std::string &word) {
  const auto range = parse_range(word);
  if (!range)
    throw CLI::ValidationError(name, fmt::format("\"{}\": expected {}", word, range_words));
  return *range;
}

} // namespace

CLI::Option *add_range_option(CLI::App &app, const std::string &name,
                              std::optional<PhysicalRange> &range, const std::string &description) {
  const auto take = [&range, name](const std::string &word) { range = range_of(name, word); };
  return app.add_option_function<std::string>(name, take, description)->type_name("RANGE");
}

CLI::Option *add_ranges_option(CLI::App &app, const std::string &name,
                               std::vector<PhysicalRange> &ranges, std::vector<std::string> &files,
                               const std::string &description) {
  const auto take = [&ranges, &files, name](const std::vector<std::string> &words) {
    for (const std::string &word : words)
      if (!ranges.empty() && !parse_range(word) && is_there(word))
        files.push_back(word);
      else
        ranges.push_back(range_of(name, word));
  };
  return app.add_option_function<std::vector<std::string>>(name, take, description)
      ->type_name("RANGE")
      ->delimiter(',');
}

} // namespace rmemcheck
