// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/test_tree.h"
#include "engine/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

KeptBoot boot_with(const std::string &probed_base) {
  TreeRequest tree;
  tree.regions.emplace_back();
  tree.regions[0].name = "placed";
  tree.regions[0].size = 0x10000;
  KeptBoot kept;
  kept.dtb = make_tree(board(), tree, memory_base);
  kept.boot.evidence["dmesg"] = "<5>[    0.000000] Linux version 6.9.0 (gcc)\n"
                                "<6>[    1.000000] Run /init as init process\n";
  kept.boot.evidence["probe"] =
      "reserved_mem_probe 1\nlinear virt=0xffffff8000000000 phys=0x40000000\n"
      "region name=placed available=1 found=1 base=" +
      probed_base + " size=0x10000 phandle=none recorded_name=placed ops=none mapped=all\nend 1\n";
  return kept;
}

CaseResult compared(const KeptBoot &baseline, const KeptBoot &patched) {
  CaseResult result;
  compare_boots(result, read_boot(baseline, ""), read_boot(patched, ""));
  return result;
}

TEST(CompareBoots, FindsARegionThatHasMoved) {
  const KeptBoot one = boot_with("0x7fff0000");
  EXPECT_EQ(compared(one, one).verdict.rules.at(0).outcome, Outcome::pass);
  const CaseResult result = compared(one, boot_with("0x7ffe0000"));
  EXPECT_EQ(result.verdict.rules.at(0).rule, "same-placement");
  EXPECT_EQ(result.verdict.rules.at(0).findings.at(0).region, "placed");
  EXPECT_EQ(result.verdict.outcome, Outcome::fail);
}

TEST(CompareBoots, DoesNotKnowWhatItDoesNotUnderstand) {
  const KeptBoot one = boot_with("0x7fff0000");
  KeptBoot other = one;
  other.boot.evidence["iomem"] = "no such line\n";
  for (const CaseResult &result : {compared(one, other), compared(other, one)}) {
    EXPECT_EQ(result.verdict.outcome, Outcome::inconclusive);
    EXPECT_THAT(result.verdict.rules.at(0).reason, HasSubstr("iomem"));
  }
}

TEST(CompareBoots, NeedsNoTreeWhereTheKernelsWereGivenNone) {
  KeptBoot one = boot_with("0x7fff0000");
  one.dtb.clear();
  one.boot.evidence["probe"] =
      "reserved_mem_probe 1\nlinear virt=0xffffff8000000000 phys=0x40000000\nend 0\n";
  const auto outcome_of = [](const CaseResult &result, const std::string &rule) {
    return std::ranges::find(result.verdict.rules, rule, &RuleResult::rule)->outcome;
  };
  EXPECT_EQ(outcome_of(compared(one, one), "no-op"), Outcome::pass);
  KeptBoot other = one;
  other.boot.evidence["dmesg"].insert(0, "<3>[    0.000000] OF: reserved mem: no tree\n");
  EXPECT_EQ(outcome_of(compared(one, other), "no-op"), Outcome::fail);
}

TEST(CompareBoots, DoesNotCompareTwoTrees) {
  const KeptBoot one = boot_with("0x7fff0000");
  KeptBoot other = one;
  other.dtb = make_tree(board(), TreeRequest{}, memory_base);
  EXPECT_EQ(compared(one, other).verdict.outcome, Outcome::inconclusive);
}

} // namespace
} // namespace rmemcheck::test
