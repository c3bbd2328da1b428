// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/native.h"

#include <gmock/gmock.h>
#include <libfdt.h>

namespace rmemcheck {
namespace {

using testing::Contains;
using testing::ElementsAre;

BootRequest native_request() {
  BootRequest request;
  request.machine.arch = "um";
  request.machine.board.is_native = true;
  request.machine.has_user_space = false;
  request.machine.board.memory_mib = 512;
  request.machine.board.console = "con=null con0=fd:0,fd:1";
  request.image = "/kernels/linux";
  return request;
}

TEST(NativeCommand, RunsTheKernelWithAWordForEachOfItsOwn) {
  BootRequest wanted = native_request();
  wanted.append = "cma=16M";
  EXPECT_THAT(native_command(wanted, {"initramfs", "tree.dtb", "evidence"}),
              ElementsAre("setarch", "--addr-no-randomize", "/kernels/linux", "mem=512M",
                          "dtb=tree.dtb", "uml_dir=.", "con=null", "con0=fd:0,fd:1", "loglevel=8",
                          "memblock=debug", "kunit_shutdown=poweroff", "panic=-1", "cma=16M"));
}

TEST(NativeCommand, FindsTheKernelFromAnyFolder) {
  BootRequest relative = native_request();
  relative.image = "linux";
  EXPECT_THAT(native_command(relative, {}),
              Contains((std::filesystem::current_path() / "linux").string()));
}

TEST(NativeDtb, HasRamAlone) {
  const std::string dtb = native_dtb(native_request().machine);
  ASSERT_EQ(fdt_check_full(dtb.data(), dtb.size()), 0);
  const int memory = fdt_path_offset(dtb.data(), "/memory@0");
  int length = 0;
  const void *reg = fdt_getprop(dtb.data(), memory, "reg", &length);
  ASSERT_NE(reg, nullptr);
  const std::string bytes(static_cast<const char *>(reg), static_cast<std::size_t>(length));
  EXPECT_EQ(bytes, std::string("\0\0\0\0\0\0\0\0\0\0\0\0\x20\0\0\0", 16));
  EXPECT_EQ(board_dtb(native_request().machine, ""), dtb);
}

} // namespace
} // namespace rmemcheck
