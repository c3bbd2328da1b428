// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/manual.h"

#include "base/file.h"
#include "base/version.h"

#include <fmt/format.h>

namespace rmemcheck {

/// manual.1, as it was when the program was built (embedded.cc.in).
extern const char *const manual_frame;

namespace {

/// Text that roff prints as it is: a hyphen that can be copied, and no request.
std::string roff(const std::string &text) {
  std::string safe;
  bool is_first = true;
  for (const char letter : text) {
    if (is_first && (letter == '.' || letter == '\''))
      safe += "\\&";
    if (letter == '\\')
      safe += "\\e";
    else if (letter == '-')
      safe += "\\-";
    else
      safe += letter;
    is_first = letter == '\n';
  }
  return safe;
}

std::string option_text(const CLI::Option &option) {
  std::string names =
      option.get_positional() ? option.get_type_name() : option.get_name(false, true);
  if (!option.get_positional() && option.get_items_expected_max() != 0)
    names += ' ' + option.get_type_name();
  for (std::size_t at = names.find(','); at != std::string::npos; at = names.find(',', at + 2))
    names.insert(at + 1, " ");
  return fmt::format(".TP\n.B {}\n{}\n", roff(names), roff(option.get_description()));
}

std::string verb_text(const CLI::App &verb, const std::string &names) {
  std::string text = fmt::format(".SS {}\n{}.\n", roff(names + ' ' + verb.get_name()),
                                 roff(verb.get_description()));
  for (const CLI::Option *option : verb.get_options())
    text += option_text(*option);
  if (!verb.get_footer().empty())
    text += fmt::format(".PP\n.EX\n{}\n.EE\n", roff(verb.get_footer()));
  for (const CLI::App *each : verb.get_subcommands({}))
    text += verb_text(*each, names + ' ' + verb.get_name());
  return text;
}

} // namespace

std::string manual_page(const CLI::App &app) {
  std::string verbs;
  for (const CLI::App *verb : app.get_subcommands({}))
    verbs += verb_text(*verb, "rmemcheck");
  std::string options;
  for (const CLI::Option *option : app.get_options())
    options += option_text(*option);
  std::string page;
  for (const std::string &line : split_lines(manual_frame)) {
    if (line == "@VERBS@")
      page += verbs;
    else if (line == "@OPTIONS@")
      page += options;
    else
      page += line + '\n';
  }
  const std::string version = "@VERSION@";
  page.replace(page.find(version), version.size(), tool_version);
  return page;
}

} // namespace rmemcheck
