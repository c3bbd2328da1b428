// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/boot_facts.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char *ignoring = "[    0.000000] OF: fdt: Ignoring memory range "
                                 "0x80000000 - 0x80200000\n";
constexpr const char *iomem = "80200000-bfffffff : System RAM\n"
                              "  80202000-8061a75f : Kernel code\n"
                              "  80c00000-80cf9bff : Kernel data\n";

std::vector<PhysicalRange> ignored_memory(const RawEvidence &raw) {
  return facts_of({}, parse_evidence(raw), raw).ignored_memory;
}

TEST(BootFactsTest, MemoryInFrontOfTheKernelMayBeIgnored) {
  EXPECT_THAT(ignored_memory({{"dmesg", ignoring}, {"iomem", iomem}}),
              ElementsAre(PhysicalRange{0x80000000, 0x80200000}));
}

TEST(BootFactsTest, AKernelsWordForOtherMemoryIsNotTaken) {
  const char *const behind = "[    0.000000] OF: fdt: Ignoring memory range "
                             "0x80000000 - 0xc0000000\n";
  EXPECT_THAT(ignored_memory({{"dmesg", behind}, {"iomem", iomem}}), IsEmpty());
}

TEST(BootFactsTest, WhereTheKernelLiesMustBeKnown) {
  EXPECT_THAT(ignored_memory({{"dmesg", ignoring}}), IsEmpty());
}

TEST(BootFactsTest, OpenSbiSaysWhereTheTreeLies) {
  const RawEvidence raw = {{"fdt", std::string(0x800, 'x')}};
  const std::string console = "Domain0 Next Address      : 0x0000000080200000\n"
                              "Domain0 Next Arg1         : 0x00000000bfe00000\r\n";
  EXPECT_THAT(facts_of({}, {}, raw, console).taken,
              ElementsAre(PhysicalRange{0xbfe00000, 0xbfe00800}));
  EXPECT_THAT(facts_of({}, {}, {}, console).taken, IsEmpty());
}

TEST(BootFactsTest, UserModeLinuxPutsTheTreeAtTheEndOfRam) {
  EXPECT_EQ(tree_of_um({0, 0x40000000}, 0xf00), (PhysicalRange{0x3ffff100, 0x40000000}));
  EXPECT_EQ(tree_of_um({0, 0x40000000}, 2108), (PhysicalRange{0x3ffff7c0, 0x3ffffffc}));
}

TEST(BootFactsTest, UserModeLinuxReservesTheStartOfRam) {
  const auto kernel = [](const std::string &line) {
    KernelLog log;
    log.lines.push_back({"dmesg", 1, line});
    return kernel_of_um({0, 0x40000000}, log);
  };
  EXPECT_EQ(kernel("Memory: 1017364K/1048576K available (2718K kernel code, 4236K rwdata, 680K "
                   "rodata, 151K init, 1194K bss, 31212K reserved, 0K cma-reserved)"),
            (PhysicalRange{0, 0x1000000}));
  EXPECT_EQ(kernel("Memory: 1017364K/1048576K available ("), PhysicalRange{});
}

} // namespace
} // namespace rmemcheck::test
