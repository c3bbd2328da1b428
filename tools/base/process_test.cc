// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/process.h"

#include "base/error.h"

#include <array>
#include <csignal>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <sched.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace rmemcheck {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Command shell(const std::string &script) { return {{"sh", "-c", script}, ".", {}, {}}; }

ExitStatus status_of(const std::function<void()> &work, std::string &message) {
  try {
    work();
  } catch (const Error &error) {
    message = error.what();
    return error.status();
  }
  return ExitStatus::holds;
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

/// A zombie that waits for init is gone for our purpose; a container's init may never reap it.
bool ends_soon(pid_t pid) {
  for (int turn = 0; turn < 100 && is_alive(pid); ++turn)
    std::this_thread::sleep_for(20ms);
  std::string state = run_child(shell("sed -n 's/^State:.//p' /proc/" + std::to_string(pid) +
                                      "/status 2>/dev/null"))
                          .out;
  return state.empty() || state.front() == 'Z';
}

TEST(RunChild, KeepsStreamsAndStatusApart) {
  const ChildResult result = run_child(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.status, 3);
}

TEST(RunChild, AddsAndReplacesVariablesAndKeepsTheRest) {
  ::setenv("KEPT", "kept", 1);
  ::setenv("REPLACED_AND_LONG_BY_NAME", "", 1);
  ::setenv("A", "", 1); // shorter than the names that are looked for
  Command command = shell("echo $KEPT $REPLACED_AND_LONG_BY_NAME $ADDED_AND_EVEN_LONGER_BY_NAME; "
                          "env | grep -c LONG_BY_NAME=");
  command.environment = {{"REPLACED_AND_LONG_BY_NAME", "replaced"},
                         {"ADDED_AND_EVEN_LONGER_BY_NAME", "added"}};
  EXPECT_EQ(run_child(command).out, "kept replaced added\n1\n");
}

TEST(RunChild, TellsTheSignal) { EXPECT_EQ(run_child(shell("kill -9 $$")).status, 128 + SIGKILL); }

TEST(RunChild, GivesLinesInOrderOfArrival) {
  std::vector<std::string> lines;
  run_child(shell("echo one; echo two >&2; printf three"),
            [&](const std::string &line) { lines.push_back(line); });
  EXPECT_THAT(lines, ElementsAre("one", "two", "three"));
}

TEST(RunChild, TakesMoreThanAPipeHolds) {
  EXPECT_EQ(run_child(shell("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2")).err.size(),
            1000000U);
}

TEST(RunChild, HasFolderEnvironmentAndInput) {
  const ChildResult result =
      run_child({{"sh", "-c", "pwd; echo $WORD; cat"}, "/", {{"WORD", "word"}}, {}});
  EXPECT_EQ(result.out, "/\nword\n");
}

TEST(RunChild, EndsWithTheChildThoughAGrandchildKeepsThePipe) {
  const auto start = std::chrono::steady_clock::now();
  const ChildResult result = run_child(shell("sleep 30 & echo $!"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_TRUE(ends_soon(std::stoi(result.out)));
}

TEST(RunChild, WaitsForAChildThatClosedItsStreams) {
  EXPECT_EQ(run_child(shell("exec >&- 2>&-; sleep 0.3; exit 5")).status, 5);
}

TEST(RunChild, EndsWhatTakesTooLong) {
  for (const char *script : {"echo begun; sleep 60", "exec >&- 2>&-; sleep 60"}) {
    Command command = shell(script);
    command.most = std::chrono::seconds(0);
    std::string message;
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(status_of([&] { run_child(command); }, message), ExitStatus::unknown);
    EXPECT_THAT(message, HasSubstr("sleep 60'\" has not ended in 0 s")) << script;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  }
}

TEST(RunChild, NamesAProgramThatIsMissing) {
  std::string message;
  EXPECT_EQ(status_of(
                [] {
                  run_child({{"no-such-program"}, ".", {}, {}});
                },
                message),
            ExitStatus::unknown);
  EXPECT_THAT(message, HasSubstr("no-such-program: not found in PATH"));
}

TEST(ProgramIdentity, ChangesWithTheProgram) {
  const std::string name = "/tmp/rmemcheck-identity-" + std::to_string(::getpid());
  const auto write = [&](const std::string &text) { std::ofstream(name) << text; };
  write("one");
  const std::string first = program_identity(name);
  EXPECT_EQ(program_identity(name), first);
  write("other");
  EXPECT_NE(program_identity(name), first);
  std::filesystem::remove(name);
}

TEST(RunChild, NamesAProgramThatCannotBeStarted) {
  std::string message;
  EXPECT_EQ(status_of(
                [] {
                  run_child({{"/etc/passwd"}, ".", {}, {}});
                },
                message),
            ExitStatus::unknown);
  EXPECT_THAT(message, HasSubstr("/etc/passwd: cannot be started"));
}

TEST(RunChildOrThrow, ShowsCommandAndLastLines) {
  std::string message;
  EXPECT_EQ(status_of([] { run_child_or_throw(shell("seq 9 >&2; exit 4")); }, message),
            ExitStatus::unknown);
  EXPECT_THAT(message, HasSubstr("\"sh -c 'seq 9 >&2; exit 4'\" failed with status 4"));
  EXPECT_THAT(message, HasSubstr("5\n  6\n  7\n  8\n  9"));
}

TEST(Child, EndsItsGroupWhenDestroyed) {
  std::string out;
  {
    Child child(shell("sleep 30 & echo $!; wait"), Child::Streams::merged);
    ASSERT_TRUE(wait_readable({child.out()}, 5s));
    drain(child.out(), out);
  }
  EXPECT_TRUE(ends_soon(std::stoi(out)));
}

TEST(Child, KillsWhatIgnoresSigterm) {
  Child child(shell("trap '' TERM; echo ready; while :; do sleep 1; done"), Child::Streams::merged);
  ASSERT_TRUE(wait_readable({child.out()}, 5s));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(child.finish(), 128 + SIGKILL);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST(Child, DiesWithItsParent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    Child child(shell("echo $$; exec sleep 30"), Child::Streams::merged);
    std::string out;
    while (out.find('\n') == std::string::npos && wait_readable({child.out()}, 5s))
      drain(child.out(), out);
    [[maybe_unused]] const ssize_t written = ::write(ends[1], out.data(), out.size());
    ::kill(::getpid(), SIGKILL);
  }
  std::string out(32, '\0');
  const ssize_t got = ::read(ends[0], out.data(), out.size());
  ASSERT_GT(got, 0);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(ends_soon(std::stoi(out)));
  ::close(ends[0]);
  ::close(ends[1]);
}

/// Two that run all the time, on one CPU.
TEST(Child, SaysHowLongItHasWaitedForACpu) {
  if (!std::ifstream("/proc/self/schedstat"))
    GTEST_SKIP() << "this kernel has no schedstat";
  cpu_set_t cpus;
  ASSERT_EQ(::sched_getaffinity(0, sizeof(cpus), &cpus), 0);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &cpus))
    ++cpu;
  const Command busy = {
      {"taskset", "-c", std::to_string(cpu), "sh", "-c", "while :; do :; done"}, ".", {}, {}};
  const Child one(busy, Child::Streams::merged);
  EXPECT_LT(one.waited(), 1h);
  const Child other(busy, Child::Streams::merged);
  std::this_thread::sleep_for(1s);
  EXPECT_GT(one.waited(), 100ms);
  EXPECT_GT(other.waited(), 100ms);
}

/// In a process of its own, since the flag is never taken back.
TEST(Interrupt, EndsAChildSoon) {
  EXPECT_EXIT(
      {
        catch_interrupts();
        std::thread sender([] {
          std::this_thread::sleep_for(200ms);
          ::kill(::getpid(), SIGINT);
        });
        const auto start = std::chrono::steady_clock::now();
        std::string message;
        const ExitStatus status = status_of([] { run_child(shell("sleep 30")); }, message);
        sender.join();
        const bool was_soon = std::chrono::steady_clock::now() - start < 3s;
        ::_exit(was_soon ? static_cast<int>(status) : 99);
      },
      testing::ExitedWithCode(130), "");
}

TEST(ToShell, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(to_shell({"qemu", "-append", "a b", "it's", ""}), "qemu -append 'a b' 'it'\\''s' ''");
}

} // namespace
} // namespace rmemcheck
