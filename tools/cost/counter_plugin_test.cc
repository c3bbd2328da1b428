// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/counter_plugin.h"

#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

class CounterPlugin : public test::CacheTest {};

TEST_F(CounterPlugin, IsCompiledOnceForASource) {
  const auto source = test::kit_folder() / "guest/instruction_counter.c";
  const auto plugin = build_counter_plugin(source, test::quiet);
  EXPECT_EQ(read(plugin).substr(1, 3), "ELF");
  EXPECT_EQ(build_counter_plugin(source, test::quiet), plugin);
}

TEST_F(CounterPlugin, NamesASourceThatDoesNotCompile) {
  write("broken.c", "int a = b;\n");
  const Error error =
      test::error_of([&] { (void)build_counter_plugin(folder / "broken.c", test::quiet); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), testing::HasSubstr("broken.c:1:9: error"));
}

} // namespace
} // namespace rmemcheck
