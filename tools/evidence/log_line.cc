// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/log_line.h"

#include "evidence/scanner.h"

#include <cmath>

namespace rmemcheck {
namespace {

/// "<14>": facility 1 (user), level 6.
std::optional<std::uint64_t> take_priority(Scanner &scanner) {
  Scanner ahead = scanner;
  if (!ahead.literal("<"))
    return std::nullopt;
  const auto priority = ahead.decimal();
  if (!priority || !ahead.literal(">"))
    return std::nullopt;
  scanner = ahead;
  return priority;
}

/// "[    0.000000]"
std::optional<double> take_time(Scanner &scanner) {
  Scanner ahead = scanner;
  if (!ahead.literal("["))
    return std::nullopt;
  ahead.spaces();
  const auto seconds = ahead.decimal();
  if (!seconds || !ahead.literal("."))
    return std::nullopt;
  const std::size_t before = ahead.rest().size();
  const auto fraction = ahead.decimal();
  const std::size_t digits = before - ahead.rest().size();
  if (!fraction || !ahead.literal("]"))
    return std::nullopt;
  scanner = ahead;
  return static_cast<double>(*seconds) +
         static_cast<double>(*fraction) / std::pow(10.0, static_cast<double>(digits));
}

/// "08:00:00"
bool take_clock(Scanner &scanner) {
  return scanner.decimal() && scanner.literal(":") && scanner.decimal() && scanner.literal(":") &&
         scanner.decimal();
}

/// " <    0.000001>", the time since the line before; true where nothing of it is there.
bool take_difference(Scanner &scanner) {
  if (scanner.rest().starts_with("]"))
    return true;
  if (scanner.spaces() == 0 || !scanner.literal("<"))
    return false;
  scanner.spaces();
  return scanner.decimal() && scanner.literal(".") && scanner.decimal() && scanner.literal(">");
}

/// "[Sat Nov 28 08:00:00 2026]", "[Sat Nov 28 08:00:00 2026 <    0.000001>]"
bool take_date(Scanner &scanner) {
  Scanner ahead = scanner;
  if (!ahead.literal("[") || !ahead.word() || ahead.spaces() == 0 || !ahead.word() ||
      ahead.spaces() == 0 || !ahead.decimal() || ahead.spaces() == 0 || !take_clock(ahead) ||
      ahead.spaces() == 0 || !ahead.decimal() || !take_difference(ahead) || !ahead.literal("]"))
    return false;
  scanner = ahead;
  return true;
}

/// "Nov 28 08:00:00 host kernel: " or "2026-11-28T08:00:00+00:00 host kernel: "
bool take_syslog(Scanner &scanner) {
  Scanner ahead = scanner;
  const auto first = ahead.word();
  if (!first || ahead.spaces() == 0)
    return false;
  const bool is_one_word =
      first->find('T') != std::string_view::npos && first->find(':') != std::string_view::npos;
  if (!is_one_word &&
      (!ahead.decimal() || ahead.spaces() == 0 || !take_clock(ahead) || ahead.spaces() == 0))
    return false;
  if (!ahead.word() || ahead.spaces() == 0 || !ahead.literal("kernel: "))
    return false;
  scanner = ahead;
  return true;
}

/// "[    T1]" of a task, "[    C0]" of a CPU.
bool take_caller(Scanner &scanner) {
  Scanner ahead = scanner;
  if (!ahead.literal("["))
    return false;
  ahead.spaces();
  if (!ahead.literal("T") && !ahead.literal("C"))
    return false;
  if (!ahead.decimal() || !ahead.literal("]"))
    return false;
  scanner = ahead;
  return true;
}

/// "[5 T1     d.]": a processor, a task, and what it was about
bool take_vendors_caller(Scanner &scanner) {
  const std::string_view text = scanner.rest();
  const auto end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos)
    return false;
  Scanner inside(text.substr(1, end - 1));
  if (!inside.decimal() || inside.spaces() == 0 || !inside.literal("T") || !inside.decimal())
    return false;
  scanner = Scanner(text.substr(end + 1));
  return true;
}

/// What stands behind "** 12 printk messages dropped ** "; empty where it is not so.
std::string_view behind_loss(std::string_view text) {
  Scanner scanner(text);
  if (!scanner.literal("** ") || !scanner.decimal() ||
      !scanner.literal(" printk messages dropped ** "))
    return {};
  return scanner.rest();
}

LogLine take_prefixes(std::string_view line) {
  Scanner scanner(line);
  LogLine result;
  const bool is_from_syslog = take_syslog(scanner);
  if (const auto priority = take_priority(scanner)) {
    result.level = static_cast<unsigned>(*priority % 8);
    result.from_kernel = *priority < 8;
  }
  result.seconds = take_time(scanner);
  const bool has_date = !result.seconds && take_date(scanner);
  result.has_time = is_from_syslog || result.seconds || has_date;
  const bool has_caller = take_caller(scanner) || take_vendors_caller(scanner);
  if (result.seconds || has_date || has_caller)
    scanner.literal(" ");
  if (result.seconds && !has_caller && take_vendors_caller(scanner))
    scanner.literal(" ");
  result.text = scanner.rest();
  return result;
}

} // namespace

LogLine parse_log_line(std::string_view line) {
  const LogLine whole = take_prefixes(line);
  const std::string_view behind = behind_loss(whole.text);
  if (behind.empty())
    return whole;
  LogLine result = take_prefixes(behind);
  result.follows_loss = true;
  if (!result.level) {
    result.level = whole.level;
    result.from_kernel = whole.from_kernel;
  }
  if (!result.has_time) {
    result.has_time = whole.has_time;
    result.seconds = whole.seconds;
  }
  return result;
}

bool is_at_error_level(const LogLine &line) {
  constexpr unsigned error_level = 3; // KERN_ERR
  return line.level && *line.level <= error_level;
}

} // namespace rmemcheck
