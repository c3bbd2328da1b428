// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/expected.h"

#include "base/test_folder.h"
#include "report/test_results.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KnownTest : public FolderTest {
protected:
  KnownTest() {
    results = results_of({case_result("linux", "static-65", Outcome::fail),
                          case_result("linux", "one", Outcome::pass)});
    results.machine = "arm64";
  }
  std::vector<std::string> apply(const std::string &text) {
    write("known.toml", text);
    return apply_known(results, read_known_failures(folder / "known.toml"), "2026-11-28");
  }
  static std::string entry(const std::string &more = "") {
    return "[[known]]\ncase = \"static-65\"\nrule = \"recorded\"\nreason = \"64 entries\"\n" + more;
  }
  RunResults results;
};

TEST_F(KnownTest, LetsAFailurePassWithItsReason) {
  EXPECT_THAT(apply(entry("machine = \"arm64\"\nkernel = \"linux\"\nuntil = \"2026-12-01\"\n")),
              IsEmpty());
  EXPECT_EQ(results.cases[0].conclusion, Outcome::pass);
  EXPECT_THAT(results.cases[0].remarks,
              ElementsAre("static-65: linux fails `recorded`, which is known: 64 entries"));
  EXPECT_EQ(results.cases[0].verdict.outcome, Outcome::fail);
}

TEST_F(KnownTest, LetsAFaultOfTheTablePassToo) {
  results.cases[0].conclusion = Outcome::known;
  apply("[[known]]\ncase = \"one\"\nrule = \"recorded\"\nreason = \"another\"\n");
  EXPECT_EQ(results.cases[0].conclusion, Outcome::known);
  apply(entry());
  EXPECT_EQ(results.cases[0].conclusion, Outcome::pass);
}

TEST_F(KnownTest, DoesNotHideAnotherFailure) {
  results.cases[0].verdict.rules.push_back(rule("iomem", Outcome::fail));
  apply(entry());
  EXPECT_EQ(results.cases[0].conclusion, Outcome::fail);
}

TEST_F(KnownTest, DoesNotHideHowABootEnds) {
  results.cases[0].ending = Ending::panic;
  apply(entry());
  EXPECT_EQ(results.cases[0].conclusion, Outcome::fail);
}

TEST_F(KnownTest, SaysWhatHasExpired) {
  EXPECT_THAT(apply(entry("until = \"2026-11-28\"\n")),
              ElementsAre("static-65 recorded: was known until 2026-11-28"));
  EXPECT_EQ(results.cases[0].conclusion, Outcome::fail);
}

TEST_F(KnownTest, SaysWhatNoLongerFails) {
  EXPECT_THAT(apply("[[known]]\ncase = \"one\"\nrule = \"recorded\"\nreason = \"x\"\n"),
              ElementsAre("one recorded: no longer fails, but is listed"));
  EXPECT_THAT(apply("[[known]]\ncase = \"other\"\nrule = \"recorded\"\nreason = \"x\"\n"),
              IsEmpty());
}

TEST_F(KnownTest, RefusesWithFileAndLine) {
  for (const char *wrong : {"[[known]]\ncase = \"a\"\nrule = \"none\"\nreason = \"x\"\n",
                            "[[known]]\ncase = \"a\"\nrule = \"recorded\"\n",
                            "[[known]]\ncase = \"a\"\nrule = \"recorded\"\nreason = \"x\"\n"
                            "until = \"soon\"\n",
                            "[[unknown]]\n"}) {
    const Error error = error_of([&] { apply(wrong); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("known.toml"));
  }
}

TEST(DateOfToday, IsADate) { EXPECT_EQ(date_of_today().size(), 10u); }

} // namespace
} // namespace rmemcheck::test
