// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/random_run.h"

#include "base/error.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

KernelUnderTest kernel(const std::string &name, Role role) {
  KernelUnderTest result;
  result.name = name;
  result.role = role;
  return result;
}

TEST(KernelsByChance, ABaselineIsToldAsItIs) {
  std::vector<KernelUnderTest> kernels = {kernel("baseline", Role::baseline),
                                          kernel("patched", Role::must_pass)};
  kernels[1].baseline = 0;
  kernels[1].cases = {"one"};
  kernels = kernels_by_chance(kernels);
  EXPECT_EQ(kernels[0].role, Role::told);
  EXPECT_FALSE(kernels[0].baseline);
  EXPECT_EQ(kernels[1].role, Role::must_pass);
  EXPECT_EQ(kernels[1].baseline, 0u);
  EXPECT_FALSE(kernels[1].is_baseline_of_another_tree);
  EXPECT_TRUE(kernels[1].cases.empty());
}

TEST(KernelsByChance, OthersAreHeldAgainstTheBaselineWhateverItsTree) {
  const auto kernels =
      kernels_by_chance({kernel("mine", Role::must_pass), kernel("baseline", Role::baseline),
                         kernel("theirs", Role::told)});
  EXPECT_EQ(kernels[0].baseline, 1u);
  EXPECT_TRUE(kernels[0].is_baseline_of_another_tree);
  EXPECT_FALSE(kernels[1].baseline);
  EXPECT_EQ(kernels[2].baseline, 1u);
}

TEST(KernelsByChance, WithoutABaselineTheFirstOneIsCompared) {
  const auto kernels =
      kernels_by_chance({kernel("one", Role::must_pass), kernel("two", Role::must_pass),
                         kernel("three", Role::must_pass)});
  EXPECT_FALSE(kernels[0].baseline);
  EXPECT_EQ(kernels[1].baseline, 0u);
  EXPECT_EQ(kernels[2].baseline, 0u);
  EXPECT_TRUE(kernels[2].is_baseline_of_another_tree);
}

TEST(KernelsByChance, AMutantIsRefused) {
  EXPECT_THROW((void)kernels_by_chance({kernel("mutant", Role::mutant)}), Error);
}

} // namespace
} // namespace rmemcheck
