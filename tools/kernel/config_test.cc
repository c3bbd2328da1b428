// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/config.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class WantedConfig : public FolderTest {
protected:
  [[nodiscard]] std::vector<ConfigLine>
  wanted(const std::string &fragment, const std::vector<std::string> &config = {},
         const std::vector<std::string> &optional = {}) const {
    write("Kconfig.fragment", fragment);
    Machine machine;
    machine.name = "arm64";
    machine.config = config;
    machine.optional_config = optional;
    return wanted_config(folder / "Kconfig.fragment", machine);
  }
  /// Checks what is wanted against a kernel's .config.
  void check(const std::string &fragment, const std::string &config) const {
    write(".config", config);
    check_config(wanted(fragment), folder / ".config");
  }
  [[nodiscard]] static std::string refusal(const std::function<void()> &action) {
    const Error error = error_of(action);
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    return error.what();
  }
};

TEST_F(WantedConfig, TakesLinesAndLeavesCommentsOut) {
  const std::string text = "# what is judged\nCONFIG_OF=y\n\n# CONFIG_PCI is not set\n#\n"
                           "# CONFIG_OF is what we need\nCONFIG_NAME=\"a b\"";
  EXPECT_EQ(config_text(wanted(text)),
            "CONFIG_OF=y\n# CONFIG_PCI is not set\nCONFIG_NAME=\"a b\"\n");
}

TEST_F(WantedConfig, SaysWhereEachLineStands) {
  const auto lines = wanted("# a comment\nCONFIG_OF=y\n", {"CONFIG_EFI=y"});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "CONFIG_OF=y");
  EXPECT_EQ(lines[0].at, (folder / "Kconfig.fragment").string() + ":2");
  EXPECT_EQ(lines[1].text, "CONFIG_EFI=y");
  EXPECT_EQ(lines[1].at, "machine arm64");
}

TEST_F(WantedConfig, RefusesAMalformedLineWithFileAndLine) {
  for (const char *line : {"OF=y", "CONFIG_OF", "CONFIG_OF=", "CONFIG OF=y", " CONFIG_OF=y"})
    EXPECT_EQ(refusal([&] { (void)wanted(std::string("CONFIG_A=y\n\n") + line + "\n"); }),
              (folder / "Kconfig.fragment").string() + ":3: " + line +
                  ": expected CONFIG_NAME=value");
}

TEST_F(WantedConfig, TakesTheMachinesLineInsteadOfTheFragments) {
  EXPECT_EQ(config_text(wanted("CONFIG_A=y\nCONFIG_AB=y\n# CONFIG_B is not set\n",
                               {"# CONFIG_A is not set", "CONFIG_B=y"})),
            "CONFIG_AB=y\n# CONFIG_A is not set\nCONFIG_B=y\n");
}

TEST_F(WantedConfig, RefusesAMalformedLineOfTheMachine) {
  EXPECT_THAT(refusal([&] { (void)wanted("", {"EFI"}); }), StartsWith("machine arm64: EFI: "));
}

TEST_F(WantedConfig, NamesAMissingFragment) {
  EXPECT_THAT(refusal([&] { wanted_config(folder / "none", {}); }),
              HasSubstr((folder / "none").string()));
}

TEST_F(WantedConfig, OfTheKitIsTaken) {
  const Machine arm64 = read_machine(kit_folder() / "machines/arm64.toml");
  const std::string text = config_text(wanted_config(kit_folder() / "Kconfig.fragment", arm64));
  EXPECT_THAT(text, AllOf(HasSubstr("CONFIG_OF=y\n"), HasSubstr("CONFIG_ARM_AMBA=y\n")));
}

using CheckConfig = WantedConfig;

TEST_F(CheckConfig, AcceptsWhatTheKernelTook) {
  EXPECT_NO_THROW(check("CONFIG_OF=y\n# CONFIG_PCI is not set\n",
                        "#\n# Linux\n#\nCONFIG_OF=y\n# CONFIG_PCI is not set\nCONFIG_X=1\n"));
}

TEST_F(CheckConfig, NamesALineThatDidNotTake) {
  const std::string fragment = "CONFIG_OF=y\nCONFIG_CMA=y\n";
  const std::string where = (folder / "Kconfig.fragment").string() + ":2: CONFIG_CMA=y: ";
  for (const char *config : {"CONFIG_OF=y\n", "CONFIG_OF=y\n# CONFIG_CMA is not set\n",
                             "CONFIG_OF=y\nCONFIG_CMA=m\n", "CONFIG_OF=y\nCONFIG_CMA=yes\n"})
    EXPECT_THAT(refusal([&] { check(fragment, config); }), StartsWith(where)) << config;
}

TEST_F(CheckConfig, TakesAnOptionalLineOrLeavesIt) {
  const auto lines = wanted("CONFIG_OF=y\n", {"CONFIG_A=y"}, {"CONFIG_A=m", "CONFIG_TEST=y"});
  EXPECT_EQ(config_text(lines), "CONFIG_OF=y\nCONFIG_A=m\nCONFIG_TEST=y\n");
  for (const char *config : {"CONFIG_OF=y\n", "CONFIG_OF=y\nCONFIG_A=m\nCONFIG_TEST=y\n"}) {
    write(".config", config);
    EXPECT_NO_THROW(check_config(lines, folder / ".config")) << config;
  }
}

TEST_F(CheckConfig, NotSetHoldsWhereTheOptionIsAbsent) {
  EXPECT_NO_THROW(check("# CONFIG_PCI is not set\n", "CONFIG_OF=y\n"));
  EXPECT_NO_THROW(check("# CONFIG_PCI is not set\n", "CONFIG_PCI_MSI=y\n"));
  EXPECT_NO_THROW(check("# CONFIG_PCI is not set\n", ""));
}

TEST_F(CheckConfig, NotSetDoesNotHoldWhereTheOptionIsSet) {
  for (const char *value : {"y", "m", "7"})
    EXPECT_THAT(refusal([&] {
                  check("# CONFIG_PCI is not set\n", std::string("CONFIG_PCI=") + value + "\n");
                }),
                HasSubstr(":1: # CONFIG_PCI is not set: "));
}

TEST(DefaultCmaArea, IsWhatTheConfigurationSays) {
  EXPECT_EQ(default_cma_area(
                {"CONFIG_DMA_CMA=y", "CONFIG_CMA_SIZE_MBYTES=16", "CONFIG_CMA_SIZE_SEL_MBYTES=y"}),
            0x1000000u);
  EXPECT_EQ(default_cma_area({"CONFIG_CMA_SIZE_MBYTES=16", "CONFIG_CMA_SIZE_SEL_MBYTES=y"}), 0u);
  EXPECT_EQ(default_cma_area({"CONFIG_DMA_CMA=y", "CONFIG_CMA_SIZE_MBYTES=16",
                              "CONFIG_CMA_SIZE_SEL_PERCENTAGE=y"}),
            0u);
  EXPECT_EQ(default_cma_area({}), 0u);
}

TEST(Config, TellsTheLargestOrder) {
  EXPECT_EQ(forced_max_order({"CONFIG_ARM=y", "CONFIG_ARCH_FORCE_MAX_ORDER=12"}), 12u);
  EXPECT_EQ(forced_max_order({"# CONFIG_ARCH_FORCE_MAX_ORDER is not set"}), 0u);
}

} // namespace
} // namespace rmemcheck::test
