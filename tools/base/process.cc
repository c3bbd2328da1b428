// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/process.h"

#include "base/error.h"
#include "base/file.h"

#include <algorithm>
#include <array>
#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace rmemcheck {

// Child::State, which other files may name, is made of these.

/// A file descriptor that is closed with its owner.
class FileDescriptor {
public:
  explicit FileDescriptor(int number = -1) : number_(number) {}
  FileDescriptor(FileDescriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor &operator=(FileDescriptor &&other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

private:
  int number_;
};

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

namespace {

namespace bp = boost::process;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto interrupt_period = 100ms; // how often the flag is looked at
constexpr auto patience = 2s;            // between SIGTERM and SIGKILL

/// Boost's own pipes are inherited by whatever another thread starts at the same time.
Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw could_not_find_out(fmt::format("pipe: {}", std::strerror(errno)));
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

FileDescriptor open_input(const std::filesystem::path &path) {
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0)
    throw bad_input(fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  return FileDescriptor(number);
}

/// Runs in the child between fork and exec: only what is safe there.
struct DieWithParent : bp::extend::handler {
  pid_t parent = ::getpid();

  template <typename Executor> void on_exec_setup(Executor &) const {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent)
      ::_exit(128 + SIGTERM);
  }
};

/// This process's variables, those in `added` replaced or added.  Not bp::environment: looking a
/// name up there reads past the end of each variable shorter than the name (Boost 1.74).
std::vector<std::string> environment_with(const std::map<std::string, std::string> &added) {
  std::vector<std::string> variables;
  for (char *const *variable = ::environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!added.contains(std::string(text.substr(0, text.find('=')))))
      variables.emplace_back(text);
  }
  for (const auto &[name, value] : added)
    variables.push_back(fmt::format("{}={}", name, value));
  return variables;
}

/// The form that execve() takes: pointers into `variables`, and a null pointer at the end.
std::vector<char *> pointers_to(std::vector<std::string> &variables) {
  std::vector<char *> pointers(variables.size() + 1, nullptr);
  std::ranges::transform(variables, pointers.begin(),
                         [](std::string &each) { return each.data(); });
  return pointers;
}

struct WithEnvironment : bp::extend::handler {
  explicit WithEnvironment(char **given) : environment(given) {}
  char **environment;

  template <typename Executor> void on_setup(Executor &executor) const {
    executor.env = environment;
  }
};

int exit_status(int native) {
  return WIFSIGNALED(native) ? 128 + WTERMSIG(native) : WEXITSTATUS(native);
}

/// Hands whole lines on and keeps what is still without its newline.
class LineSplitter {
public:
  explicit LineSplitter(LineHandler handler) : handler_(std::move(handler)) {}
  void take(std::string &bytes) {
    rest_ += bytes;
    bytes.clear();
    std::size_t start = 0;
    for (std::size_t end; (end = rest_.find('\n', start)) != std::string::npos; start = end + 1)
      handler_(rest_.substr(start, end - start));
    rest_.erase(0, start);
  }
  void end() {
    if (!rest_.empty())
      handler_(rest_);
  }

private:
  LineHandler handler_;
  std::string rest_;
};

std::string last_lines(const std::string &text) {
  constexpr std::size_t most = 5;
  std::vector<std::string> lines = split_lines(text);
  if (lines.size() > most)
    lines.erase(lines.begin(), lines.end() - most);
  return fmt::format("{}", fmt::join(lines, "\n  "));
}

} // namespace

std::string find_program(const std::string &name) {
  if (name.find('/') != std::string::npos)
    return name;
  const auto path = bp::search_path(name);
  if (path.empty())
    throw could_not_find_out(
        fmt::format("{}: not found in PATH; \"make packages\" installs what this kit runs", name));
  return path.string();
}

std::string program_identity(const std::string &name) {
  // A compiler is often a link to another program.
  const std::filesystem::path path = std::filesystem::canonical(find_program(name));
  return fmt::format("{} {} {}", path.string(), std::filesystem::file_size(path),
                     std::filesystem::last_write_time(path).time_since_epoch().count());
}

struct Child::State {
  Pipe out;
  Pipe err;
  bp::child process;
  std::optional<int> status;
};

Child::Child(const Command &command, Streams streams) : state_(std::make_unique<State>()) {
  const std::string program = find_program(command.argv.at(0));
  const std::vector<std::string> arguments(command.argv.begin() + 1, command.argv.end());
  const FileDescriptor input = open_input(command.input.value_or("/dev/null"));
  state_->out = make_pipe();
  if (streams == Streams::separate)
    state_->err = make_pipe();
  const Pipe &err = streams == Streams::separate ? state_->err : state_->out;
  std::vector<std::string> variables = environment_with(command.environment);
  std::vector<char *> environment = pointers_to(variables);
  try {
    bp::group group;
    state_->process = bp::child(
        bp::exe = program, bp::args = arguments, bp::start_dir = command.directory.string(),
        WithEnvironment(environment.data()), bp::posix::fd.bind(0, input.number()),
        bp::posix::fd.bind(1, state_->out.write.number()),
        bp::posix::fd.bind(2, err.write.number()), group, DieWithParent());
    group.detach(); // this class ends it, gently at first
  } catch (const bp::process_error &error) {
    throw could_not_find_out(
        fmt::format("{}: cannot be started: {}", program, error.code().message()));
  }
  state_->out.write = FileDescriptor();
  state_->err.write = FileDescriptor();
}

Child::~Child() { finish(); }

int Child::out() const { return state_->out.read.number(); }
int Child::err() const { return state_->err.read.number(); }

bool Child::has_ended() const {
  if (state_->status)
    return true;
  // WNOWAIT leaves the process group's number taken until finish().
  siginfo_t info{};
  const auto pid = static_cast<id_t>(state_->process.id());
  return ::waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

std::chrono::nanoseconds Child::waited() const {
  std::chrono::nanoseconds longest{};
  std::error_code gone;
  for (const auto &thread : std::filesystem::directory_iterator(
           fmt::format("/proc/{}/task", state_->process.id()), gone)) {
    std::int64_t ran = 0;
    std::int64_t waited = 0;
    if (std::ifstream(thread.path() / "schedstat") >> ran >> waited)
      longest = std::max(longest, std::chrono::nanoseconds(waited));
  }
  return longest;
}

int Child::finish() {
  if (state_->status)
    return *state_->status;
  const pid_t group = state_->process.id();
  if (!has_ended()) {
    ::killpg(group, SIGTERM);
    for (const auto end = Clock::now() + patience; !has_ended() && Clock::now() < end;)
      std::this_thread::sleep_for(5ms);
  }
  ::killpg(group, SIGKILL);
  std::error_code ignored;
  state_->process.wait(ignored);
  state_->status = exit_status(state_->process.native_exit_code());
  return *state_->status;
}

bool wait_readable(const std::vector<int> &files, std::chrono::milliseconds most) {
  std::vector<pollfd> polled;
  polled.reserve(files.size());
  for (const int file : files)
    polled.push_back({file, POLLIN, 0});
  for (const auto end = Clock::now() + most;;) {
    throw_if_interrupted();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    const auto pause = std::clamp<std::chrono::milliseconds>(left, 0ms, interrupt_period);
    if (::poll(polled.data(), polled.size(), static_cast<int>(pause.count())) > 0)
      return true;
    if (left <= 0ms)
      return false;
  }
}

bool drain(int file, std::string &bytes) {
  std::array<char, 0x4000> buffer{};
  for (;;) {
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got > 0)
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
    else if (got == 0 || (errno != EINTR && errno != EAGAIN))
      return false;
    else if (errno == EAGAIN)
      return true;
  }
}

ChildResult run_child(const Command &command, const LineHandler &handler) {
  const auto start = Clock::now();
  const auto check_time = [&] {
    if (command.most && Clock::now() > start + *command.most)
      throw could_not_find_out(fmt::format("\"{}\" has not ended in {} s", to_shell(command.argv),
                                           command.most->count()));
  };
  ChildResult result;
  Child child(command, handler ? Child::Streams::merged : Child::Streams::separate);
  LineSplitter lines(handler);
  std::vector<int> open{child.out()};
  if (child.err() >= 0)
    open.push_back(child.err());
  // A grandchild may hold the pipes open: once the child has ended, silence is the end.
  while (!open.empty() && (wait_readable(open, interrupt_period) || !child.has_ended())) {
    check_time();
    std::erase_if(open, [&](int file) {
      return !drain(file, file == child.out() ? result.out : result.err);
    });
    if (handler)
      lines.take(result.out);
  }
  if (handler)
    lines.end();
  for (; !child.has_ended(); wait_readable({}, 5ms))
    check_time();
  result.status = child.finish();
  result.elapsed = Clock::now() - start;
  return result;
}

ChildResult run_child_or_throw(const Command &command) {
  ChildResult result = run_child(command);
  if (result.status != 0)
    throw could_not_find_out(fmt::format("\"{}\" failed with status {}:\n  {}",
                                         to_shell(command.argv), result.status,
                                         last_lines(result.err.empty() ? result.out : result.err)));
  return result;
}

std::string to_shell(const std::vector<std::string> &argv) {
  constexpr const char *plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_@%+=:,./-";
  std::string line;
  for (const std::string &word : argv) {
    line += line.empty() ? "" : " ";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char each : word)
      line += each == '\'' ? std::string("'\\''") : std::string(1, each);
    line += '\'';
  }
  return line;
}

} // namespace rmemcheck
