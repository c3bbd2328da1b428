// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/missing_lines.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace rmemcheck {
namespace {

/// Two texts of a line, the second behind the first.
struct LossMark {
  std::string_view begin;
  std::string_view end;
};

constexpr LossMark loss_marks[] = {
    {"** ", " printk messages dropped **"},                 // kernel/printk/printk.c
    {": Missed ", " kernel messages"},                      // systemd's journald-kmsg.c
    {": /dev/kmsg buffer overrun, ", "some messages lost"}, // the same, of older ones
};

bool has_mark(std::string_view text, const LossMark &mark) {
  const auto begin = text.find(mark.begin);
  return begin != std::string_view::npos &&
         text.find(mark.end, begin + mark.begin.size()) != std::string_view::npos;
}

/// What people write for "I have cut this". Not "cut here", which the kernel says above a warning.
constexpr std::string_view cut_words[] = {"snip",    "snipped", "cut",     "trimmed", "truncated",
                                          "omitted", "skipped", "deleted", "removed", "elided"};

/// What else may stand in such a mark: "[200 lines omitted]".
constexpr std::string_view words_beside[] = {"lines", "line",   "log",  "output", "messages",
                                             "some",  "many",   "more", "rest",   "of",
                                             "the",   "kernel", "boot", "dmesg",  "end"};

template <std::size_t size>
bool is_one_of(std::string_view word, const std::string_view (&words)[size]) {
  return std::ranges::find(words, word) != std::end(words);
}

/// Takes a word of letters, in small ones, off the front; empty where none stands there.
std::string take_letters(std::string_view &text) {
  std::string word;
  while (!text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0) {
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    text.remove_prefix(1);
  }
  return word;
}

/// Dots, or one sign for three of them, at the start of the text or behind brackets and rulers.
bool begins_with_dots(std::string_view text) {
  const std::string_view dots =
      text.substr(std::min(text.find_first_not_of("[(<{*#=~- "), text.size()));
  return dots.starts_with("...") || dots.starts_with("\xE2\x80\xA6");
}

bool ends_with_dots(std::string_view text) {
  const std::string_view dots = text.substr(0, text.find_last_not_of("])>}*#=~- ") + 1);
  return dots.ends_with("...") || dots.ends_with("\xE2\x80\xA6");
}

} // namespace

bool tells_of_loss(const LogLine &line) {
  // What a program has written into the kernel's ring tells nothing of that ring.
  if (!line.from_kernel && line.seconds)
    return false;
  return line.follows_loss || std::ranges::any_of(loss_marks, [&](const LossMark &mark) {
           return has_mark(line.text, mark);
         });
}

bool is_cut_mark(std::string_view line) {
  constexpr std::size_t longest = 80;
  if (line.size() > longest)
    return false;
  if (begins_with_dots(line) && ends_with_dots(line))
    return true;
  bool has_cut = line.find("8<") != std::string_view::npos || // scissors
                 line.find(">8") != std::string_view::npos;
  while (!line.empty()) {
    const std::string word = take_letters(line);
    has_cut |= is_one_of(word, cut_words);
    if (!word.empty() && !is_one_of(word, cut_words) && !is_one_of(word, words_beside))
      return false;
    if (word.empty()) {
      constexpr std::string_view signs = " \t.-=_<>[](){}*/~#+:%0123456789\xE2\x80\xA6";
      if (signs.find(line.front()) == std::string_view::npos)
        return false;
      line.remove_prefix(1);
    }
  }
  return has_cut;
}

} // namespace rmemcheck
