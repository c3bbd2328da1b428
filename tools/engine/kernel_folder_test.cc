// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/test_folder.h"
#include "engine/kernel_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::HasSubstr;

class KernelFolderTest : public FolderTest {
protected:
  KernelFolderTest() {
    machine.image = "arch/arm64/boot/Image";
    for (const char *name : {"image", ".config", "System.map", "probe.ko"})
      write(std::filesystem::path("cache") / name, name);
    kernel.image = folder / "cache/image";
    kernel.config = folder / "cache/.config";
    kernel.system_map = folder / "cache/System.map";
    kernel.module = folder / "cache/probe.ko";
  }
  Machine machine;
  BuiltKernel kernel;
};

TEST_F(KernelFolderTest, HoldsTheImageUnderTheKernelsOwnName) {
  copy_kernel(kernel, machine, folder / "kernels/baseline");
  EXPECT_EQ(read("kernels/baseline/Image"), "image");
  EXPECT_EQ(read("kernels/baseline/.config"), ".config");
  EXPECT_EQ(read("kernels/baseline/System.map"), "System.map");
  EXPECT_EQ(read("kernels/baseline/probe.ko"), "probe.ko");
  EXPECT_FALSE(exists("kernels/baseline/vmlinux"));
}

TEST_F(KernelFolderTest, HoldsVmlinuxWhereItWasKept) {
  write("cache/vmlinux", "elf");
  copy_kernel(kernel, machine, folder / "k");
  EXPECT_EQ(read("k/vmlinux"), "elf");
}

TEST_F(KernelFolderTest, NamesTheFileThatCannotBeCopied) {
  std::filesystem::remove(kernel.config);
  const Error error = error_of([&] { copy_kernel(kernel, machine, folder / "k"); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), HasSubstr(kernel.config.string()));
}

} // namespace
} // namespace rmemcheck::test
