// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/package.h"

#include "base/file.h"
#include "base/process.h"
#include "base/test_folder.h"
#include "kernel/debian_archive.h"

#include <cstdlib>
#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

class PackageTest : public FolderTest {
protected:
  PackageTest() {
    ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
    machine.arch = "arm64";
    write("kmod/Kbuild", "");
    write("package/DEBIAN/control", "Package: linux-image-6.1.0-1-arm64\nVersion: 1\n"
                                    "Architecture: all\nMaintainer: a <a@b>\nDescription: x\n");
    write("package/boot/vmlinuz-6.1.0-1-arm64", "image");
    write("package/boot/config-6.1.0-1-arm64", "CONFIG_OF=y\n");
    write("package/lib/modules/6.1.0-1-arm64/modules.order", "");
    write("package/lib/modules/6.1.0-1-arm64/modules.builtin",
          "kernel/drivers/virtio/virtio_mmio.ko\nkernel/drivers/char/virtio_console.ko\n");
  }
  [[nodiscard]] fs::path build(const std::string &name) const {
    (void)run_child_or_throw(
        {{"dpkg-deb", "--build", (folder / "package").string(), (folder / name).string()},
         ".",
         {},
         {}});
    return folder / name;
  }
  [[nodiscard]] PackagedKernel take(const fs::path &deb) const {
    return take_package(deb, machine, folder / "kmod", [](const std::string &, double) {});
  }
  Machine machine;
};

TEST_F(PackageTest, HasImageConfigurationAndRelease) {
  const PackagedKernel kernel = take(build("linux-image-6.1.0-1-arm64_1_all.deb"));
  EXPECT_EQ(kernel.release, "6.1.0-1-arm64");
  EXPECT_EQ(read_file(kernel.image), "image");
  EXPECT_EQ(read_file(kernel.config), "CONFIG_OF=y\n");
  EXPECT_TRUE(kernel.modules.empty()); // they are built in
  EXPECT_EQ(kernel.no_probe, "there are no headers for it");
}

TEST_F(PackageTest, RefusesWhatIsNoKernel) {
  EXPECT_EQ(error_of([&] { (void)take(build("other_1_all.deb")); }).status(),
            ExitStatus::bad_input);
  fs::remove_all(folder / "package/boot");
  const Error error = error_of([&] { (void)take(build("linux-image-6.1.0-1-arm64_1_all.deb")); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("expected a kernel's package"));
}

TEST_F(PackageTest, RefusesAKernelOfAnotherArchitecture) {
  machine.name = "the-board";
  write("package/boot/config-6.1.0-1-arm64",
        "#\n# Automatically generated file\n# Linux/arm64 6.1.176 Kernel Configuration\n");
  const fs::path deb = build("linux-image-6.1.0-1-arm64_1_all.deb");
  EXPECT_EQ(take(deb).release, "6.1.0-1-arm64");
  machine.arch = "arm";
  const Error error = error_of([&] { (void)take(deb); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("is a kernel for arm64: expected one for arm, as the machine "
                                      "the-board is"));
}

TEST_F(PackageTest, TakesCompressionOff) {
  write("plain.ko", "module");
  EXPECT_EQ(decompressed(folder / "plain.ko"), "module");
  (void)run_child_or_throw({{"xz", (folder / "plain.ko").string()}, ".", {}, {}});
  EXPECT_EQ(decompressed(folder / "plain.ko.xz"), "module");
}

TEST(DebianSpec, HasSuitePatternAndArchitecture) {
  const DebianSpec usual = parse_debian_spec("sid", "arm64");
  EXPECT_EQ(usual.suite, "sid");
  EXPECT_EQ(usual.architecture, "arm64");
  EXPECT_EQ(usual.pattern, R"(linux-image-\d[^-]*(-\d+)?-arm64)");
  const DebianSpec spec = parse_debian_spec(R"(trixie/linux-image-6\.12.*/armhf)", "arm64");
  EXPECT_EQ(spec.pattern, R"(linux-image-6\.12.*)");
  EXPECT_EQ(spec.architecture, "armhf");
  for (const char *wrong : {"", "a/", "a//b", "a/b/c/d", "a/["})
    EXPECT_EQ(error_of([&] { (void)parse_debian_spec(wrong, "arm64"); }).status(),
              ExitStatus::bad_input)
        << wrong;
}

TEST(DebianArchitecture, IsNotAlwaysTheKernels) {
  Machine machine;
  for (const auto &[arch, name] :
       {std::pair{"arm64", "arm64"}, std::pair{"arm", "armhf"}, std::pair{"riscv", "riscv64"}}) {
    machine.arch = arch;
    EXPECT_EQ(debian_architecture(machine), name);
  }
}

} // namespace
} // namespace rmemcheck::test
