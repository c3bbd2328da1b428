// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "evidence/evidence.h"

#include <chrono>
#include <optional>
#include <string>

namespace rmemcheck {

/// Watches a guest's console for what ends a run. Times are given, so that a test needs no clock.
class ConsoleWatch {
public:
  using Clock = std::chrono::steady_clock;

  /// Where there is no user space the kernel's own word is the regular end of a guest.
  enum class RegularEnd { of_user_space, of_kernel };

  /// What the console says of the end, and the line that says it.
  struct End {
    Ending ending;
    std::string reason;
  };

  /// How long a guest may take, in all and without a byte.
  struct Limits {
    std::chrono::duration<double> silence;
    std::chrono::duration<double> all = std::chrono::minutes(15);
  };

  ConsoleWatch(const Limits &limits, Clock::time_point now,
               RegularEnd regular_end = RegularEnd::of_user_space)
      : limits_(limits), regular_end_(regular_end), start_(now), last_byte_(now) {}

  /// New bytes of the console.
  void take(const std::string &bytes, Clock::time_point now);
  /// The guest is alive though its console is silent.
  void note_life(Clock::time_point now) { last_byte_ = now; }

  /// The panic or oops that was seen, or the kernel's regular end, if any.
  [[nodiscard]] const std::optional<End> &seen() const { return seen_; }
  /// Whether to end the guest now: a while after a panic or an oops, for the trace that follows,
  /// or after a regular end, for a board that cannot power off; or after too long a silence, or too
  /// long a time.
  [[nodiscard]] std::optional<End> end(Clock::time_point now) const;
  /// How long nothing needs to be looked at.
  [[nodiscard]] Clock::duration pause(Clock::time_point now) const;

private:
  void take_line(const std::string &line, Clock::time_point now);
  [[nodiscard]] Clock::time_point end_of_patience() const;
  [[nodiscard]] Clock::time_point deadline() const;

  Limits limits_;
  RegularEnd regular_end_;
  Clock::time_point start_;
  Clock::time_point last_byte_;
  Clock::time_point seen_at_;
  std::optional<End> seen_;
  std::string rest_;
};

} // namespace rmemcheck
