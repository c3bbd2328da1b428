// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/changes.h"

#include "base/test_folder.h"
#include "report/test_results.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char *place = "0000000050000000..0x000000005000ffff";

class ChangesTest : public FolderTest {
protected:
  /// A run of one kernel with one case, and its log.
  [[nodiscard]] KeptRun run(const std::string &name, const std::string &kernel, Outcome outcome,
                            const std::string &base) const {
    KeptRun run;
    run.folder = folder / name;
    run.results = results_of({case_result(kernel, "one", outcome)});
    run.results.machine = "arm64";
    write(name + "/runs/" + kernel + "/one/evidence/dmesg",
          "[    0.000000] OF: reserved mem: 0x" + base +
              " (64 KiB) nomap "
              "non-reusable a\n[    0.000000] other\n");
    return run;
  }
};

TEST_F(ChangesTest, OfTheSameAreNone) {
  const Changes changes =
      changes_between({run("a", "x", Outcome::pass, place)}, {run("b", "x", Outcome::pass, place)});
  EXPECT_EQ(changes_text(changes), "nothing has changed\n");
  EXPECT_EQ(conclusion(changes), Outcome::pass);
}

TEST_F(ChangesTest, AreFailuresAndRepairs) {
  const KeptRun good = run("a", "linux@1", Outcome::pass, place);
  const KeptRun bad = run("b", "linux@2", Outcome::fail, place);
  const Changes worse = changes_between({good}, {bad});
  EXPECT_THAT(changes_text(worse),
              HasSubstr("new failures (1):\n  arm64 linux@2 one: recorded: region0: expected"));
  EXPECT_THAT(worse.repaired, IsEmpty());
  EXPECT_EQ(conclusion(worse), Outcome::fail);
  const Changes better = changes_between({bad}, {good});
  EXPECT_THAT(better.new_failures, IsEmpty());
  EXPECT_THAT(changes_text(better), HasSubstr("repaired (1):\n  arm64 linux@1 one: recorded\n"));
  EXPECT_EQ(conclusion(better), Outcome::pass);
}

TEST_F(ChangesTest, AreFailuresThatNoKnownFaultExplainsAnyMore) {
  const KeptRun bad = run("a", "x", Outcome::fail, place);
  KeptRun known = run("b", "x", Outcome::fail, place);
  known.results.cases[0].verdict.outcome = Outcome::known;
  for (Finding &finding : known.results.cases[0].verdict.rules[0].findings)
    finding.known = "array-of-64";
  EXPECT_EQ(changes_between({known}, {bad}).new_failures.size(), 1u);
  EXPECT_THAT(changes_between({bad}, {known}).new_failures, IsEmpty());
  EXPECT_THAT(changes_between({known}, {known}).new_failures, IsEmpty());
}

TEST_F(ChangesTest, AreMovedRegionsAndLinesOfTheLog) {
  const Changes changes =
      changes_between({run("a", "x", Outcome::pass, place)},
                      {run("b", "x", Outcome::pass, "0000000050010000..0x000000005001ffff")});
  EXPECT_THAT(changes_text(changes),
              HasSubstr("x one: a: 0x0000000050000000..0x000000005000ffff -> "
                        "0x0000000050010000.."));
  EXPECT_THAT(changes.no_evidence, IsEmpty());
  EXPECT_THAT(
      changes.log,
      ElementsAre(Field(&Change::text, HasSubstr("-OF: reserved mem: 0x0000000050000000")),
                  Field(&Change::text, HasSubstr("+OF: reserved mem: 0x0000000050010000"))));
}

/// A boot that one of the two has not found out about, and what is said of it.
struct Undecided {
  Outcome before;
  Outcome after;
  const char *text;
};

TEST_F(ChangesTest, OfAnUndecidedBootAreNotKnown) {
  const Undecided all[] = {
      {Outcome::pass, Outcome::inconclusive, "is inconclusive: why"},
      {Outcome::inconclusive, Outcome::pass, "was inconclusive: why"},
      {Outcome::inconclusive, Outcome::inconclusive, "was and is inconclusive: why"},
      {Outcome::pass, Outcome::skip, "is skipped: why"},
      {Outcome::skip, Outcome::inconclusive, "was skipped: why; is inconclusive: why"}};
  for (const auto &[before, after, text] : all) {
    KeptRun one = run("a", "x", before, place);
    KeptRun other = run("b", "x", after, place);
    for (KeptRun *each : {&one, &other})
      each->results.cases[0].verdict.reason = "why";
    const Changes changes = changes_between({one}, {other});
    EXPECT_THAT(changes.not_compared, ElementsAre(Field(&Change::text, text)));
    EXPECT_EQ(conclusion(changes), Outcome::inconclusive) << text;
    EXPECT_THAT(changes_text(changes), Not(HasSubstr("nothing has changed"))) << text;
  }
  const Changes worse = changes_between({run("a", "x", Outcome::inconclusive, place)},
                                        {run("b", "x", Outcome::fail, place)});
  EXPECT_EQ(worse.not_compared.size(), 1u);
  EXPECT_EQ(conclusion(worse), Outcome::fail);
}

TEST_F(ChangesTest, AreRulesThatAreNotDecidedAnyMore) {
  const KeptRun good = run("a", "x", Outcome::pass, place);
  KeptRun lost = run("b", "x", Outcome::pass, place);
  for (const Outcome outcome : {Outcome::inconclusive, Outcome::skip}) {
    lost.results.cases[0].verdict.rules = {rule("recorded", outcome, "no probe")};
    EXPECT_THAT(changes_text(changes_between({good}, {lost})),
                HasSubstr("arm64 x one: recorded: is " + to_string(outcome) + ": no probe\n"));
    EXPECT_THAT(changes_between({lost}, {good}).not_compared, IsEmpty());
  }
  lost.results.cases[0].verdict.rules.clear();
  EXPECT_THAT(changes_text(changes_between({good}, {lost})),
              HasSubstr("arm64 x one: recorded: is not judged any more"));
}

TEST_F(ChangesTest, OfWhatOneRunLacksAreNotKnown) {
  const KeptRun good = run("a", "x", Outcome::pass, place);
  KeptRun lost = run("b", "x", Outcome::pass, place);
  lost.results.is_complete = false;
  EXPECT_THAT(changes_text(changes_between({good}, {lost})),
              HasSubstr("arm64: the new run was stopped before its end"));
  lost.results.cases.clear();
  EXPECT_THAT(changes_text(changes_between({good}, {lost})),
              HasSubstr("arm64 x one: is not booted any more"));
  lost.results.kernels[0].trouble = "does not build";
  EXPECT_THAT(changes_text(changes_between({lost}, {good})),
              HasSubstr("arm64 x: the old run had no kernel: does not build"));
  lost.results.machine = "arm";
  const Changes none = changes_between({good}, {lost});
  EXPECT_THAT(changes_text(none), HasSubstr("no boot could be compared"));
  EXPECT_EQ(conclusion(none), Outcome::inconclusive);
  EXPECT_EQ(conclusion(changes_between({}, {})), Outcome::inconclusive);
}

TEST_F(ChangesTest, AreOfTheOnlyKernelsOrOfThoseOfOneName) {
  KeptRun one = run("a", "v6.9", Outcome::pass, place);
  KeptRun other = run("b", "v7.3", Outcome::pass, place);
  const Changes paired = changes_between({one}, {other});
  EXPECT_EQ(paired.compared, 1u);
  EXPECT_EQ(changes_text(paired),
            "kernels of two names (1):\n"
            "  arm64 v7.3: is compared with v6.9, the only kernel of the old run\n"
            "nothing has changed\n");
  other.results.kernels.push_back(other.results.kernels[0]);
  other.results.kernels[1].name = "v7.4";
  const Changes none = changes_between({one}, {other});
  EXPECT_EQ(none.compared, 0u);
  EXPECT_THAT(changes_text(none), HasSubstr("arm64 v7.3: the kernel is in the new run alone\n"));
}

TEST_F(ChangesTest, RefuseTwoRunsOfOneKernel) {
  const KeptRun one = run("a", "x", Outcome::pass, place);
  EXPECT_EQ(error_of([&] {
              (void)changes_between({one, one}, {one});
            }).status(),
            ExitStatus::bad_input);
}

TEST_F(ChangesTest, SayWhoseEvidenceIsMissing) {
  const KeptRun one = run("a", "x", Outcome::pass, place);
  const KeptRun other = run("b", "x", Outcome::pass, place);
  std::filesystem::remove_all(folder / "b/runs");
  const Changes changes = changes_between({one}, {other});
  EXPECT_EQ(changes_text(changes),
            "boots of which only the verdict is compared (1):\n"
            "  regions and log: the new run does not have evidence/dmesg: arm64 x one\n"
            "1 boot compared: no verdict has changed\n");
}

TEST_F(ChangesTest, OfRegionsNeedTheSameWitnessInBoth) {
  const KeptRun one = run("a", "x", Outcome::pass, place);
  const KeptRun other = run("b", "x", Outcome::pass, place);
  write("b/runs/x/one/evidence/dmesg", "[    0.000000] Linux version 6.1.0 (x)\n");
  const Changes changes = changes_between({one}, {other});
  EXPECT_THAT(changes.moved, IsEmpty());
  EXPECT_THAT(changes.no_evidence, ElementsAre(Field(&Change::text, HasSubstr("regions: "))));
}

TEST_F(ChangesTest, ObeyNoTerminal) {
  const KeptRun one = run("a", "x", Outcome::pass, place);
  KeptRun other = run("b", "x", Outcome::fail, place);
  other.results.cases[0].verdict.rules[0].findings[0].seen = "\033[2J";
  EXPECT_THAT(changes_text(changes_between({one}, {other})), HasSubstr("seen \\x1b[2J"));
}

TEST_F(ChangesTest, AreJson) {
  const std::string text = changes_json(changes_between({run("a", "x", Outcome::pass, place)},
                                                        {run("b", "x", Outcome::fail, place)}));
  for (const char *part : {"\"format\": \"rmemcheck-changes 1\"", "\"outcome\": \"fail\"",
                           "\"compared\": 1", "\"rule\": \"recorded\"", "\"before\": \"pass\"",
                           "\"after\": \"fail\"", "\"not_compared\": []"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(LineDifference, KeepsTheOrder) {
  EXPECT_THAT(line_difference({"a", "b", "c"}, {"a", "x", "c", "d"}),
              ElementsAre("-b", "+x", "+d"));
  EXPECT_THAT(line_difference({}, {}), IsEmpty());
}

} // namespace
} // namespace rmemcheck::test
