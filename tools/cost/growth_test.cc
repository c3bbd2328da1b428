// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/growth.h"

#include "cost/test_result.h"

#include <algorithm>
#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::cost_result;
using test::kernel_cost;
using test::not_booted;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using Outcome = GrowthLine::Outcome;

std::vector<Outcome> outcomes(const std::vector<GrowthLine> &lines) {
  std::vector<Outcome> result;
  std::ranges::transform(lines, std::back_inserter(result), &GrowthLine::outcome);
  return result;
}

/// What a kernel costs that takes `instructions` of the static and the boot-placed regions.
template <typename Cost> KernelCost growing(Cost instructions) {
  KernelCost kernel = kernel_cost("ours", {});
  for (const CostSize &size : parse_cost_sizes(default_cost_sizes))
    kernel.results.push_back(cost_result(size, instructions(size.statics, size.boot_placed)));
  return kernel;
}

using Number = std::uint64_t;

TEST(CheckGrowth, HoldsForWhatIsLinear) {
  EXPECT_THAT(outcomes(check_growth(
                  growing([](Number s, Number p) { return 100000 + 3000 * s + 20000 * p; }))),
              Each(Outcome::holds));
}

TEST(CheckGrowth, FailsForWhatIsQuadratic) {
  const auto fails = [](const KernelCost &kernel) { return outcomes(check_growth(kernel)); };
  EXPECT_THAT(fails(growing([](Number s, Number p) { return (s + p) * (s + p); })),
              testing::Contains(Outcome::fails));
  EXPECT_THAT(fails(growing([](Number s, Number p) { return s * p * 1000; })),
              testing::Contains(Outcome::fails))
      << "each boot-placed one walks the tree";
}

TEST(CheckGrowth, LeavesInsertionOut) {
  KernelCost kernel =
      kernel_cost("ours", {cost_result({10, 10}, 1000), cost_result({100, 100}, 100000)});
  EXPECT_EQ(outcomes(check_growth(kernel)), std::vector{Outcome::fails});
  kernel.results[1].counts->insertion = 90000;
  const auto lines = check_growth(kernel);
  EXPECT_EQ(outcomes(lines), std::vector{Outcome::holds});
  EXPECT_THAT(lines[0].text, HasSubstr("ours: from 10+10 to 100+100 10.0 times"));
}

TEST(CheckGrowth, ComparesOnlyWhatIsLarger) {
  EXPECT_THAT(
      check_growth(kernel_cost("ours", {cost_result({60, 4}, 1), cost_result({50, 14}, 1000)})),
      IsEmpty());
  EXPECT_THAT(check_growth(kernel_cost("ours", {cost_result({60, 4}, 1), not_booted({600, 40})})),
              IsEmpty());
}

TEST(CheckGrowth, SaysWhereNoLatePartIsKnown) {
  KernelCost kernel = kernel_cost("ours", {cost_result({60, 4}, 1)});
  kernel.late_function.clear();
  EXPECT_EQ(outcomes(check_growth(kernel)), std::vector{Outcome::not_known});
}

TEST(CompareCost, AllowsNoMoreThanTheOther) {
  const KernelCost other = kernel_cost("v7.3", {cost_result({60, 4}, 1000)});
  EXPECT_EQ(outcomes(compare_cost(kernel_cost("ours", {cost_result({60, 4}, 1000)}), other)),
            std::vector{Outcome::holds});
  const auto lines = compare_cost(kernel_cost("ours", {cost_result({60, 4}, 1100)}), other);
  EXPECT_EQ(outcomes(lines), std::vector{Outcome::fails});
  EXPECT_EQ(lines[0].text, "ours: 60+4 costs 1.10 k, 1.10 times the 1.00 k of v7.3, 1 is the most");
}

TEST(CompareCost, AllowsMoreThanWhatLeavesRegionsOut) {
  const KernelCost other = kernel_cost("v7.3", {cost_result({1024, 256}, 1000, 1088)});
  const auto cost = [&](Number instructions, std::optional<Number> recorded) {
    return outcomes(compare_cost(
        kernel_cost("ours", {cost_result({1024, 256}, instructions, recorded)}), other));
  };
  EXPECT_EQ(cost(1200, std::nullopt), std::vector{Outcome::holds});
  EXPECT_EQ(cost(1201, std::nullopt), std::vector{Outcome::fails});
  EXPECT_EQ(cost(1100, 1088), std::vector{Outcome::fails}) << "it leaves out as many";
}

TEST(CompareCost, KnowsNothingWhereTheOtherDidNotBoot) {
  const KernelCost other = kernel_cost("v7.3", {not_booted({60, 4})});
  EXPECT_EQ(outcomes(compare_cost(kernel_cost("ours", {cost_result({60, 4}, 1)}), other)),
            std::vector{Outcome::not_known});
  const auto lines = compare_cost(kernel_cost("ours", {not_booted({60, 4})}), other);
  EXPECT_EQ(outcomes(lines), std::vector{Outcome::fails});
  EXPECT_THAT(lines[0].text, HasSubstr("Kernel panic: one"));
}

} // namespace
} // namespace rmemcheck
