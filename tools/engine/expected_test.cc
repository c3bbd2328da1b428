// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/expected.h"

#include "base/test_folder.h"
#include "report/test_results.h"

#include <fmt/format.h>
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
    const std::vector<KnownFailure> known = read_known_failures(folder / "known.toml", names);
    check_kernels(known, kernels);
    return apply_known(results, known, "2026-11-28");
  }
  static std::string entry(const std::string &more = "") {
    return "[[known]]\ncase = \"static-65\"\nrule = \"recorded\"\nreason = \"64 entries\"\n" + more;
  }
  KnownNames names{{"arm64"}, {"a", "one", "other", "static-65"}};
  std::vector<std::string> kernels{"linux"};
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

TEST_F(KnownTest, DoesNotHideThatEvidenceIsMissing) {
  results.cases[0].verdict.rules.push_back(rule("witnesses", Outcome::inconclusive));
  apply(entry());
  EXPECT_EQ(results.cases[0].conclusion, Outcome::inconclusive);
  EXPECT_THAT(results.cases[0].remarks.back(), HasSubstr("evidence is missing"));
}

TEST_F(KnownTest, AcceptsNothingWhereNothingFails) {
  results.cases[0].verdict.rules.clear();
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

TEST_F(KnownTest, SaysNothingOfWhatWasNotFoundOut) {
  results.cases[1].verdict.rules = {rule("recorded", Outcome::inconclusive)};
  EXPECT_THAT(apply("[[known]]\ncase = \"one\"\nrule = \"recorded\"\nreason = \"x\"\n"), IsEmpty());
  EXPECT_THAT(apply("[[known]]\ncase = \"one\"\nrule = \"panic\"\nreason = \"x\"\n"),
              ElementsAre("one panic: no longer fails, but is listed"));
  results.cases[1].ending = Ending::died;
  EXPECT_THAT(apply("[[known]]\ncase = \"one\"\nrule = \"panic\"\nreason = \"x\"\n"), IsEmpty());
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

TEST_F(KnownTest, RefusesNamesThatThereAreNot) {
  const auto refused = [&](const std::string &entry) {
    return std::string(error_of([&] { apply(entry); }).what());
  };
  EXPECT_THAT(refused(entry("kernel = \"linus\"\n")),
              HasSubstr("known.toml:5: kernel: expected one of linux, not \"linus\""));
  EXPECT_THAT(refused(entry("machine = \"vax\"\n")), HasSubstr("known.toml:5: machine: expected"));
  EXPECT_THAT(refused("[[known]]\ncase = \"two\"\nrule = \"recorded\"\nreason = \"x\"\n"),
              HasSubstr("known.toml:2: case: expected"));
  EXPECT_THAT(refused("[[known]]\ncase = \"one\"\nrule = \"recodred\"\nreason = \"x\"\n"),
              HasSubstr("known.toml:3: rule: expected a rule, or panic, oops or hang, not \"rec"));
  kernels.clear();
  EXPECT_THAT(apply(entry("kernel = \"linus\"\n")), IsEmpty());
}

TEST_F(KnownTest, RefusesDaysThatNoCalendarHas) {
  for (const char *day : {"2027-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026-12-01 "})
    EXPECT_THAT(error_of([&] { apply(entry(fmt::format("until = \"{}\"\n", day))); }).what(),
                HasSubstr("known.toml:5: until: expected a date"));
  EXPECT_THAT(apply(entry("until = \"2028-02-29\"\n")), IsEmpty());
}

TEST(DateOfToday, IsADate) { EXPECT_EQ(date_of_today().size(), 10u); }

} // namespace
} // namespace rmemcheck::test
