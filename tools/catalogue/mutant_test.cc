// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/mutant.h"

#include "base/test_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MutantTest : public FolderTest {
protected:
  [[nodiscard]] Mutant read_text(const std::string &head) const {
    write("mutants/a.patch", head + "\ndiff --git a/x b/x\nMutant: of the diff\n");
    return read_mutant(folder / "mutants/a.patch");
  }
  [[nodiscard]] std::string refusal(const std::string &head) const {
    const Error error = error_of([&] { (void)read_text(head); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    return error.what();
  }
};

TEST_F(MutantTest, HasWhatItsHeadSays) {
  write("faults/no-array.patch", "");
  const Mutant mutant = read_text("SPDX-License-Identifier: GPL-2.0-only\n\n"
                                  "Mutant: nothing is recorded\nHazards: 7, 12\n"
                                  "Fails: arm64 one recorded, same-placement\n"
                                  "Fails: arm static-65 panic\nConfig: CONFIG_KASAN=y\n"
                                  "With: no-array\nSeries: v6.9\n");
  EXPECT_EQ(mutant.title, "nothing is recorded");
  EXPECT_THAT(mutant.hazards, ElementsAre(7, 12));
  ASSERT_EQ(mutant.demands.size(), 2u);
  EXPECT_EQ(mutant.demands[0].machine, "arm64");
  EXPECT_EQ(mutant.demands[0].case_name, "one");
  EXPECT_THAT(mutant.demands[0].rules, ElementsAre("recorded", "same-placement"));
  EXPECT_THAT(mutant.demands[1].rules, ElementsAre("panic"));
  EXPECT_THAT(mutant.config, ElementsAre("CONFIG_KASAN=y"));
  EXPECT_THAT(mutant.below, ElementsAre(folder / "faults/no-array.patch"));
  EXPECT_EQ(mutant.series, "v6.9");
}

TEST_F(MutantTest, RefusesAHeadThatDemandsNothing) {
  EXPECT_THAT(refusal("Fails: arm64 one recorded"),
              HasSubstr("a.patch: expected a line \"Mutant:"));
  EXPECT_THAT(refusal("Mutant: x"), HasSubstr("expected a line \"Fails:"));
  EXPECT_THAT(refusal("Mutant: x\nFails: arm64 one recodred"),
              HasSubstr("a.patch:2: expected a rule"));
  EXPECT_THAT(refusal("Mutant: x\nFails: arm64 one"), HasSubstr("MACHINE CASE RULES"));
  EXPECT_THAT(refusal("Mutant: x\nMutant: y"), HasSubstr("a.patch:2: expected one line"));
  EXPECT_THAT(refusal("Mutant: x\nHazards: seven"), HasSubstr("numbers of hazards"));
  EXPECT_THAT(refusal("Mutant: x\nWith: nothing"), HasSubstr("the name of a patch of"));
}

} // namespace
} // namespace rmemcheck::test
