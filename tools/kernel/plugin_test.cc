// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/plugin.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A compiler that has headers for plugins, as far as a plugin here asks.
class BuildPlugin : public KernelTest {
protected:
  BuildPlugin() {
    write("headers/include/gcc-plugin.h", "extern int of_the_compiler;\n");
    write("plugin.cc", "#include \"gcc-plugin.h\"\nint of_the_compiler;\n");
    compiler_with(folder / "headers");
  }
  void compiler_with(const fs::path &headers) const {
    write("other-gcc", "#!/bin/sh\necho " + headers.string() + "\n");
    fs::permissions(folder / "other-gcc", fs::perms{0755});
  }
  [[nodiscard]] fs::path build() const {
    return build_plugin(folder / "plugin.cc", (folder / "other-gcc").string(), quiet);
  }
};

TEST_F(BuildPlugin, LeavesALibrary) { EXPECT_EQ(read(build()).substr(1, 3), "ELF"); }

TEST_F(BuildPlugin, IsDoneOnceForASource) {
  const fs::path plugin = build();
  const auto time = fs::last_write_time(plugin);
  EXPECT_EQ(build(), plugin);
  EXPECT_EQ(fs::last_write_time(plugin), time);
  write("plugin.cc", "int other;\n");
  EXPECT_NE(build(), plugin);
  EXPECT_THAT(names_in(cache() / "plugins"), SizeIs(2));
}

TEST_F(BuildPlugin, NamesACompilerWithoutHeaders) {
  compiler_with("plugin"); // what GCC prints of a folder that it has not
  const Error error = error_of([&] { (void)build(); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), HasSubstr("other-gcc: the headers for its plugins"));
}

TEST_F(BuildPlugin, NamesASourceThatDoesNotCompile) {
  write("plugin.cc", "int a = b;\n");
  const Error error = error_of([&] { (void)build(); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), HasSubstr("plugin.cc:1:9: error"));
  EXPECT_THAT(names_in(cache() / "plugins"), IsEmpty());
}

} // namespace
} // namespace rmemcheck::test
