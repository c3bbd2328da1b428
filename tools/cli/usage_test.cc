// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/usage.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refused(const std::string &words) {
  CLI::App app("", "rmemcheck");
  app.require_subcommand(1);
  CLI::App *run = app.add_subcommand("run", "");
  int number = 0;
  CLI::Option *machine = run->add_option("--machine", number);
  run->add_flag("-q,--quiet")->excludes(machine);
  CLI::App *dt = app.add_subcommand("dt", "");
  dt->require_subcommand(1);
  dt->add_subcommand("make", "")->add_option("--out", number)->required();
  dt->add_subcommand("lint", "");
  try {
    app.parse(words);
  } catch (const CLI::ParseError &error) {
    return usage_error(app, error);
  }
  return "";
}

TEST(UsageError, NamesAVerbThatThereIsNotAndTheNearest) {
  EXPECT_EQ(refused("rn"), "no verb rn, is it run? rmemcheck --help shows what "
                           "there is");
  EXPECT_THAT(refused("dt mke --out 3"), HasSubstr("dt: no verb mke, is it make?"));
  EXPECT_THAT(refused("nothing-like-it"), HasSubstr("no verb nothing-like-it; rmemcheck --h"));
}

TEST(UsageError, NamesAnOptionThatThereIsNotAndNotItsValue) {
  EXPECT_THAT(refused("run --mashine 3"), HasSubstr("run: no option --mashine, is it --machine?"));
  EXPECT_THAT(refused("run --mashine=3"), HasSubstr("is it --machine?"));
  EXPECT_THAT(refused("dt make --otu 3"), HasSubstr("no option --otu, is it --out?"));
}

TEST(UsageError, NamesWhatIsMissing) {
  EXPECT_THAT(refused(""), HasSubstr("expected one of run, dt;"));
  EXPECT_THAT(refused("dt"), HasSubstr("dt: expected one of make, lint;"));
  EXPECT_THAT(refused("dt make"), HasSubstr("--out is required; rmemcheck dt make --help"));
  EXPECT_THAT(refused("run --machine"), HasSubstr("--machine"));
}

TEST(UsageError, SaysThatAnOptionIsThereTwice) {
  EXPECT_THAT(
      refused("run --machine 3 --machine 4"),
      HasSubstr("run: --machine: expected it once, it is there 2 times; rmemcheck run --h"));
}

TEST(UsageError, NamesAWordTooManyAndBothOfWhatExcludesEachOther) {
  EXPECT_THAT(refused("run more"), HasSubstr("run: \"more\": expected no such word"));
  EXPECT_THAT(refused("run --quiet --machine 3"),
              AllOf(HasSubstr("--quiet"), HasSubstr(" excludes "), HasSubstr("--machine")));
}

} // namespace
} // namespace rmemcheck::test
