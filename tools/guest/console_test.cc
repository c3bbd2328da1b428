// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/console.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace std::chrono_literals;

const ConsoleWatch::Clock::time_point start;

/// The end that the watch tells at `now`, "none" for none.
std::string told(const ConsoleWatch &watch, ConsoleWatch::Clock::time_point now) {
  const auto end = watch.end(now);
  return end ? end->reason : "none";
}

TEST(ConsoleWatch, LetsATalkingGuestRun) {
  ConsoleWatch watch({20s}, start);
  watch.take("[    0.000000] Booting Linux\n", start + 19s);
  EXPECT_EQ(told(watch, start + 38s), "none");
  EXPECT_FALSE(watch.seen());
}

TEST(ConsoleWatch, EndsASilentGuest) {
  ConsoleWatch watch({20s}, start);
  EXPECT_EQ(told(watch, start + 19999ms), "none");
  EXPECT_EQ(told(watch, start + 20s), "the console was silent for 20 s");
  EXPECT_EQ(watch.end(start + 20s)->ending, Ending::hang);
}

TEST(ConsoleWatch, KnowsThatAGuestLivesWithoutItsConsole) {
  ConsoleWatch watch({20s}, start);
  watch.note_life(start + 15s);
  EXPECT_EQ(told(watch, start + 34s), "none");
  EXPECT_EQ(told(watch, start + 35s), "the console was silent for 20 s");
}

TEST(ConsoleWatch, EndsAPanicWithinTwoSecondsOfItsLine) {
  ConsoleWatch watch({20s}, start);
  watch.take("[    0.1] Kernel panic - not syncing: memblock: cannot resize memory array\n", start);
  EXPECT_EQ(told(watch, start + 500ms), "none") << "no time for the trace";
  const auto end = watch.end(start + 2s);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->ending, Ending::panic);
  EXPECT_EQ(end->reason, "Kernel panic - not syncing: memblock: cannot resize memory array");
}

TEST(ConsoleWatch, EndsAPanicThatGoesOnTalking) {
  ConsoleWatch watch({20s}, start);
  watch.take("Kernel panic - not syncing: one\n", start);
  for (auto now = start; now < start + 2s; now += 100ms)
    watch.take("more\n", now);
  EXPECT_EQ(told(watch, start + 2s), "Kernel panic - not syncing: one");
}

TEST(ConsoleWatch, TakesTheKernelsWordForItsEndWhereThereIsNoUserSpace) {
  for (const char *line : {"reboot: Power down", "reboot: System halted",
                           "reboot: Restarting system", "[    0.126000] reboot: Power down\r"}) {
    ConsoleWatch watch({20s}, start, ConsoleWatch::RegularEnd::of_kernel);
    watch.take(std::string(line) + "\nKernel panic - not syncing: nothing left to run\n", start);
    ASSERT_TRUE(watch.seen()) << line;
    EXPECT_EQ(watch.seen()->ending, Ending::powered_off);
    EXPECT_EQ(watch.seen()->reason, "");
    EXPECT_TRUE(watch.end(start + 2s)) << "for a board that cannot power off";
  }
}

TEST(ConsoleWatch, DoesNotTakeAnythingElseForARegularEnd) {
  ConsoleWatch watch({20s}, start, ConsoleWatch::RegularEnd::of_kernel);
  watch.take("Kernel command line: \"reboot: Power down\"\nsyscon-reboot: Power down\n", start);
  EXPECT_FALSE(watch.seen());
  watch.take("Kernel panic - not syncing: one\nreboot: Restarting system\n", start);
  EXPECT_EQ(watch.seen()->ending, Ending::panic);
  ConsoleWatch with_user_space({20s}, start);
  with_user_space.take("reboot: Power down\n", start);
  EXPECT_FALSE(with_user_space.seen()) << "the evidence says how it ended";
}

TEST(ConsoleWatch, WaitsForTheWholeLine) {
  ConsoleWatch watch({20s}, start);
  watch.take("Kernel panic - not ", start);
  EXPECT_FALSE(watch.seen());
  watch.take("syncing: two\r", start);
  EXPECT_FALSE(watch.seen());
  watch.take("\n", start);
  ASSERT_TRUE(watch.seen());
  EXPECT_EQ(watch.seen()->reason, "Kernel panic - not syncing: two");
}

TEST(ConsoleWatch, KeepsTheFirstPanic) {
  ConsoleWatch watch({20s}, start);
  watch.take("Kernel panic - not syncing: first\nKernel panic - not syncing: second\n", start);
  watch.take("---[ end Kernel panic - not syncing: first ]---\n", start + 500ms);
  EXPECT_EQ(told(watch, start + 1s), "Kernel panic - not syncing: first");
}

TEST(ConsoleWatch, TellsThePanicThatAnOopsLeadsTo) {
  ConsoleWatch watch({20s}, start);
  watch.take("[    0.2] Internal error: Oops: 0000000096000004 [#1] SMP\n", start);
  EXPECT_EQ(watch.seen()->ending, Ending::oops);
  watch.take("[    0.3] Kernel panic - not syncing: Attempted to kill init!\n", start + 500ms);
  EXPECT_EQ(watch.seen()->ending, Ending::panic);
  EXPECT_EQ(watch.seen()->reason, "Internal error: Oops: 0000000096000004 [#1] SMP; "
                                  "Kernel panic - not syncing: Attempted to kill init!");
}

class OopsLine : public testing::TestWithParam<const char *> {};

TEST_P(OopsLine, EndsTheRun) {
  ConsoleWatch watch({20s}, start);
  watch.take(std::string("<1>[    1.000000][    T1] ") + GetParam() + "\r\n", start);
  ASSERT_TRUE(watch.seen());
  EXPECT_EQ(watch.seen()->ending, Ending::oops);
  EXPECT_EQ(watch.seen()->reason, GetParam());
}

// arm and arm64; riscv, x86, mips, powerpc; s390's and sh's form
INSTANTIATE_TEST_SUITE_P(ConsoleWatch, OopsLine,
                         testing::Values("Internal error: Oops - BUG: 0 [#1] SMP",
                                         "Oops: 0002 [#1] PREEMPT SMP", "Oops [#1]",
                                         "Kernel BUG at 0000 [verbose] [#1]"));

TEST(ConsoleWatch, TakesNoWordForAnOops) {
  ConsoleWatch watch({20s}, start);
  watch.take("WARNING: CPU: 0 PID: 0 at mm/memory.c:1\nOops, said a program\n[#1]\n", start);
  EXPECT_FALSE(watch.seen());
}

TEST(ConsoleWatch, NeedsNoLookBeforeItsDeadline) {
  ConsoleWatch watch({20s}, start);
  EXPECT_EQ(watch.pause(start + 5s), 15s);
  EXPECT_EQ(watch.pause(start + 25s), 0s);
}

TEST(ConsoleWatch, ThatChattersForEverIsAHang) {
  ConsoleWatch watch({20s, 60s}, start);
  for (auto now = start; now < start + 60s; now += 10s) {
    watch.take("still here\n", now);
    EXPECT_FALSE(watch.end(now)) << (now - start) / 1s;
  }
  const auto end = watch.end(start + 60s);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->ending, Ending::hang);
  EXPECT_EQ(end->reason, "it has not ended within 60 s");
}

} // namespace
} // namespace rmemcheck
