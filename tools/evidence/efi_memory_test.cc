// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/efi_memory.h"

#include "base/error.h"
#include "evidence/dmesg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

using ::testing::HasSubstr;

constexpr const char *map =
    "[    0.000000] efi: Processing EFI memory map:\n"
    "[    0.000000] efi:   0x000048000000-0x00007af5ffff [Conventional|   |  |  |  |  |  |  |  |  "
    "|  |   |WB|  |  |  ]\n"
    "[    0.000000] efi:   0x00007c4c0000-0x00007c67ffff [Runtime Data|RUN|  |  |  |  |  |  |  |  "
    "|  |   |WB|  |  |  ]\n";

TEST(EfiMemory, IsWhatTheKernelPrints) {
  const auto memory = parse_efi_memory(parse_dmesg(std::string(map) + "[    0.000000] other\n"));
  ASSERT_EQ(memory.size(), 2u);
  EXPECT_EQ(memory[0].type, "Conventional");
  EXPECT_FALSE(memory[0].is_used);
  EXPECT_EQ(memory[1].type, "Runtime Data");
  EXPECT_TRUE(memory[1].is_used);
  EXPECT_EQ(memory[1].range, (PhysicalRange{0x7c4c0000, 0x7c680000}));
  EXPECT_EQ(memory[1].at.line, 3u);
}

TEST(EfiMemory, IsNothingWithoutUefi) {
  EXPECT_TRUE(parse_efi_memory(parse_dmesg("[    0.000000] efi: UEFI not found.\n")).empty());
}

TEST(EfiMemory, ThatIsDamagedIsNotPassedOver) {
  const std::string text = std::string(map) + "[    0.000000] efi:   0x00007c4c0000-0x0000\n";
  try {
    (void)parse_efi_memory(parse_dmesg(text));
    FAIL();
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("dmesg:4: expected"));
  }
}

} // namespace
} // namespace rmemcheck
