// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/vendor_forms.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <optional>

namespace rmemcheck {
namespace {

/// How many characters at the start of the text are as the pattern says: "#" is a number, "?" a
/// letter, " " any number of blanks, "_" one at least, "*" what is no "]", anything else itself.
std::optional<std::size_t> matched(std::string_view pattern, std::string_view text) {
  if (pattern.empty())
    return 0;
  const auto run_of = [&](auto &&belongs) {
    const auto *const end = std::ranges::find_if_not(text, belongs);
    return static_cast<std::size_t>(end - text.begin());
  };
  const auto go_on = [&](std::size_t taken) -> std::optional<std::size_t> {
    const auto rest = matched(pattern.substr(1), text.substr(taken));
    return rest ? std::optional(taken + *rest) : std::nullopt;
  };
  const char kind = pattern.front();
  if (kind == '#' || kind == ' ' || kind == '_') {
    const std::size_t run = run_of([&](char sign) {
      return kind == '#' ? std::isdigit(static_cast<unsigned char>(sign)) != 0 : sign == ' ';
    });
    return run == 0 && kind != ' ' ? std::nullopt : go_on(run);
  }
  if (kind == '*') {
    for (std::size_t taken = 1; taken <= text.size() && text[taken - 1] != ']'; ++taken)
      if (const auto whole = go_on(taken))
        return whole;
    return std::nullopt;
  }
  const bool is_there =
      !text.empty() && (kind == '?' ? std::isalpha(static_cast<unsigned char>(text.front())) != 0
                                    : text.front() == kind);
  return is_there ? go_on(1) : std::nullopt;
}

/// What stands behind the seconds in their brackets.
constexpr std::string_view beside_time[] = {"@#", "_< #.#_>"};

constexpr std::string_view vendors_prefixes[] = {
    " [#: *: #] ",   // Samsung: processor, task, its number
    " ?[#: *: #] ",  // the same, with a letter for the context
    " <#>.(#)[#:*]", // MediaTek: level, processor, number of the task, task
    " <#>-(#)[#:*]", // the same, within an interrupt
    " .(#)[#:*]",    " -(#)[#:*]", " (#)[#:*]",
    " c#_#_", // Spreadtrum: processor, number of the task
    " c#_",
};

} // namespace

std::string with_plain_time(std::string_view line, std::size_t longest_prefix) {
  for (auto at = line.find('['); at < longest_prefix; at = line.find('[', at + 1))
    for (const std::string_view beside : beside_time) {
      const auto seconds = matched("[ #.#", line.substr(at));
      if (!seconds)
        break;
      const auto more = matched(beside, line.substr(at + *seconds));
      if (!more || !line.substr(at + *seconds + *more).starts_with(']'))
        continue;
      std::string_view behind = line.substr(at + *seconds + *more + 1);
      if (behind.starts_with("  ")) // Amlogic's kernels have two blanks there
        behind.remove_prefix(1);
      return std::string(line.substr(0, at + *seconds)) + "]" + std::string(behind);
    }
  return std::string(line);
}

std::optional<std::string> from_logcat(std::string_view line) {
  constexpr std::string_view letters = "..FEW.IDV"; // each where its level is
  for (const std::string_view head : {"#-#_#:#:#.#_0_0_?_", "#-#-#_#:#:#.#_0_0_?_"}) {
    const auto taken = matched(head, line);
    if (!taken)
      continue;
    const std::size_t level = letters.find(line[line.find_last_not_of(' ', *taken - 1)]);
    const std::string_view rest = line.substr(*taken);
    const auto colon = rest.find(':');
    if (level == std::string_view::npos || colon == std::string_view::npos)
      return std::nullopt;
    std::string_view tag = rest.substr(0, colon);
    tag = tag.substr(0, tag.find_last_not_of(' ') + 1);
    std::string_view text = rest.substr(colon + 1);
    if (text.starts_with(' '))
      text.remove_prefix(1);
    constexpr std::size_t debug = 7;
    return fmt::format("<{}>{}{}{}", std::min(level, debug), tag, tag.empty() ? "" : ": ", text);
  }
  return std::nullopt;
}

std::string_view without_vendors_prefix(std::string_view text) {
  for (const std::string_view prefix : vendors_prefixes)
    if (const auto taken = matched(prefix, text))
      return text.substr(*taken);
  return text;
}

} // namespace rmemcheck
