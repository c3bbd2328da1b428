// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/spec.h"

#include "base/test_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;
using Kind = KernelSpec::Kind;

class SpecTest : public FolderTest {
protected:
  [[nodiscard]] KernelSpec parse(const std::string &text) const {
    return parse_spec(folder.string() + '/' + text);
  }
  static std::string refusal(const std::string &text) {
    const Error error = error_of([&] { parse_spec(text); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input) << text;
    EXPECT_THAT(error.what(), HasSubstr(spec_help));
    return error.what();
  }
  [[nodiscard]] std::string at(const std::string &name) const { return (folder / name).string(); }
};

TEST_F(SpecTest, NothingIsDebiansTree) {
  const KernelSpec spec = parse_spec("");
  EXPECT_EQ(spec.kind, Kind::tree);
  EXPECT_EQ(spec.tree(), "");
  EXPECT_FALSE(spec.role);
  EXPECT_EQ(parse_spec("+series").additions.size(), 1u);
}

TEST_F(SpecTest, TreesRevisionsAndRanges) {
  write("linux/Makefile", "");
  EXPECT_EQ(parse("linux").tree(), at("linux"));
  const KernelSpec commit = parse("linux@v6.9-rc1");
  EXPECT_EQ(commit.base, at("linux"));
  EXPECT_EQ(commit.revision, "v6.9-rc1");
  EXPECT_EQ(commit.from, "");
  const KernelSpec range = parse("linux@v6.8..feature/x");
  EXPECT_EQ(range.from, "v6.8");
  EXPECT_EQ(range.revision, "feature/x");
  EXPECT_EQ(parse("linux@v6.8..").revision, "HEAD");
  EXPECT_EQ(parse_spec("v6.9").tree(), "v6.9");
}

TEST_F(SpecTest, AdditionsInTheirOrder) {
  write("linux/Makefile", "");
  write("a.patch", "");
  write("mutants/b.patch", "");
  const KernelSpec spec = parse("linux@v6.9+series+" + at("a.patch") + "+" + at("mutants/"));
  EXPECT_EQ(spec.revision, "v6.9");
  ASSERT_EQ(spec.additions.size(), 3u);
  EXPECT_EQ(spec.additions[0].kind, Addition::Kind::series);
  EXPECT_EQ(spec.additions[1].kind, Addition::Kind::patch);
  EXPECT_EQ(spec.additions[1].path, at("a.patch"));
  EXPECT_EQ(spec.additions[2].kind, Addition::Kind::folder);
  EXPECT_EQ(parse("linux+series/each").additions.at(0).kind, Addition::Kind::each_series);
}

TEST_F(SpecTest, APathMayHaveTheSignsOfTheGrammar) {
  write("linux-6.1+deb@12=x/Makefile", "");
  const KernelSpec spec = parse("linux-6.1+deb@12=x+series");
  EXPECT_EQ(spec.base, at("linux-6.1+deb@12=x"));
  EXPECT_EQ(spec.additions.size(), 1u);
  EXPECT_EQ(spec.revision, "");
}

TEST_F(SpecTest, SoMayAPatch) {
  write("linux/Makefile", "");
  write("b.patch", "");
  for (const char *name : {"a+b.patch", "a b.patch", "a@b..c.patch", "a=b.patch", "+a.patch",
                           "f+o@l d/a+b@c d.patch"}) {
    write(name, "");
    const KernelSpec spec = parse("linux@v6.8..v6.9+" + at("b.patch") + "+series+" + at(name));
    EXPECT_EQ(spec.base, at("linux"));
    ASSERT_EQ(spec.additions.size(), 3u) << name;
    EXPECT_EQ(spec.additions.back().path, at(name));
  }
  EXPECT_EQ(parse("linux+" + at("f+o@l d/")).additions.at(0).kind, Addition::Kind::folder);
}

TEST_F(SpecTest, RolesStandInFront) {
  write("linux/Makefile", "");
  EXPECT_EQ(parse_spec("baseline=" + at("linux")).role, Role::baseline);
  EXPECT_EQ(parse_spec("told=debian:sid").role, Role::told);
  EXPECT_EQ(parse_spec("mutant=").role, Role::mutant);
}

TEST_F(SpecTest, FilesAndPackages) {
  write("Image", "");
  write("linux-image.deb", "");
  write("linux-source-6.1.tar.xz", "");
  EXPECT_EQ(parse("Image").kind, Kind::image);
  EXPECT_EQ(parse("linux-image.deb").kind, Kind::package);
  EXPECT_EQ(parse("linux-source-6.1.tar.xz").kind, Kind::tree);
  const KernelSpec debian = parse_spec("debian:trixie-backports/linux-image-.*-arm64/arm64");
  EXPECT_EQ(debian.kind, Kind::debian);
  EXPECT_EQ(debian.base, "trixie-backports/linux-image-.*-arm64/arm64");
}

TEST_F(SpecTest, RefusesWhatNamesNothing) {
  write("linux/Makefile", "");
  write("Image", "");
  EXPECT_THAT(refusal("/nonexistent"), HasSubstr("/nonexistent: no such file or folder"));
  EXPECT_THAT(refusal("debian:"), HasSubstr("expected a suite"));
  EXPECT_THAT(refusal(at("linux") + "@"), HasSubstr("expected a commit behind"));
  EXPECT_THAT(refusal(at("linux") + "@..x"), HasSubstr("expected a commit in front"));
  EXPECT_THAT(refusal(at("linux") + "+/nonexistent.patch"), HasSubstr("no such file"));
  EXPECT_THAT(refusal(at("linux") + "+/nonexistent/"), HasSubstr("no such folder"));
  EXPECT_THAT(refusal(at("Image") + "+series"), HasSubstr("on top of a tree"));
  EXPECT_THAT(refusal(at("Image") + "@v6.9"), HasSubstr("expected a repository"));
}

} // namespace
} // namespace rmemcheck::test
