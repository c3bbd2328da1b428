// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/table.h"

#include "cost/test_result.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using test::cost_result;
using test::kernel_cost;
using testing::HasSubstr;

TEST(CostNumber, HasThreeDigits) {
  EXPECT_EQ(cost_number(0), "0");
  EXPECT_EQ(cost_number(999), "999");
  EXPECT_EQ(cost_number(1000), "1.00 k");
  EXPECT_EQ(cost_number(9994), "9.99 k");
  EXPECT_EQ(cost_number(9996), "10.0 k");
  EXPECT_EQ(cost_number(99960), "100 k");
  EXPECT_EQ(cost_number(999499), "999 k");
  EXPECT_EQ(cost_number(999500), "1.00 M");
  EXPECT_EQ(cost_number(1'940'000'000), "1.94 G");
}

TEST(CostTable, HasARowASizeAndAColumnAKernel) {
  KernelCost ours = kernel_cost("ours", {cost_result({60, 4}, 1'400'000)});
  ours.results[0].counts->insertion = 20'000;
  ours.results[0].allocated = 3584;
  const std::string table =
      cost_table({kernel_cost("v6.9", {test::not_booted({60, 4})}), ours}, false);
  EXPECT_THAT(table, HasSubstr("\n60+4                                    -  1.40 M (20.0 k)\n"));
  EXPECT_THAT(table, HasSubstr("v6.9: 60+4: Kernel panic: one\n"));
  EXPECT_THAT(table, HasSubstr("  3584\n"));
  EXPECT_THAT(table, testing::Not(HasSubstr("search")));
}

TEST(CostTable, TellsThePartsWhereAskedTo) {
  KernelCost ours = kernel_cost("ours", {cost_result({60, 4}, 1000)});
  ours.results[0].counts->late = 500;
  ours.results[0].counts->search = 300;
  ours.late_function = "of_record";
  const std::string table = cost_table({ours}, true);
  EXPECT_THAT(table,
              HasSubstr("ours    60+4   1500   1000   500          0     300        0   1200"));
  EXPECT_THAT(table, HasSubstr("ours: late part of_record()\n"));
}

} // namespace
} // namespace rmemcheck
