// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// One child process to run. The program is looked up in PATH; a program that is
/// not there is could_not_find_out("PROGRAM: not found in PATH, ...").
struct Command {
  std::vector<std::string> argv;
  std::filesystem::path directory = ".";          ///< where it runs
  std::map<std::string, std::string> environment; ///< added to or replacing the parent's
  std::optional<std::filesystem::path> input;     ///< file on stdin, /dev/null if none
  /// After so long run_child() ends it and throws could_not_find_out with the command line.
  std::optional<std::chrono::seconds> most = std::nullopt;
};

struct ChildResult {
  int status = 0;  ///< exit status, or 128 + signal
  std::string out; ///< all of stdout (empty where a line handler took it)
  std::string err; ///< all of stderr, likewise
  std::chrono::duration<double> elapsed{};
};

/// The path of a program that is looked up in PATH; a name with a slash is taken as it is. One that
/// is not there is could_not_find_out.
std::string find_program(const std::string &name);

/// Where a program lies, its size and its time: an upgraded one has another identity. Quicker than
/// to ask it for its version. Errors as of find_program().
std::string program_identity(const std::string &name);

/// A running child. Its stdout and stderr are pipes that a caller may poll. It runs in a process
/// group of its own with PR_SET_PDEATHSIG; destroying it ends the group.
class Child {
public:
  /// Where stderr goes: a pipe of its own, or the pipe of stdout.
  enum class Streams { separate, merged };

  /// Starts it; what cannot be started is could_not_find_out naming program and reason.
  Child(const Command &command, Streams streams);
  ~Child();
  Child(const Child &) = delete;
  Child &operator=(const Child &) = delete;

  [[nodiscard]] int out() const; ///< read end of stdout, non-blocking
  [[nodiscard]] int err() const; ///< of stderr; -1 where merged

  /// Whether it has ended by itself.
  [[nodiscard]] bool has_ended() const;
  /// Ends what is left of its group (SIGTERM, after 2 seconds SIGKILL); the exit status, or
  /// 128 + signal. May be called again.
  int finish();

  /// How long it could have run and had no CPU, of the thread that has waited longest
  /// (/proc/PID/task/TID/schedstat, Documentation/scheduler/sched-stats.rst); 0 where the system
  /// does not tell.
  [[nodiscard]] std::chrono::nanoseconds waited() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Waits until one of the files can be read (or is at its end), but no longer than `most`; false
/// after that time. Throws Error(interrupted) within 100 ms once interrupted() is true.
bool wait_readable(const std::vector<int> &files, std::chrono::milliseconds most);

/// Appends what a non-blocking file has to give; false at its end.
bool drain(int file, std::string &bytes);

/// Called with each whole line of stdout and stderr as it arrives, without the newline.
using LineHandler = std::function<void(const std::string &line)>;

/// Runs the child to its end. It runs in a process group of its own, with
/// PR_SET_PDEATHSIG, so that nothing of it outlives this program; when
/// interrupted() becomes true the group is killed and Error(interrupted) thrown.
/// With a handler, both streams are merged in order of arrival, go to the
/// handler line by line, and out and err stay empty.
ChildResult run_child(const Command &command, const LineHandler &handler = nullptr);

/// As run_child, but an exit status other than 0 is could_not_find_out with the
/// command line and the last lines of stderr.
ChildResult run_child_or_throw(const Command &command);

/// The command line as a person would type it, quoted for a POSIX shell.
std::string to_shell(const std::vector<std::string> &argv);

/// Installs handlers for SIGINT, SIGTERM and SIGHUP that only set a flag.
void catch_interrupts();
/// Whether one of them has come.
bool interrupted();
/// Throws Error(ExitStatus::interrupted, "interrupted") if it has.
void throw_if_interrupted();

} // namespace rmemcheck
