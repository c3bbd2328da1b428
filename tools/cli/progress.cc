// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

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

void ProgressLine::step(const std::string &what, double share) {
  const std::scoped_lock lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  const auto pause = is_terminal_ ? std::chrono::milliseconds(between_rewrites)
                                  : std::chrono::milliseconds(between_lines);
  if (what == what_ && now - last_ < pause)
    return;
  what_ = what;
  last_ = now;
  if (is_terminal_)
    fmt::print(status_, "\r\033[K{}", cut_to_terminal(line_of(what, share), status_));
  else
    fmt::print(status_, "{}\n", line_of(what, share));
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
