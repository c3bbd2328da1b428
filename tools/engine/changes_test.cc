// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/changes.h"

#include "base/test_folder.h"
#include "report/test_results.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  const KeptRun one = run("a", "x", Outcome::pass, "0000000050000000..0x000000005000ffff");
  const KeptRun other = run("b", "x", Outcome::pass, "0000000050000000..0x000000005000ffff");
  EXPECT_EQ(changes_text(changes_between({one}, {other})), "nothing has changed\n");
}

TEST_F(ChangesTest, AreFailuresAndRepairs) {
  const KeptRun good = run("a", "linux@1", Outcome::pass, "0000000050000000..0x000000005000ffff");
  const KeptRun bad = run("b", "linux@2", Outcome::fail, "0000000050000000..0x000000005000ffff");
  const Changes worse = changes_between({good}, {bad});
  EXPECT_THAT(worse.new_failures, ElementsAre(HasSubstr("arm64 linux@2 one: recorded: region0")));
  EXPECT_THAT(worse.repaired, IsEmpty());
  const Changes better = changes_between({bad}, {good});
  EXPECT_THAT(better.new_failures, IsEmpty());
  EXPECT_THAT(better.repaired, ElementsAre("arm64 linux@1 one: recorded"));
}

TEST_F(ChangesTest, AreMovedRegionsAndLinesOfTheLog) {
  const Changes changes =
      changes_between({run("a", "x", Outcome::pass, "0000000050000000..0x000000005000ffff")},
                      {run("b", "x", Outcome::pass, "0000000050010000..0x000000005001ffff")});
  EXPECT_THAT(changes.moved, ElementsAre(HasSubstr("a: 0x0000000050000000..0x000000005000ffff -> "
                                                   "0x0000000050010000..")));
  EXPECT_THAT(changes.notes, IsEmpty());
  ASSERT_EQ(changes.log.size(), 2u);
  EXPECT_THAT(changes.log[0], HasSubstr(": -OF: reserved mem: 0x0000000050000000"));
  EXPECT_THAT(changes.log[1], HasSubstr(": +OF: reserved mem: 0x0000000050010000"));
}

TEST_F(ChangesTest, AreWhatIsNotKnownAnyMore) {
  const KeptRun good = run("a", "x", Outcome::pass, "0000000050000000..0x000000005000ffff");
  KeptRun lost = run("b", "x", Outcome::pass, "0000000050000000..0x000000005000ffff");
  lost.results.cases[0].verdict.rules = {rule("recorded", Outcome::inconclusive, "no probe")};
  EXPECT_THAT(changes_between({good}, {lost}).unknown,
              ElementsAre("arm64 x one: recorded: no probe"));
  lost.results.cases.clear();
  EXPECT_THAT(changes_between({good}, {lost}).unknown,
              ElementsAre("arm64 x one: is not booted any more"));
}

TEST_F(ChangesTest, SayWhatCouldNotBeCompared) {
  const KeptRun one = run("a", "x", Outcome::pass, "0000000050000000..0x000000005000ffff");
  std::filesystem::remove_all(folder / "a/runs");
  EXPECT_THAT(changes_between({one}, {one}).notes, ElementsAre(HasSubstr("evidence is missing")));
}

TEST(LineDifference, KeepsTheOrder) {
  EXPECT_THAT(line_difference({"a", "b", "c"}, {"a", "x", "c", "d"}),
              ElementsAre("-b", "+x", "+d"));
  EXPECT_THAT(line_difference({}, {}), IsEmpty());
}

} // namespace
} // namespace rmemcheck::test
