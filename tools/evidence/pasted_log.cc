// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/pasted_log.h"

#include "evidence/lines.h"
#include "evidence/log_line.h"
#include "evidence/missing_lines.h"
#include "evidence/scanner.h"
#include "evidence/trouble.h"
#include "evidence/vendor_forms.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace rmemcheck {
namespace {

constexpr std::string_view digits = "0123456789";

/// How far from the start of a line a prefix may reach.
constexpr std::size_t longest_prefix = 100;

struct Replacement {
  std::string_view from;
  std::string_view to;
};

// A mark of UTF-8, a space that does not break, and what a web page makes of brackets.
constexpr Replacement replacements[] = {
    {"\xEF\xBB\xBF", ""}, {"\xC2\xA0", " "}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}};

/// Windows' PowerShell redirects in UTF-16 and marks it. No kernel prints what is not ASCII.
std::string without_utf16(std::string_view text) {
  const bool is_little = text.starts_with("\xFF\xFE");
  if (!is_little && !text.starts_with("\xFE\xFF"))
    return std::string(text);
  std::string ascii;
  for (std::size_t at = 2; at + 1 < text.size(); at += 2) {
    const char low = text[is_little ? at : at + 1];
    const char high = text[is_little ? at + 1 : at];
    ascii += high == '\0' && static_cast<unsigned char>(low) < 0x80 ? low : '?';
  }
  return ascii;
}

/// Without what terminals obey: "\e[1;32m", "\e]0;title\a", "\eM", carriage returns. A terminal
/// that shows escapes writes "^[" for the first byte.
std::string without_escapes(std::string_view line) {
  std::string text;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool is_shown = line.substr(at).starts_with("^[[");
    if (line[at] == '\x1b' || is_shown) {
      at += is_shown ? 2 : 1;
      const char kind = at < line.size() ? line[at] : '\0';
      if (kind == '[')
        for (++at; at < line.size() && (line[at] < '@' || line[at] > '~');)
          ++at;
      else if (kind == ']')
        for (++at; at < line.size() && line[at] != '\a';)
          ++at;
    } else if (line[at] == '\t' || static_cast<unsigned char>(line[at]) >= ' ') {
      text += line[at];
    }
  }
  for (const Replacement &each : replacements)
    for (auto at = text.find(each.from); at != std::string::npos; at = text.find(each.from, at))
      text.replace(at, each.from.size(), each.to);
  return text;
}

/// "> > text", "| text"
std::string_view without_quotes(std::string_view line) {
  for (;;) {
    const auto mark = line.find_first_not_of(" \t");
    if (mark == std::string_view::npos || (line[mark] != '>' && line[mark] != '|'))
      return line;
    line.remove_prefix(mark + 1);
    if (line.starts_with(' '))
      line.remove_prefix(1);
  }
}

/// "kern  :info  : text", as dmesg -x decodes the number.
std::optional<std::string> decoded(std::string_view line) {
  constexpr std::array<std::string_view, 8> levels = {"emerg", "alert",  "crit", "err",
                                                      "warn",  "notice", "info", "debug"};
  const auto first = line.find(':');
  if (first == std::string_view::npos)
    return std::nullopt;
  const auto second = line.find(':', first + 1);
  constexpr std::size_t longest = 20;
  if (second > longest) // or none
    return std::nullopt;
  Scanner facility(line.substr(0, first));
  Scanner level(line.substr(first + 1, second - first - 1));
  const auto facility_word = facility.word();
  const auto level_word = level.word();
  const auto *const found = std::ranges::find(levels, level_word.value_or(""));
  if (!facility_word || found == levels.end())
    return std::nullopt;
  constexpr std::ptrdiff_t user = 8;
  const std::ptrdiff_t number = found - levels.begin() + (*facility_word == "kern" ? 0 : user);
  std::string_view rest = line.substr(second + 1);
  if (rest.starts_with(' '))
    rest.remove_prefix(1);
  return fmt::format("<{}>{}", number, rest);
}

/// "6,339,5140900,-;text": /dev/kmsg (Documentation/ABI/testing/dev-kmsg).
std::optional<std::string> from_kmsg(std::string_view line) {
  Scanner scanner(line);
  const auto priority = scanner.decimal();
  if (!priority || !scanner.literal(",") || !scanner.decimal() || !scanner.literal(","))
    return std::nullopt;
  const auto microseconds = scanner.decimal();
  const auto semicolon = scanner.rest().find(';');
  if (!microseconds || !scanner.literal(",") || semicolon == std::string_view::npos)
    return std::nullopt;
  constexpr std::uint64_t second = 1000000;
  return fmt::format("<{}>[{:5}.{:06}] {}", *priority, *microseconds / second,
                     *microseconds % second, scanner.rest().substr(semicolon));
}

/// "<6>1 2026-11-28T08:00:00.000Z host kernel - - - text" (RFC 5424): time, host, program, its
/// number, kind of message, and what is structured.
std::optional<std::string> from_rfc5424(std::string_view line) {
  Scanner scanner(line);
  const auto is_next = [&](std::string_view expected) {
    const auto word = scanner.word();
    return word && (expected.empty() || *word == expected) && scanner.spaces() == 1;
  };
  if (!scanner.literal("<"))
    return std::nullopt;
  const auto priority = scanner.decimal();
  if (!priority || !scanner.literal(">1 ") || !is_next("") || !is_next("") || !is_next("kernel") ||
      !is_next("") || !is_next("") || !is_next("-"))
    return std::nullopt;
  return fmt::format("<{}>{}", *priority, scanner.rest());
}

/// Where the kernel says in front of a line's time that it has dropped others; npos where it does
/// not.
std::size_t find_loss(std::string_view line, std::size_t time) {
  const std::string_view before = line.substr(0, time);
  return before.find(" printk messages dropped **") == std::string_view::npos
             ? std::string_view::npos
             : before.find("** ");
}

/// Where "[    1.234567]" begins that is no more than a prefix away; npos where there is none. With
/// a level in front of it, where that begins.
std::size_t find_time(std::string_view line) {
  for (auto at = line.find('['); at < longest_prefix; at = line.find('[', at + 1))
    if (parse_log_line(line.substr(at)).seconds) {
      const auto level = line.substr(0, at).rfind('<');
      return level != std::string_view::npos && parse_log_line(line.substr(level)).level ? level
                                                                                         : at;
    }
  return std::string_view::npos;
}

/// "2026-11-28 08:00:00.123", "08:00:00", "2026-11-28T08:00:00,123456+00:00": two colons at least.
bool is_clock(std::string_view word) {
  return word.find_first_not_of("0123456789:.,-+T Z") == std::string_view::npos &&
         std::ranges::count(word, ':') >= 2;
}

/// "Nov28 08:00", "Dec 1 08:00": a month in whatever language, a day of two columns, and a time.
bool is_day(std::string_view text) {
  constexpr std::size_t columns = 2;
  const auto colon = text.find(':');
  const auto time = text.substr(0, colon).rfind(' ');
  if (colon == std::string_view::npos || time == std::string_view::npos || time <= columns)
    return false;
  const std::string_view month = text.substr(0, time - columns);
  Scanner day(text.substr(time - columns, columns));
  Scanner clock(text.substr(time + 1));
  day.spaces();
  return month.find_first_of(" 0123456789") == std::string_view::npos && day.decimal() &&
         day.at_end() && clock.decimal() && clock.literal(":") && clock.decimal() && clock.at_end();
}

/// "[  +0.000012] ", "[Nov28 08:00] ", "[    0.000000 <    0.000001>] ", "[08:00:00.123] ": times
/// that are none since boot alone.
std::string_view without_other_time(std::string_view line) {
  constexpr std::size_t longest = 40;
  if (const auto end = line.find(']');
      line.starts_with('[') && end != std::string_view::npos && end < longest) {
    const std::string_view inside = line.substr(1, end - 1);
    const bool is_difference =
        inside.find_first_not_of(" +.0123456789<>") == std::string_view::npos &&
        inside.find_first_of("+<") != std::string_view::npos;
    if (is_day(inside) || is_difference || is_clock(inside)) {
      line.remove_prefix(end + 1);
      return line.starts_with(' ') ? line.substr(1) : line;
    }
    return line;
  }
  // A date and a time are two words.
  const auto space = line.find(' ');
  if (space == std::string_view::npos)
    return line;
  const auto second = line.find(' ', space + 1);
  if (second != std::string_view::npos && is_clock(line.substr(0, second)))
    return line.substr(second + 1);
  return is_clock(line.substr(0, space)) ? line.substr(space + 1) : line;
}

/// Behind "host kernel: " with a time or a date before it, or "kernel: " alone.
std::string_view without_tag(std::string_view line) {
  for (const std::string_view tag : {"kernel: ", "kernel:["}) {
    const auto at = line.find(tag);
    if (at >= longest_prefix)
      continue;
    const std::string_view before = line.substr(0, at);
    if (at == 0 ||
        (before.ends_with(' ') && before.find_first_of(digits) != std::string_view::npos &&
         (before.find(':') != std::string_view::npos ||
          digits.find(before.front()) != std::string_view::npos)))
      return line.substr(at + tag.size() - (tag.ends_with('[') ? 1 : 0));
  }
  return line;
}

/// "[    0.000000] host kernel: text" (journalctl -o short-monotonic).
std::string without_tag_behind_time(std::string_view line) {
  const auto time = line.find(']');
  const auto tag = line.find("kernel: ");
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-._ ";
  if (time == std::string_view::npos || tag == std::string_view::npos || tag < time)
    return std::string(line);
  const std::string_view host = line.substr(time + 1, tag - time - 1);
  if (!host.starts_with(' ') || !host.ends_with(' ') || std::ranges::count(host, ' ') > 2 ||
      host.find_first_not_of(letters) != std::string_view::npos)
    return std::string(line);
  return std::string(line.substr(0, time + 2)) + std::string(line.substr(tag + 8));
}

/// What web pages and shippers of logs leave at the end of a line.
constexpr std::string_view trailers[] = {" ",       "\t",     "<br>",    "<br/>", "<br />",
                                         "</span>", "</pre>", "</code>", "</p>",  "</div>",
                                         "</td>",   "</tr>",  "</li>",   "\\r",   "\\n"};

std::string_view without_trailers(std::string_view line) {
  const auto *trailer = std::begin(trailers);
  while (trailer != std::end(trailers)) {
    trailer = std::ranges::find_if(trailers, [&](auto each) { return line.ends_with(each); });
    if (trailer != std::end(trailers))
      line.remove_suffix(trailer->size());
  }
  return line;
}

/// What stands behind a quotation mark, up to its fellow: as JSON and log shippers have a message.
/// All of it where there is none.
std::string up_to_quote(std::string_view text) {
  std::string inside;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"')
      return inside;
    if (text.substr(at).starts_with("\\\"") || text.substr(at).starts_with("\\\\"))
      ++at;
    inside += text[at];
  }
  return std::string(text);
}

/// A line from its time on, which stands at `time`.
std::string from_time(std::string_view line, std::size_t time) {
  std::string text = without_tag_behind_time(line.substr(time));
  if (time > 0 && line[time - 1] == '"')
    text = up_to_quote(text);
  const std::string_view said = parse_log_line(text).text;
  const std::string_view rest = without_vendors_prefix(said);
  return text.erase(text.size() - said.size(), said.size() - rest.size());
}

/// What tells the level otherwise than "<6>", with that.
std::optional<std::string> with_level(std::string_view line) {
  for (const auto form : {from_kmsg, decoded, from_rfc5424, from_logcat})
    if (auto converted = form(line))
      return converted;
  return std::nullopt;
}

std::string without_prefixes(std::string_view given) {
  const std::string plain =
      with_plain_time(with_level(given).value_or(std::string(given)), longest_prefix);
  const std::string_view line = plain;
  if (const auto time = find_time(line); time != std::string_view::npos)
    return from_time(line, std::min(time, find_loss(line, time)));
  if (const LogLine known = parse_log_line(line); known.has_time)
    return std::string(line);
  std::string_view level;
  if (const auto end = line.find('>'); parse_log_line(line).level)
    level = line.substr(0, end + 1);
  return std::string(level) +
         std::string(without_tag(without_other_time(line.substr(level.size()))));
}

std::string as_log_line(std::string_view pasted) {
  const std::string clean = without_escapes(pasted);
  return std::string(without_trailers(without_prefixes(without_trailers(without_quotes(clean)))));
}

std::size_t count_words(std::string_view text) {
  Scanner scanner(text);
  std::size_t count = 0;
  while (scanner.word()) {
    ++count;
    scanner.spaces();
  }
  return count;
}

/// Whether a mail may have broken the line: reserved memory's lines are long, and it is not whole.
bool may_be_broken(std::string_view text) {
  constexpr std::size_t words_of_a_region = 9;
  if (text.starts_with("OF: reserved mem: 0x"))
    return count_words(text) < words_of_a_region;
  if (text.find(" overlaps with") != std::string_view::npos)
    return !text.ends_with(')');
  for (const std::string_view speaker :
       {"OF: reserved mem: ", "Reserved memory: ", "OF: fdt: Reserved memory: "})
    if (text.starts_with(speaker))
      return text.find("OVERLAP DETECTED!") == std::string_view::npos && !text.ends_with('.');
  return false;
}

bool is_mark(const std::string &line) {
  return is_cut_mark(line) || tells_of_loss(parse_log_line(line));
}

/// Lines of a log with times have one each: what stands below one of those without a time, and is
/// not indented as dmesg(1) does it with a second line, is the rest of it.
void join_broken(std::vector<std::string> &lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!parse_log_line(lines[i]).has_time)
      continue;
    for (std::size_t next = i + 1; next < lines.size() && !lines[next].empty(); ++next) {
      if (!may_be_broken(parse_log_line(lines[i]).text) || lines[next].front() == ' ' ||
          parse_log_line(lines[next]).has_time || is_mark(lines[next]))
        break;
      lines[i] += (lines[i].ends_with(' ') ? "" : " ") + lines[next];
      lines[next].clear();
    }
  }
}

std::vector<std::string> log_lines(std::string_view pasted) {
  std::vector<std::string> lines;
  for (const Line &line : lines_of(pasted))
    lines.push_back(as_log_line(line.text));
  join_broken(lines);
  return lines;
}

} // namespace

std::string as_dmesg(std::string_view given) {
  const std::string pasted = without_utf16(given);
  std::string text;
  for (const std::string &line : log_lines(pasted))
    text += line + '\n';
  if (!pasted.ends_with('\n') && !text.empty())
    text.pop_back();
  return text;
}

std::vector<std::string> boots_of(const std::string &dmesg) {
  std::vector<std::string> boots(1);
  bool has_begun = false;
  std::size_t number = 0;
  for (const Line &line : lines_of(dmesg)) {
    if (parse_log_line(line.text).text.starts_with("Linux version ")) {
      if (has_begun)
        boots.emplace_back(number, '\n');
      has_begun = true;
    }
    boots.back().append(line.text).append("\n");
    ++number;
  }
  if (!dmesg.ends_with('\n'))
    boots.back().pop_back();
  return boots;
}

namespace {

/// A serial line that is switched on gives NULs, and a terminal obeys some other bytes: more than a
/// few of the rest are no text.
bool is_binary(std::string_view text) {
  constexpr std::string_view of_terminals("\0\a\b\t\n\v\f\r\x1b", 9);
  constexpr std::ptrdiff_t one_in = 50;
  const auto is_odd = [&](char each) {
    return static_cast<unsigned char>(each) < ' ' &&
           of_terminals.find(each) == std::string_view::npos;
  };
  return std::ranges::count_if(text, is_odd) * one_in >
         std::ssize(text) - std::ranges::count(text, '\0');
}

} // namespace

bool is_json(std::string_view given) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto brace = given.find_first_not_of(blanks);
  if (brace == std::string_view::npos || given[brace] != '{')
    return false;
  const auto next = given.find_first_not_of(blanks, brace + 1);
  return next != std::string_view::npos && given[next] == '"';
}

bool is_kernel_log(std::string_view given) {
  const std::string pasted = without_utf16(given);
  if (is_binary(pasted))
    return false;
  return std::ranges::any_of(log_lines(pasted), [](const std::string &each) {
    const LogLine line = parse_log_line(each);
    return line.seconds || line.text.starts_with("Linux version ") ||
           line.text.starts_with("OF: reserved mem: ") || trouble_of(line);
  });
}

} // namespace rmemcheck
