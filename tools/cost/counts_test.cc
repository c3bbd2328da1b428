// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/counts.h"

#include "base/test_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

const std::vector<WatchedFunction> watched = {
    {0x10, "scan", Work::early},    {0x20, "record", Work::late},
    {0x30, "add", Work::insertion}, {0x40, "isolate", Work::insertion},
    {0x50, "find", Work::search},   {0x60, "print", Work::logging}};

TEST(WatchText, HasALineAFunction) {
  EXPECT_THAT(watch_text(watched),
              testing::StartsWith("10 span scan\n20 span record\n30 part add\n"));
}

TEST(ParseCounts, AddsUpWhatIsOfAKind) {
  const auto counts = parse_counts("span scan 1 1000\n"
                                   "part scan add 3 300\n"
                                   "part scan isolate 1 30\n"
                                   "part scan find 2 5\n"
                                   "part scan print 1 7\n"
                                   "span record 1 500\n"
                                   "part record add 1 3\n",
                                   watched);
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(*counts, (Counts{1000, 500, 333, 5, 7}));
  EXPECT_EQ(counts->total(), 1500U);
  EXPECT_EQ(counts->without_insertion(), 1167U);
}

TEST(ParseCounts, KnowsNothingOfASpanThatDidNotEnd) {
  EXPECT_FALSE(parse_counts("span scan 1 1000\nspan record 0 0\n", watched).has_value());
  EXPECT_FALSE(parse_counts("span scan 0 0\nspan record 1 9\n", watched).has_value());
  const std::vector<WatchedFunction> early_only = {watched[0]};
  EXPECT_TRUE(parse_counts("span scan 1 1000\n", early_only).has_value());
}

TEST(ParseCounts, RefusesWhatIsNotThePlugins) {
  for (const char *line : {"span scan 1", "span add 1 2", "part scan scan 1 2", "span other 1 2",
                           "part scan add one 2", "count scan 1 2"}) {
    const Error error = test::error_of([&] { (void)parse_counts(line, watched); });
    EXPECT_EQ(error.status(), ExitStatus::unknown);
    EXPECT_THAT(error.what(), HasSubstr(line));
  }
}

} // namespace
} // namespace rmemcheck
