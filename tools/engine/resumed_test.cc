// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/resumed.h"

#include "base/test_folder.h"
#include "report/json.h"
#include "report/test_results.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

class ResumedTest : public FolderTest {
protected:
  ResumedTest() {
    earlier.machine = "arm64";
    earlier.kernels.emplace_back();
    earlier.kernels[0].name = "linux";
    earlier.kernels[0].spec = "../linux";
    std::filesystem::create_directories(folder / "runs/linux/one");
  }
  std::string refused() {
    write("results.json", results_json(earlier));
    const Error error = error_of([&] { check_resumed(folder, asked); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr(folder.string()));
    return error.what();
  }
  RunResults earlier;
  AskedFor asked{"arm64", {{"linux", Role::must_pass, "../linux", {"one", "static-65"}}}};
};

TEST_F(ResumedTest, TakesTheSameAndMore) {
  check_resumed(folder, asked);
  write("results.json", results_json(earlier));
  check_resumed(folder, asked);
  asked.kernels.push_back({"other", Role::told, "../other", {"one"}});
  check_resumed(folder, asked);
  check_resumed(folder / "none", asked);
}

TEST_F(ResumedTest, NamesWhatDiffers) {
  asked.machine = "arm";
  EXPECT_THAT(refused(), HasSubstr("is of the machine arm64, and asked for now is arm"));
  asked.machine = "arm64";
  asked.kernels[0].spec = "../other/linux";
  EXPECT_THAT(refused(), HasSubstr("linux of the kernel ../linux, and asked for now is ../other"));
  asked.kernels[0] = {"linux", Role::baseline, "../linux", {"one"}};
  EXPECT_THAT(refused(), HasSubstr("role pass, and asked for now is baseline"));
  asked.kernels[0] = {"linux", Role::must_pass, "../linux", {"static-65"}};
  EXPECT_THAT(refused(), HasSubstr("a boot of linux with the case one"));
  asked.kernels[0].name = "new";
  EXPECT_THAT(refused(), HasSubstr("the kernel linux (../linux), which is not asked for now"));
}

TEST_F(ResumedTest, NamesBootsThatNoResultsList) {
  asked.kernels[0] = {"new", Role::must_pass, "../linux", {"one"}};
  earlier.kernels.clear();
  EXPECT_THAT(refused(), HasSubstr("boots of the kernel linux"));
}

TEST_F(ResumedTest, RefusesTreesByChance) {
  earlier.random = RandomSummary();
  EXPECT_THAT(refused(), HasSubstr("trees by chance"));
}

} // namespace
} // namespace rmemcheck::test
