// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdexcept>
#include <string>

namespace rmemcheck {

/// Exit status of every verb; other programs rely on the numbers.
enum class ExitStatus : int {
  holds = 0,         ///< every check holds
  kernel_fails = 1,  ///< a kernel fails a check
  bad_input = 2,     ///< wrong usage, or input that a person gave is wrong
  unknown = 3,       ///< could not find out: no guest, evidence cut short, a tool missing
  all_skipped = 4,   ///< nothing was checked
  bisect_skip = 125, ///< under git bisect run: this commit tells nothing
  bisect_stop = 128, ///< under git bisect run: no commit would: the command is wrong
  interrupted = 130  ///< SIGINT or SIGTERM
};

/// What stops a verb. Thrown anywhere, caught in cli/main.cc alone, where it
/// becomes one message on stderr and an exit status. The message names the
/// thing (file, line, what was expected) and ends without a full stop.
class Error : public std::runtime_error {
public:
  Error(ExitStatus status, const std::string &message)
      : std::runtime_error(message), status_(status) {}
  [[nodiscard]] ExitStatus status() const { return status_; }

private:
  ExitStatus status_;
};

/// A person gave something wrong: exit 2.
inline Error bad_input(const std::string &message) { return {ExitStatus::bad_input, message}; }

/// The question could not be answered: exit 3.
inline Error could_not_find_out(const std::string &message) {
  return {ExitStatus::unknown, message};
}

/// One of these two: what an error is depends on who has named the thing.
using ErrorKind = Error (*)(const std::string &message);

} // namespace rmemcheck
