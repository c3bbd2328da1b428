// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/console.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <regex>

namespace rmemcheck {
namespace {

using namespace std::chrono_literals;

/// For the registers and the trace; a panic must end within two seconds of its line.
constexpr auto trace_time = 1s;

/// kernel_power_off(), kernel_halt() and kernel_restart() of kernel/reboot.c, which say so before
/// the board is asked to do it.
constexpr std::array<std::string_view, 3> regular_ends = {
    "reboot: Power down", "reboot: System halted", "reboot: Restarting system"};

/// Without the time stamp.
std::string message_of(const std::string &line) {
  static const std::regex stamp("^(<[0-9]+>)?\\[ *[0-9]+\\.[0-9]+\\](\\[ *[TC][0-9]+\\])? ");
  std::string text = std::regex_replace(line, stamp, "");
  text.erase(text.find_last_not_of("\r\n") + 1);
  return text;
}

bool says_regular_end(const std::string &message) {
  return std::ranges::any_of(regular_ends,
                             [&](std::string_view start) { return message.starts_with(start); });
}

} // namespace

void ConsoleWatch::take(const std::string &bytes, Clock::time_point now) {
  last_byte_ = now;
  rest_ += bytes;
  std::size_t start = 0;
  for (std::size_t end; (end = rest_.find('\n', start)) != std::string::npos; start = end + 1)
    take_line(rest_.substr(start, end - start), now);
  rest_.erase(0, start);
}

void ConsoleWatch::take_line(const std::string &line, Clock::time_point now) {
  // "[#1]" counts the oopses of a kernel, on every architecture.
  static const std::regex oops("(Oops|Internal error|BUG).*\\[#[0-9]+\\]");
  const bool is_panic = line.find("Kernel panic - not syncing") != std::string::npos;
  const bool is_oops = !seen_ && std::regex_search(line, oops);
  const bool is_regular =
      !seen_ && regular_end_ == RegularEnd::of_kernel && says_regular_end(message_of(line));
  // Nothing that follows a panic or a regular end changes what it was.
  if ((seen_ && seen_->ending != Ending::oops) || !(is_panic || is_oops || is_regular))
    return;
  // The oops is the cause of the panic that follows.
  const std::string cause = seen_ ? seen_->reason + "; " : "";
  seen_ = is_panic || is_oops
              ? End{is_panic ? Ending::panic : Ending::oops, cause + message_of(line)}
              : End{Ending::powered_off, ""};
  seen_at_ = now;
}

ConsoleWatch::Clock::time_point ConsoleWatch::end_of_patience() const {
  return start_ + std::chrono::duration_cast<Clock::duration>(limits_.all);
}

ConsoleWatch::Clock::time_point ConsoleWatch::deadline() const {
  if (seen_)
    return seen_at_ + trace_time;
  return std::min(end_of_patience(),
                  last_byte_ + std::chrono::duration_cast<Clock::duration>(limits_.silence));
}

std::optional<ConsoleWatch::End> ConsoleWatch::end(Clock::time_point now) const {
  if (now < deadline())
    return std::nullopt;
  if (seen_)
    return seen_;
  if (now >= end_of_patience())
    return End{Ending::hang, fmt::format("it has not ended within {:.0f} s", limits_.all.count())};
  return End{Ending::hang,
             fmt::format("the console was silent for {:.0f} s", limits_.silence.count())};
}

ConsoleWatch::Clock::duration ConsoleWatch::pause(Clock::time_point now) const {
  return std::max(Clock::duration::zero(), deadline() - now);
}

} // namespace rmemcheck
