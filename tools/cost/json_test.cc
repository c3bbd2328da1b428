// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/json.h"

#include "cost/test_result.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rmemcheck {
namespace {

TEST(CostJson, HasAllThatIsKnown) {
  KernelCost kernel = test::kernel_cost(
      "ours", {test::cost_result({60, 4}, 1000, 63), test::not_booted({200, 40})});
  kernel.late_function = "record";
  kernel.memory = {16, 512, 1024};
  const auto json =
      nlohmann::json::parse(cost_json("arm64", {kernel}, {{GrowthLine::Outcome::fails, "dear"}}));
  EXPECT_EQ(json.at("format"), "rmemcheck-cost 1");
  EXPECT_EQ(json.at("machine"), "arm64");
  const auto &ours = json.at("kernels").at(0);
  EXPECT_EQ(ours.at("late_function"), "record");
  EXPECT_EQ(ours.at("init_bytes"), 512);
  EXPECT_EQ(ours.at("results").at(0).at("instructions").at("total"), 1000);
  EXPECT_EQ(ours.at("results").at(0).at("recorded"), 63);
  EXPECT_TRUE(ours.at("results").at(1).at("instructions").is_null());
  EXPECT_EQ(ours.at("results").at(1).at("reason"), "Kernel panic: one");
  EXPECT_EQ(json.at("checks").at(0).at("outcome"), "fails");
}

} // namespace
} // namespace rmemcheck
