// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/chart.h"

#include "cost/test_result.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::cost_result;
using test::kernel_cost;
using testing::HasSubstr;

std::size_t count(const std::string &text, const std::string &words) {
  std::size_t number = 0;
  for (std::size_t at = 0; (at = text.find(words, at)) != std::string::npos; at += words.size())
    ++number;
  return number;
}

TEST(CostChart, HasALineAKernelAndADotASize) {
  const std::string chart = cost_chart(
      {kernel_cost("v6.9", {cost_result({60, 4}, 1'800'000), cost_result({1024, 256}, 12'800'000)}),
       kernel_cost("a<b", {cost_result({60, 4}, 1'400'000), test::not_booted({1024, 256})})});
  EXPECT_THAT(chart, testing::StartsWith("<!-- SPDX"));
  EXPECT_THAT(chart, testing::EndsWith("</svg>\n"));
  EXPECT_EQ(count(chart, "<polyline"), 2U);
  EXPECT_EQ(count(chart, "<circle"), 3U);
  EXPECT_THAT(chart, HasSubstr(">a&lt;b</text>"));
  EXPECT_THAT(chart, HasSubstr("prefers-color-scheme: dark"));
}

TEST(CostChart, IsLogarithmic) {
  const std::string chart = cost_chart(
      {kernel_cost("one", {cost_result({64, 0}, 1'000'000), cost_result({128, 0}, 10'000'000),
                           cost_result({256, 0}, 100'000'000)})});
  // from 64 to 256 and from 1 M to 100 M: the middle is in the middle
  EXPECT_THAT(chart, HasSubstr("points=\"70.0,370.0 405.0,210.0 740.0,50.0\""));
  EXPECT_THAT(chart, HasSubstr(">10.0 M</text>"));
}

TEST(CostChart, ShowsTheDearestOfAsManyRegions) {
  const std::string chart = cost_chart(
      {kernel_cost("one", {cost_result({60, 4}, 2'000'000), cost_result({50, 14}, 10'000'000)})});
  EXPECT_EQ(count(chart, "<circle"), 1U);
  EXPECT_THAT(chart, HasSubstr("cy=\"50.0\""));
}

TEST(CostChart, IsThereWithoutAnything) {
  EXPECT_EQ(count(cost_chart({kernel_cost("none", {})}), "<circle"), 0U);
}

} // namespace
} // namespace rmemcheck
