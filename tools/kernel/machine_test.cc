// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/machine.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char *root = R"(arch = "riscv"
image = "arch/riscv/boot/Image"
image-target = "Image"
)";
constexpr const char *qemu = R"([qemu]
program = "qemu-system-riscv64"
machine = "virt"
cpu = "rv64"
memory-mib = 512
memory-base = 0x80000000
serial-bus-device = "virtio-serial-device"
console = "console=ttyS0"
)";

class ReadMachine : public FolderTest {
protected:
  [[nodiscard]] Machine machine(const std::string &text) const {
    write("riscv.toml", text);
    return read_machine(folder / "riscv.toml");
  }
  /// The message for a text that must be refused, without the folder before the file's name.
  [[nodiscard]] std::string refusal(const std::string &text) const {
    const Error error = error_of([&] { (void)machine(text); });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), StartsWith(folder.string() + "/"));
    return std::string(error.what()).substr(folder.string().size() + 1);
  }
};

/// A text without the line that sets a key.
std::string without(std::string text, const std::string &key) {
  const std::size_t at = text.find(key + " = ");
  return text.erase(at, text.find('\n', at) + 1 - at);
}

TEST_F(ReadMachine, TakesTheKitsArm64) {
  const Machine arm64 = read_machine(kit_folder() / "machines/arm64.toml");
  EXPECT_EQ(arm64.name, "arm64");
  EXPECT_EQ(arm64.arch, "arm64");
  EXPECT_EQ(arm64.compiler_prefix, "aarch64-linux-gnu-");
  EXPECT_EQ(arm64.image, "arch/arm64/boot/Image");
  EXPECT_EQ(arm64.image_target, "Image");
  EXPECT_THAT(arm64.packages, Contains("gcc-aarch64-linux-gnu"));
  EXPECT_THAT(arm64.config, Contains("CONFIG_SERIAL_AMBA_PL011_CONSOLE=y"));
  EXPECT_EQ(arm64.board.program, "qemu-system-aarch64");
  EXPECT_EQ(arm64.board.machine, "virt");
  EXPECT_EQ(arm64.board.memory_base, 0x40000000U);
  EXPECT_THAT(arm64.board.console, StartsWith("console=ttyAMA0"));
}

TEST_F(ReadMachine, TakesEveryKey) {
  const Machine riscv = machine(std::string(root) +
                                "compiler-prefix = 'riscv64-linux-gnu-'\npackages = ['a', 'b']\n"
                                "config = ['CONFIG_A=y']\n"
                                "optional-config = ['CONFIG_B=y']\n"
                                "memblock-memory-regions = 128\n"
                                "firmware-regions = 1\n"
                                "maps-around-holes = false\n"
                                "memblock-reserved-regions = 129\n" +
                                qemu);
  EXPECT_EQ(riscv.name, "riscv");
  EXPECT_EQ(riscv.compiler_prefix, "riscv64-linux-gnu-");
  EXPECT_THAT(riscv.packages, ElementsAre("a", "b"));
  EXPECT_THAT(riscv.config, ElementsAre("CONFIG_A=y"));
  EXPECT_THAT(riscv.optional_config, ElementsAre("CONFIG_B=y"));
  EXPECT_EQ(riscv.memblock_memory_regions, 128U);
  EXPECT_EQ(riscv.firmware_regions, 1U);
  EXPECT_FALSE(riscv.maps_around_holes);
  EXPECT_EQ(riscv.memblock_reserved_regions, 129U);
  EXPECT_EQ(riscv.board.cpu, "rv64");
  EXPECT_EQ(riscv.board.memory_mib, 512U);
  EXPECT_EQ(riscv.board.memory_base, 0x80000000U);
  EXPECT_EQ(riscv.board.initrd_address, 0U);
  EXPECT_FALSE(riscv.board.dumps_tree_with_kernel);
  EXPECT_EQ(riscv.board.serial_bus_device, "virtio-serial-device");
  EXPECT_EQ(riscv.board.console, "console=ttyS0");
}

TEST_F(ReadMachine, NeedsNoPrefixPackagesOrConfig) {
  const Machine riscv = machine(std::string(root) + qemu);
  EXPECT_EQ(riscv.compiler_prefix, "");
  EXPECT_THAT(riscv.packages, IsEmpty());
  EXPECT_THAT(riscv.config, IsEmpty());
  EXPECT_TRUE(riscv.maps_around_holes);
}

TEST_F(ReadMachine, BootsOnlyWithQemu) {
  EXPECT_TRUE(machine(std::string(root) + qemu).boots);
  EXPECT_FALSE(machine(root).boots);
}

TEST_F(ReadMachine, HasADeviceTreeAndAMemoryBaseOrNeither) {
  EXPECT_TRUE(machine(std::string(root) + qemu).board.has_device_tree);
  const std::string none = root + without(qemu, "memory-base") + "device-tree = false\n";
  EXPECT_FALSE(machine(none).board.has_device_tree);
  EXPECT_THAT(refusal(none + "memory-base = 0\n"), HasSubstr("riscv.toml:12: memory-base: "));
}

TEST_F(ReadMachine, MayBeAProgramOfThisMachine) {
  const std::string none = "user-space = false\n" + std::string(root);
  const std::string native = "[native]\nmemory-mib = 256\nconsole = 'con=null'\n";
  const Machine um = machine(none + native);
  EXPECT_TRUE(um.boots);
  EXPECT_TRUE(um.board.is_native);
  EXPECT_TRUE(um.board.has_device_tree);
  EXPECT_EQ(um.board.memory_mib, 256U);
  EXPECT_EQ(um.board.memory_base, 0U);
  EXPECT_EQ(um.board.console, "con=null");
  EXPECT_FALSE(machine(std::string(root) + qemu).board.is_native);
  EXPECT_THAT(refusal(root + native), HasSubstr("riscv.toml:4: native: expected neither"));
  EXPECT_THAT(refusal(none + qemu + native), HasSubstr("native: expected neither"));
  EXPECT_THAT(refusal(none + "[native]\nconsole = 'a'\n"), HasSubstr("memory-mib: expected MiB"));
}

TEST_F(ReadMachine, NamesCasesThatItCannotServe) {
  EXPECT_THAT(machine(root + std::string("[lacks]\npool = 'DMA'\n") + qemu).lacks,
              ElementsAre(testing::Pair("pool", "DMA")));
  EXPECT_THAT(machine(std::string(root) + qemu).lacks, IsEmpty());
  for (const char *bad : {"[lacks]\npool = ''\n", "[lacks]\npool = 1\n"})
    EXPECT_THAT(refusal(root + std::string(bad)), HasSubstr("riscv.toml:5: lacks: expected pool"));
  EXPECT_THAT(refusal("lacks = 1\n" + std::string(root)), HasSubstr("riscv.toml:1: lacks: "));
}

TEST_F(ReadMachine, OfTheKitLackWhatCasesOfTheKitNeed) {
  for (const auto &entry : std::filesystem::directory_iterator(kit_folder() / "machines"))
    if (entry.path().extension() == ".toml") {
      for (const auto &[name, what] : read_machine(entry.path()).lacks)
        EXPECT_TRUE(std::filesystem::exists(kit_folder() / "selftests/cases" / (name + ".toml")))
            << entry.path() << ": " << name;
    }
}

TEST_F(ReadMachine, HasUserSpaceAndABusOrNeither) {
  EXPECT_TRUE(machine(std::string(root) + qemu).has_user_space);
  const std::string none = "user-space = false\n" + std::string(root);
  EXPECT_FALSE(machine(none + without(qemu, "serial-bus-device")).has_user_space);
  EXPECT_THAT(refusal(none + qemu),
              HasSubstr("riscv.toml:11: serial-bus-device: expected nothing"));
}

TEST_F(ReadMachine, KnowsOfBoardsThatHandOverATreeAlone) {
  const std::string keys = "initrd-address = '128M'\ndumps-tree-with-kernel = true\n";
  const Machine alone = machine(std::string(root) + qemu + keys);
  EXPECT_EQ(alone.board.initrd_address, 0x8000000U);
  EXPECT_TRUE(alone.board.dumps_tree_with_kernel);
  const std::string none = root + without(qemu, "memory-base") + "device-tree = false\n";
  EXPECT_THAT(refusal(none + keys), HasSubstr("riscv.toml:12: initrd-address: "));
}

TEST_F(ReadMachine, KnowsOfCodeThatStartsTheKernel) {
  const std::string whole = std::string(root) + qemu;
  EXPECT_FALSE(machine(whole).board.entry.has_value());
  const std::string places = "[qemu.entry]\naddress = 0x20000000\ntree-address = '128M'\n";
  const std::string code = "code = [0x01020304, 0xfffefdfc]\n";
  const auto little = machine(whole + places + code).board.entry;
  ASSERT_TRUE(little.has_value());
  EXPECT_EQ(little->address, 0x20000000U);
  EXPECT_EQ(little->tree_address, 0x8000000U);
  EXPECT_EQ(little->bytes, "\4\3\2\1\xfc\xfd\xfe\xff");
  EXPECT_EQ(machine(whole + places + "big-endian = true\n" + code).board.entry->bytes,
            "\1\2\3\4\xff\xfe\xfd\xfc");
  const std::pair<std::string, const char *> bad[] = {
      {places, "riscv.toml:12: code: expected instructions, as 32-bit numbers"},
      {places + "code = []\n", "riscv.toml:15: code: expected instructions"},
      {places + "code = [\n1,\n0x100000000]\n", "riscv.toml:17: code: expected a list of numbers"},
      {places + "code = [-1]\n", "riscv.toml:15: code: expected a list of numbers"},
      {places + code + "size = 8\n", "riscv.toml:16: size: expected one of address, "},
      {without(places, "address") + code, "riscv.toml:12: address: expected a physical address"},
      {"[qemu.entry]\naddress = 0\n" + code, "riscv.toml:12: tree-address: expected a physical"},
  };
  for (const auto &[text, wanted] : bad)
    EXPECT_THAT(refusal(whole + text), HasSubstr(wanted)) << text;
  EXPECT_THAT(refusal(whole + "entry = 0x100\n"), HasSubstr("entry: expected a table, [entry]"));
  const std::string none = root + without(qemu, "memory-base") + "device-tree = false\n";
  EXPECT_THAT(refusal(none + places + code),
              HasSubstr("entry: expected nothing where device-tree"));
}

TEST_F(ReadMachine, MayHaveATreeBesideIt) {
  const std::string whole = std::string(root) + qemu;
  EXPECT_EQ(machine(whole).board.tree, "");
  write("board.dts", "");
  EXPECT_EQ(machine(whole + "tree = 'board.dts'\n").board.tree, folder / "board.dts");
  for (const char *bad : {"tree = 'none.dts'\n", "tree = '.'\n"})
    EXPECT_THAT(refusal(whole + bad), HasSubstr("riscv.toml:12: tree: expected a device tree "));
  const std::string none = root + without(qemu, "memory-base") + "device-tree = false\n";
  EXPECT_THAT(refusal(none + "tree = 'board.dts'\n"),
              HasSubstr("riscv.toml:12: tree: expected no"));
}

TEST_F(ReadMachine, MayNeedAPluginForItsCompiler) {
  const std::string whole = std::string(root) + qemu;
  EXPECT_EQ(machine(whole).compiler_plugin, "");
  write("plugin.cc", "");
  const std::string key = "compiler-plugin = 'plugin.cc'\n";
  EXPECT_EQ(machine(key + whole).compiler_plugin, folder / "plugin.cc");
  EXPECT_THAT(refusal("compiler-plugin = 'none.cc'\n" + whole),
              HasSubstr("riscv.toml:1: compiler-plugin: expected a source file beside this one"));
}

TEST_F(ReadMachine, KnowsWhichPortTheConsoleIs) {
  EXPECT_EQ(machine(std::string(root) + qemu).board.console_port, 0U);
  EXPECT_EQ(machine(std::string(root) + qemu + "console-port = 1\n").board.console_port, 1U);
}

TEST_F(ReadMachine, HasAcpiByItsFirmwareAndSaysWhatTheLogMust) {
  const std::string whole = "must-log = ['KASAN']\n" + std::string(root) + qemu + "acpi = true\n";
  const Machine acpi = machine(whole + "firmware = 'EFI.fd'\n");
  EXPECT_TRUE(acpi.board.has_acpi);
  EXPECT_THAT(acpi.must_log, ElementsAre("KASAN"));
  EXPECT_FALSE(machine(std::string(root) + qemu).board.has_acpi);
  EXPECT_THAT(refusal(whole), HasSubstr("riscv.toml:13: acpi: "));
}

TEST_F(ReadMachine, RefusesWithFileAndLine) {
  const std::string whole = std::string(root) + qemu;
  const std::pair<std::string, const char *> bad[] = {
      {"arhc = 'arm'\n" + whole, "riscv.toml:1: arhc: expected one of address-bits, arch, "},
      {whole + "cpus = 2\n", "riscv.toml:12: cpus: expected one of acpi, console, "},
      {"packages = 'gcc'\n" + whole, "riscv.toml:1: packages: expected a list of strings"},
      {"config = [\n'CONFIG_A=y',\n1]\n" + whole, "riscv.toml:3: config: expected a list"},
      {"arch = 64\n", "riscv.toml:1: arch: expected a string"},
      {"arch = ''\n", "riscv.toml:1: arch: expected ARCH="},
      {"qemu = 1\n" + std::string(root), "qemu: expected a table, [qemu]"},
      {root + without(qemu, "memory-mib") + "memory-mib = 0\n", "riscv.toml:11: memory-mib: "},
      {root + without(qemu, "memory-base") + "memory-base = 'low'\n", "riscv.toml:11: memory-base"},
      {"\n=\n", "riscv.toml:2: expected TOML: "},
  };
  for (const auto &[text, wanted] : bad)
    EXPECT_THAT(refusal(text), HasSubstr(wanted)) << text;
}

TEST_F(ReadMachine, NamesAMissingKeyWithTheLineOfItsTable) {
  for (const char *key : {"arch", "image", "image-target"})
    EXPECT_THAT(refusal(without(root, key) + qemu),
                StartsWith(fmt::format("riscv.toml:1: {}: expected ", key)));
  for (const char *key :
       {"program", "machine", "cpu", "memory-mib", "memory-base", "serial-bus-device", "console"})
    EXPECT_THAT(refusal(root + without(qemu, key)),
                StartsWith(fmt::format("riscv.toml:4: {}: expected ", key)));
}

TEST_F(ReadMachine, NamesAMissingFile) {
  const Error error = error_of([&] { read_machine(folder / "mips.toml"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr((folder / "mips.toml").string()));
}

TEST_F(ReadMachine, WhatDependsOnTheWidthOfAnAddressAndOnTheSeries) {
  const Machine plain = machine(std::string(root) + "memblock-memory-regions = 128\n" + qemu);
  EXPECT_EQ(plain.address_bits, 64u);
  EXPECT_TRUE(plain.has_mapped_pools);
  EXPECT_EQ(plain.patched_memory_regions, 128u);
  const Machine arm =
      machine(std::string(root) + "memblock-memory-regions = 128\n" +
              "patched-memblock-memory-regions = 1024\npatched-memblock-reserved-regions = 512\n" +
              "address-bits = 32\nmapped-pools = false\n" + qemu);
  EXPECT_EQ(arm.address_bits, 32u);
  EXPECT_FALSE(arm.has_mapped_pools);
  EXPECT_EQ(arm.memblock_memory_regions, 128u);
  EXPECT_EQ(arm.patched_memory_regions, 1024u);
  EXPECT_EQ(arm.patched_reserved_regions, 512u);
  EXPECT_THAT(refusal(std::string(root) + "address-bits = 40\n" + qemu),
              HasSubstr("address-bits: expected 32 or 64"));
}

} // namespace
} // namespace rmemcheck::test
