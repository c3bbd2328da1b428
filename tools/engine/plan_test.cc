// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/plan.h"

#include "base/test_folder.h"
#include "engine/kernel_list.h"

#include <cstdlib>
#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A kit with a series of two patches, and a tree that it serves.
class PlanTest : public FolderTest {
protected:
  PlanTest() {
    write("cache/x", "");
    ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
    write("linux/Makefile", "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 9\nEXTRAVERSION =\n");
    write("linux/Kconfig", "");
    write("linux/drivers/of/of_reserved_mem.c", "");
    write("kit/patches/series.toml",
          "[[series]]\nfolder = \"v6.1\"\nfrom = \"6.1\"\nuntil = \"6.2\"\n");
    for (const char *name : {"0000-cover", "0001-of-one", "0002-of-two"})
      write(std::string("kit/patches/v6.1/") + name + ".patch", "");
    write("faults/no-array.patch", "");
    mutant("a", "arm64 one recorded", "");
    mutant("b", "arm one recorded", "With: no-array\n");
    mutant("c", "arm64 two recorded", "Series: v6.9\n");
  }
  void mutant(const std::string &name, const std::string &fails, const std::string &more) const {
    write("mutants/" + name + ".patch", "Mutant: " + name + "\nFails: " + fails + "\n" + more);
  }
  [[nodiscard]] std::string linux() const { return (folder / "linux").string(); }
  [[nodiscard]] Plan plan(const std::vector<std::string> &specs) const {
    std::vector<KernelRequest> requests;
    requests.reserve(specs.size());
    for (const std::string &spec : specs)
      requests.push_back({parse_spec(spec), "", {}, {}, {}, {}});
    return make_plan(requests, Kit{folder / "kit"}, [](const std::string &, double) {});
  }
  static std::vector<std::string> names(const Plan &plan) {
    std::vector<std::string> names;
    names.reserve(plan.kernels.size());
    for (const PlannedKernel &kernel : plan.kernels)
      names.push_back(kernel.name);
    return names;
  }
};

TEST_F(PlanTest, HoldsAKernelAgainstTheBaselineOfItsTree) {
  const Plan made = plan({"baseline=" + linux(), linux() + "+series"});
  EXPECT_THAT(names(made), ElementsAre("linux", "linux+series"));
  EXPECT_EQ(made.kernels[0].role, Role::baseline);
  EXPECT_THAT(made.kernels[0].patches, IsEmpty());
  EXPECT_FALSE(made.kernels[0].baseline);
  EXPECT_EQ(made.kernels[1].role, Role::must_pass);
  EXPECT_EQ(made.kernels[1].patches.size(), 2u);
  EXPECT_TRUE(made.kernels[1].has_series);
  EXPECT_EQ(made.kernels[1].baseline, 0u);
}

TEST_F(PlanTest, TakesEachPatchOfASeries) {
  const Plan made = plan({linux() + "+series/each"});
  EXPECT_THAT(names(made), ElementsAre("0001-of-one", "0002-of-two"));
  EXPECT_EQ(made.kernels[0].patches.size(), 1u);
  EXPECT_FALSE(made.kernels[0].has_series);
  EXPECT_TRUE(made.kernels[1].has_series);
}

TEST_F(PlanTest, GivesEachMutantAControl) {
  const Plan made = plan({"mutant=" + linux() + "+series+" + (folder / "mutants").string() + "/"});
  EXPECT_THAT(names(made), ElementsAre("linux+series", "linux+series+no-array", "a", "b"));
  EXPECT_THAT(made.unserved, ElementsAre(HasSubstr("c: not on linux+series, which has not")));
  const PlannedKernel &control = made.kernels[0];
  EXPECT_EQ(control.role, Role::told);
  EXPECT_THAT(control.cases, ElementsAre("one"));
  EXPECT_THAT(control.machines, ElementsAre("arm64"));
  EXPECT_THAT(control.cases_on.at("arm64"), ElementsAre("one"));
  EXPECT_EQ(made.kernels[2].control, 0u);
  EXPECT_EQ(made.kernels[2].patches.size(), 3u);
  EXPECT_EQ(made.kernels[3].control, 1u);
  EXPECT_EQ(made.kernels[3].patches.size(), 4u);
  EXPECT_THAT(made.kernels[3].machines, ElementsAre("arm"));
}

TEST_F(PlanTest, AMutantMayBeOnePatch) {
  const Plan made =
      plan({"mutant=" + linux() + "+series+" + (folder / "mutants/a.patch").string()});
  EXPECT_THAT(names(made), ElementsAre("linux+series", "a"));
  EXPECT_EQ(made.kernels[1].control, 0u);
}

TEST_F(PlanTest, AMutantMustBeBroken) {
  for (const std::string &spec : {"mutant=" + linux(), "mutant=" + linux() + "+series"}) {
    const Error error = error_of([&] { (void)plan({spec}); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("expected +FILE.patch or +FOLDER/"));
  }
}

TEST_F(PlanTest, NamesAreUnlikeEachOther) {
  EXPECT_THAT(names(plan({linux(), "told=" + linux()})), ElementsAre("linux", "linux-2"));
}

TEST_F(PlanTest, AFolderOfPatchesIsAKernelEach) {
  write("more/x.patch", "");
  write("more/y.patch", "");
  const Plan made = plan({linux() + "+" + (folder / "more").string() + "/"});
  EXPECT_THAT(names(made), ElementsAre("linux+x", "linux+y"));
  std::filesystem::create_directory(folder / "none");
  EXPECT_THAT(
      error_of([&] { (void)plan({linux() + "+" + (folder / "none").string() + "/"}); }).what(),
      HasSubstr("at least one .patch file"));
}

TEST_F(PlanTest, ReadsAList) {
  write("list.toml", "[[kernel]]\nspec = \"" + linux() +
                         "\"\nname = \"mine\"\nrole = \"told\"\ncases = [\"one\"]\n"
                         "machines = [\"arm\"]\nconfig = [\"CONFIG_KASAN=y\"]\n");
  const auto requests = read_kernel_list(folder / "list.toml");
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].name, "mine");
  EXPECT_EQ(requests[0].spec.role, Role::told);
  EXPECT_THAT(requests[0].cases, ElementsAre("one"));
  EXPECT_THAT(requests[0].machines, ElementsAre("arm"));
  EXPECT_THAT(requests[0].config, ElementsAre("CONFIG_KASAN=y"));
}

TEST_F(PlanTest, AListMayLeaveItsTreeToTheCommandLine) {
  write("list.toml", "[[kernel]]\nspec = \"baseline=\"\n"
                     "[[kernel]]\nspec = \"v6.9+series\"\narray = false\n");
  const auto requests = read_kernel_list(folder / "list.toml", linux() + "@v1");
  EXPECT_EQ(requests[0].spec.base, linux());
  EXPECT_EQ(requests[0].spec.revision, "v1");
  EXPECT_TRUE(requests[0].has_array);
  EXPECT_EQ(requests[1].spec.base, "v6.9");
  EXPECT_FALSE(requests[1].has_array);
}

TEST_F(PlanTest, RefusesAListWithFileAndLine) {
  for (const auto &[text, expected] :
       {std::pair{"", "expected at least one table"},
        std::pair{"[[kernel]]\nspec = \"/nonexistent\"\n", "list.toml:2"},
        std::pair{"[[kernel]]\nspec = \"\"\nrole = \"good\"\n", "\"told\""},
        std::pair{"[[kernel]]\nspec = \"\"\nname = \"a/b\"\n", "the name of a folder"},
        std::pair{"[[kernel]]\nspec = \"\"\nname = \"a\"\n[[kernel]]\nspec = \"\"\nname = \"a\"\n",
                  "list.toml:6: name: expected one that no kernel above has"},
        std::pair{"[[kernel]]\nspec = \"\"\ncases = [\"one\", \"two\"]\n",
                  "list.toml:3: cases: expected names of cases, not \"two\""},
        std::pair{"[[kernel]]\nspec = \"debian:sid\"\nconfig = [\"CONFIG_KASAN=y\"]\n",
                  "list.toml:3: config: expected none: this kernel has been built"}}) {
    write("list.toml", text);
    const Error error =
        error_of([&] { (void)read_kernel_list(folder / "list.toml", "", {"one"}); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr(expected));
  }
}

TEST(FolderName, KeepsWhatAFolderMayBeCalled) {
  EXPECT_EQ(folder_name("linux@v6.9+series"), "linux@v6.9+series");
  EXPECT_EQ(folder_name("a/b c"), "a-b-c");
  EXPECT_EQ(folder_name(""), "kernel");
  EXPECT_EQ(folder_name(".."), "kernel..");
}

} // namespace
} // namespace rmemcheck::test
