// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/chance.h"

#include <array>
#include <gmock/gmock.h>
#include <map>

namespace rmemcheck {
namespace {

std::array<std::uint64_t, 4> numbers(std::uint64_t seed, std::uint64_t index) {
  Chance chance(seed, index);
  std::array<std::uint64_t, 4> all{};
  for (std::uint64_t &each : all)
    each = chance.below(1000);
  return all;
}

/// Numbers that another machine, another library, or a later version must give as well: trees are
/// told by seed and number alone.
TEST(Chance, TheNumbersAreTheSameForEver) {
  EXPECT_THAT(numbers(1, 0), testing::ElementsAre(542, 58, 454, 844));
  EXPECT_THAT(numbers(1, 1), testing::ElementsAre(219, 748, 864, 310));
}

TEST(Chance, SeedAndIndexAreNotTheSame) {
  EXPECT_NE(numbers(1, 2), numbers(2, 1));
  EXPECT_NE(numbers(0, 0), numbers(0, 1));
  EXPECT_EQ(numbers(9, 9), numbers(9, 9));
}

TEST(Chance, EachIsAsLikely) {
  Chance chance(1, 0);
  std::map<std::uint64_t, int> seen;
  for (int count = 0; count < 6000; ++count)
    ++seen[chance.below(6)];
  ASSERT_EQ(seen.size(), 6u);
  for (const auto &[number, count] : seen)
    EXPECT_NEAR(count, 1000, 150) << number;
}

TEST(Chance, PercentMeansIt) {
  Chance chance(1, 0);
  int seen = 0;
  for (int count = 0; count < 10000; ++count)
    seen += chance.percent(20) ? 1 : 0;
  EXPECT_NEAR(seen, 2000, 200);
  EXPECT_FALSE(chance.percent(0));
  EXPECT_TRUE(chance.percent(100));
}

TEST(Chance, OneOfAListIsInIt) {
  Chance chance(3, 0);
  for (int count = 0; count < 100; ++count)
    EXPECT_THAT(chance.one_of({1, 2, 5}), testing::AnyOf(1u, 2u, 5u));
}

} // namespace
} // namespace rmemcheck
