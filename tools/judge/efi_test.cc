// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

constexpr const char *efi_runtime_rule = "efi-runtime";

/// A map of one entry.
Scenario with(const PhysicalRange &memory, bool is_used) {
  Scenario scenario = passing();
  scenario.evidence.efi_memory = {{memory, "Runtime Data", is_used, {"dmesg", 7, "efi: ..."}}};
  return scenario;
}

PhysicalRange place_of_no_map(const Scenario &scenario) {
  for (const ExpectedRegion &region : scenario.expectation.regions)
    if (region.fate == Fate::recorded && region.no_map && region.range)
      return *region.range;
  throw std::runtime_error("none is no-map");
}

TEST(EfiRuntime, IsSkippedWithoutAMap) {
  EXPECT_EQ(outcome(efi_runtime_rule, passing()), Outcome::skip);
}

TEST(EfiRuntime, FailsWhereANoMapRegionLiesOverIt) {
  const PhysicalRange place = place_of_no_map(passing());
  const Finding finding =
      only_finding(efi_runtime_rule, with({place.end - 1, place.end + 0x1000}, true));
  EXPECT_EQ(finding.at.line, 7u);
  EXPECT_EQ(finding.expected, to_string(place) + " clear of what EFI uses at run time");
}

TEST(EfiRuntime, PassesBesideItAndOverWhatIsNotUsed) {
  const PhysicalRange place = place_of_no_map(passing());
  EXPECT_EQ(outcome(efi_runtime_rule, with({place.end, place.end + 1}, true)), Outcome::pass);
  EXPECT_EQ(outcome(efi_runtime_rule, with(place, false)), Outcome::pass);
}

} // namespace
} // namespace rmemcheck::test
