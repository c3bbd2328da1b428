// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

#include "base/plural.h"

#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rmemcheck {
namespace {

using namespace std::chrono_literals;

constexpr auto between_lines = 10s;      // of one step, in a log
constexpr auto between_rewrites = 100ms; // on a terminal

std::string line_of(const std::string &what, double share) {
  return share < 0 ? what : fmt::format("{} ({:.0f} %)", what, share * 100);
}

/// "40 s", "3 min", "2 h": more would be a lie.
std::string duration_text(double seconds) {
  constexpr double minute = 60;
  constexpr double hour = 60 * minute;
  if (seconds < 2 * minute)
    return fmt::format("{:.0f} s", seconds);
  if (seconds < 2 * hour)
    return fmt::format("{:.0f} min", seconds / minute);
  return fmt::format("{:.0f} h", seconds / hour);
}

/// A line that wraps cannot be rewritten.
std::string cut_to_terminal(std::string line, std::FILE *stream) {
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 1 &&
      line.size() >= size.ws_col)
    line.resize(size.ws_col - 1u);
  return line;
}

} // namespace

bool is_colour_wanted() {
  return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

ProgressLine::ProgressLine(std::FILE *out, std::FILE *status, bool is_terminal)
    : out_(out), status_(status), is_terminal_(is_terminal) {}

ProgressLine::ProgressLine() : ProgressLine(stdout, stderr, ::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (is_shown_)
    fmt::print(status_, "\r\033[K");
  is_shown_ = false;
  std::fflush(status_);
}

void ProgressLine::step(const std::string &what, double share) { show(what, line_of(what, share)); }

void ProgressLine::boots(const BootsSoFar &so_far) {
  const std::string what = "booting " + plural(so_far.count, "guest");
  const double share =
      so_far.count == 0 ? 0 : static_cast<double>(so_far.done) / static_cast<double>(so_far.count);
  std::string line = line_of(what, share);
  if (so_far.done > 0 && so_far.done < so_far.count)
    line += fmt::format(", {} left, about {}", so_far.count - so_far.done,
                        duration_text(so_far.seconds_left));
  if (is_terminal_ && !so_far.running.empty())
    line += fmt::format(": {}", fmt::join(so_far.running, ", "));
  show(is_terminal_ ? line : what, line); // there each is news
}

/// `what` is the step that `line` is about.
void ProgressLine::show(const std::string &what, const std::string &line) {
  const std::scoped_lock lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  const auto pause = is_terminal_ ? std::chrono::milliseconds(between_rewrites)
                                  : std::chrono::milliseconds(between_lines);
  if (what == what_ && now - last_ < pause)
    return;
  what_ = what;
  last_ = now;
  if (is_terminal_)
    fmt::print(status_, "\r\033[K{}", cut_to_terminal(line, status_));
  else
    fmt::print(status_, "{}\n", line);
  is_shown_ = is_terminal_;
  std::fflush(status_);
}

void ProgressLine::print(const std::string &text) {
  const std::scoped_lock lock(mutex_);
  clear();
  fmt::print(out_, "{}", text);
  std::fflush(out_);
}

Progress step_of(ProgressLine &line) {
  return [&line](const std::string &what, double share) { line.step(what, share); };
}

} // namespace rmemcheck
