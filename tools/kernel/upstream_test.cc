// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/upstream.h"

#include "base/file.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char *two_commits = R"([[commit]]
id = "0123456789ab"
subject = "mm: Break it"
since = "6.13"
changes = ["scan", "mm/mm.c"]
file = "mm/mm.c"
present = '\bscan_late\(\);'

[[commit]]
id = "ba9876543210"
subject = "mm: Repair it"
since = "6.14"
cve = "CVE-2026-1"
repairs = ["0123456789ab"]
changes = ["arch/arm/mm.c:scan"]
file = "mm/mm.c"
present = 'bound'
absent = 'old_bound'
)";

class Upstream : public FolderTest {
protected:
  Upstream() {
    write("upstream.toml", two_commits);
    write("linux/Makefile", "");
  }
  /// What is found in a tree whose mm/mm.c is as given.
  [[nodiscard]] std::vector<FoundCommit> found(const std::string &source) const {
    write("linux/mm/mm.c", source);
    return look_for(read_upstream(folder), folder / "linux");
  }
  /// The message for a table that must be refused, without the folder before its name.
  [[nodiscard]] std::string refusal(const std::string &text) const {
    write("upstream.toml", text);
    const Error error = error_of([&] { read_upstream(folder); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), StartsWith(folder.string() + "/"));
    return std::string(error.what()).substr(folder.string().size() + 1);
  }
};

std::vector<std::string> ids_of(const std::vector<UpstreamCommit> &commits) {
  std::vector<std::string> ids(commits.size());
  std::ranges::transform(commits, ids.begin(), &UpstreamCommit::id);
  return ids;
}

TEST_F(Upstream, HasItsCommitsInOrder) {
  const std::vector<UpstreamCommit> commits = read_upstream(folder);
  EXPECT_THAT(ids_of(commits), ElementsAre("0123456789ab", "ba9876543210"));
  EXPECT_EQ(commits[1].subject, "mm: Repair it");
  EXPECT_EQ(commits[1].since, "6.14");
  EXPECT_EQ(commits[1].cve, "CVE-2026-1");
  EXPECT_EQ(commits[0].cve, "");
  EXPECT_THAT(commits[0].changes, ElementsAre("scan", "mm/mm.c"));
}

TEST_F(Upstream, IsRefusedWithFileAndLine) {
  const std::string id = "[[commit]]\nid = '0123456789ab'\n";
  const std::string whole = id + "subject = 's'\nsince = '6.13'\nfile = 'f'\n";
  const std::pair<std::string, const char *> bad[] = {
      {"", "commit: expected at least one table"},
      {"[[commit]]\nid = '0123'\n", "upstream.toml:2: id: expected twelve hexadecimal digits"},
      {"[[commit]]\nid = '0123456789AB'\n", "upstream.toml:2: id: expected twelve hexadecimal"},
      {"[[commit]]\nsince = '6.1'\n", "upstream.toml:1: id: expected twelve hexadecimal digits"},
      {id, "upstream.toml:1: subject: expected the commit's subject"},
      {id + "subject = 's'\nsince = 'v6.13'\n",
       "upstream.toml:4: since: expected a kernel version"},
      {id + "subject = 's'\nsince = '6.13'\n", "upstream.toml:1: file: expected a file"},
      {whole, "upstream.toml:1: present: expected a regular expression"},
      {whole + "present = '('\n", "upstream.toml:6: present: expected a regular expression: "},
      {whole + "absent = '['\n", "upstream.toml:6: absent: expected a regular expression: "},
      {whole + "cve = '2026-1'\n", "upstream.toml:6: cve: expected a name such as"},
      {whole + "repairs = ['ba9876543210']\n", "upstream.toml:6: repairs: expected ids of commits"},
      {whole + "changes = 'scan'\n", "upstream.toml:6: changes: expected a list of strings"},
      {whole + "present = 'x'\nfix = ''\n", "upstream.toml:7: fix: expected one of absent, "},
      {std::string(two_commits) + id, "upstream.toml:20: id: expected a commit that is not in"},
  };
  for (const auto &[text, wanted] : bad)
    EXPECT_THAT(refusal(text), HasSubstr(wanted)) << text;
}

TEST_F(Upstream, OfTheKitCanBeRead) {
  const auto commits = read_upstream(kit_folder() / "patches");
  EXPECT_THAT(ids_of(commits), ::testing::IsSupersetOf({"8a6e02d0c00e", "db3dbdfea1b8"}));
  for (const UpstreamCommit &commit : commits)
    EXPECT_THAT(commit.changes, Not(IsEmpty())) << commit.id;
}

TEST_F(Upstream, IsThereWhereTheSourceProvesIt) {
  const auto both = found("f() { scan_late(); }\nint bound;\n");
  EXPECT_TRUE(both[0].is_there);
  EXPECT_TRUE(both[1].is_there);
  const auto first = found("scan_late();\nint old_bound;\n");
  EXPECT_TRUE(first[0].is_there);
  EXPECT_FALSE(first[1].is_there);
  EXPECT_TRUE(first[1].is_needed);
}

TEST_F(Upstream, IsNotNeededWhereNothingIsToBeRepaired) {
  const auto neither = found("scan();\n");
  EXPECT_FALSE(neither[0].is_there);
  EXPECT_TRUE(neither[0].is_needed);
  EXPECT_FALSE(neither[1].is_there);
  EXPECT_FALSE(neither[1].is_needed);
}

TEST_F(Upstream, IsNotThereWhereTheFileIsNot) {
  const auto none = look_for(read_upstream(folder), folder / "linux");
  EXPECT_FALSE(none[0].is_there);
  EXPECT_FALSE(none[1].is_there);
}

TEST_F(Upstream, IsFoundByWhatItChanged) {
  const auto both = found("scan_late();\nint bound;\n");
  EXPECT_THAT(ids_of(changed("mm/mm.c:scan", both)), ElementsAre("0123456789ab"));
  EXPECT_THAT(ids_of(changed("arch/arm/mm.c:scan", both)),
              ElementsAre("0123456789ab", "ba9876543210"));
  EXPECT_THAT(ids_of(changed("mm/mm.c", both)), ElementsAre("0123456789ab"));
  EXPECT_THAT(changed("mm/mm.c:other", both), IsEmpty());
  EXPECT_THAT(changed("mm/mm.c:scan", found("")), IsEmpty()) << "the tree does not have it";
}

TEST_F(Upstream, IsPrintedWithReleaseAndCve) {
  EXPECT_EQ(
      upstream_text(found("scan_late();\n")),
      "  there                  0123456789ab  v6.13  mm: Break it\n"
      "  not there              ba9876543210  v6.14  mm: Repair it (CVE-2026-1)\n"
      "1 there, 1 not there, 0 of them not needed: the tree does not have what they repair\n");
  EXPECT_THAT(upstream_text(found("")),
              HasSubstr("  not there, not needed  ba9876543210  v6.14  mm: Repair it"));
}

} // namespace
} // namespace rmemcheck::test
