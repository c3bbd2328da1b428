// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/usage.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <vector>

namespace rmemcheck {
namespace {

/// Letters that are put in, left out or changed between two words.
std::size_t distance(const std::string &one, const std::string &other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t changed = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// ", is it NAME?", or nothing where no name is like the word.
std::string nearest(const std::string &word, const std::vector<std::string> &names) {
  const auto best = std::ranges::min_element(
      names, {}, [&](const std::string &name) { return distance(word, name); });
  const std::size_t most = std::max<std::size_t>(1, word.size() * 2 / 5);
  return best == names.end() || distance(word, *best) > most ? ""
                                                             : fmt::format(", is it {}?", *best);
}

std::vector<std::string> verbs_of(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::App *verb : app.get_subcommands({}))
    names.push_back(verb->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::Option *option : app.get_options())
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

/// The verb that was named, as far as it is one.
const CLI::App &chosen_verb(const CLI::App &app) {
  const std::vector<CLI::App *> chosen = app.get_subcommands();
  return chosen.empty() ? app : chosen_verb(*chosen.front());
}

/// "dt make ", or nothing of the program itself.
std::string named(const CLI::App &verb) {
  const CLI::App *parent = verb.get_parent();
  return parent == nullptr ? "" : named(*parent) + verb.get_name() + ' ';
}

/// What nothing takes, an option before words: those may be its values.
std::string unexpected_option(const std::vector<std::string> &words) {
  const auto option =
      std::ranges::find_if(words, [](const std::string &word) { return word.starts_with('-'); });
  return option == words.end() ? "" : option->substr(0, option->find('='));
}

std::string what_is_wrong(const CLI::App &verb, const CLI::ParseError &error) {
  const std::vector<std::string> words = verb.remaining();
  const std::vector<std::string> verbs = verbs_of(verb);
  const bool is_verb = !verbs.empty() && !words.empty() && !words.front().starts_with('-');
  if (is_verb)
    return fmt::format("no verb {}{}", words.front(), nearest(words.front(), verbs));
  if (const std::string option = unexpected_option(words); !option.empty())
    return fmt::format("no option {}{}", option, nearest(option, options_of(verb)));
  if (!verbs.empty())
    return fmt::format("expected one of {}", fmt::join(verbs, ", "));
  return words.empty() ? error.what() : fmt::format("\"{}\": expected no such word", words.front());
}

/// "--log: At Most 1 required but received 2", in a sentence. Other messages as they are.
std::string without_at_most(const std::string &message) {
  constexpr std::string_view words = ": At Most 1 required but received ";
  const auto at = message.find(words);
  return at == std::string::npos
             ? message
             : fmt::format("{}: expected it once, it is there {} times", message.substr(0, at),
                           message.substr(at + words.size()));
}

/// CLI11 gives some of them the name of the verb.
bool is(const CLI::ParseError &error, CLI::ExitCodes code) {
  return error.get_exit_code() == static_cast<int>(code);
}

} // namespace

std::string usage_error(const CLI::App &app, const CLI::ParseError &error) {
  const CLI::App &verb = chosen_verb(app);
  const bool is_of_words =
      is(error, CLI::ExitCodes::ExtrasError) || is(error, CLI::ExitCodes::RequiredError);
  std::string what = is_of_words ? what_is_wrong(verb, error) : without_at_most(error.what());
  const std::string name = named(verb);
  if (!name.empty())
    what = fmt::format("{}: {}", name.substr(0, name.size() - 1), what);
  return fmt::format("{}{} rmemcheck {}--help shows what there is", what,
                     what.ends_with('?') ? "" : ";", name);
}

} // namespace rmemcheck
