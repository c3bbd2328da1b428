// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/log_line.h"

#include "evidence/scanner.h"

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
bool take_time(Scanner &scanner) {
  Scanner ahead = scanner;
  if (!ahead.literal("["))
    return false;
  ahead.spaces();
  if (!ahead.decimal() || !ahead.literal(".") || !ahead.decimal() || !ahead.literal("]"))
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

} // namespace

LogLine parse_log_line(std::string_view line) {
  Scanner scanner(line);
  LogLine result;
  if (const auto priority = take_priority(scanner)) {
    result.level = static_cast<unsigned>(*priority % 8);
    result.from_kernel = *priority < 8;
  }
  const bool has_time = take_time(scanner);
  const bool has_caller = take_caller(scanner);
  if (has_time || has_caller)
    scanner.literal(" ");
  result.text = scanner.rest();
  return result;
}

} // namespace rmemcheck
