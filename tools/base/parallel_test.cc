// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/parallel.h"

#include <atomic>
#include <gtest/gtest.h>
#include <stdexcept>
#include <vector>

namespace rmemcheck {
namespace {

TEST(ForEachIndex, CallsEachOnce) {
  std::vector<std::atomic<int>> calls(100);
  for_each_index(calls.size(), 4, [&](std::size_t index) { ++calls[index]; });
  for (const auto &each : calls)
    EXPECT_EQ(each, 1);
}

TEST(ForEachIndex, CopesWithNothingToDo) {
  int calls = 0;
  for_each_index(0, 2, [&](std::size_t) { ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST(ForEachIndex, ThrowsWhatACallThrewAndBeginsNoMore) {
  int calls = 0;
  EXPECT_THROW(for_each_index(10, 1,
                              [&](std::size_t index) {
                                ++calls;
                                if (index == 3)
                                  throw std::runtime_error("three");
                              }),
               std::runtime_error);
  EXPECT_EQ(calls, 4);
}

} // namespace
} // namespace rmemcheck
