// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/telling.h"
#include "kernel/tree.h"

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>

namespace rmemcheck {

/// Whether words may be coloured: standard output is a terminal and NO_COLOR is not set.
bool is_colour_wanted();

/// Says what is being done: on a terminal in one line that is rewritten, otherwise a line at each
/// new step, and of the same step one every ten seconds. Several threads may use it.
class ProgressLine {
public:
  /// `out` takes results, `status` what is being done.
  ProgressLine(std::FILE *out, std::FILE *status, bool is_terminal);
  /// On standard output and standard error.
  ProgressLine();
  ProgressLine(const ProgressLine &) = delete;
  ProgressLine &operator=(const ProgressLine &) = delete;
  /// Takes the rewritten line away.
  ~ProgressLine();

  /// `share` is 0 to 1, or less than 0 where nobody can say.
  void step(const std::string &what, double share);
  /// How many guests are left and how long they may take, and on a terminal which are running.
  void boots(const BootsSoFar &so_far);
  /// Prints results, one line or several, with a newline at the end.
  void print(const std::string &text);

private:
  void show(const std::string &what, const std::string &line);
  void clear();

  std::FILE *out_;
  std::FILE *status_;
  bool is_terminal_;
  std::mutex mutex_;
  std::string what_;
  std::chrono::steady_clock::time_point last_{};
  bool is_shown_ = false;
};

/// The line's steps as other rooms tell them. Valid as long as the line.
Progress step_of(ProgressLine &line);

} // namespace rmemcheck
