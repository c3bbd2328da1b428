// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/build.h"
#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// What this kit asks of a kernel's make. Options with UNKNOWN in their name do not take.
constexpr const char *makefile = R"(
allnoconfig:
	grep -v UNKNOWN $(KCONFIG_ALLCONFIG) > $(O)/.config
olddefconfig:
	sort -u -o $(O)/.config $(O)/.config
Image:
	$(CC) -fsyntax-only drivers/of/of_reserved_mem.c
	mkdir -p $(O)/arch/fake/boot $(O)/include/config
	echo 6.1.7 > $(O)/include/config/kernel.release
	cp drivers/of/of_reserved_mem.c $(O)/arch/fake/boot/Image
	chmod 755 $(O)/arch/fake/boot/Image
	for name in System.map vmlinux vmlinux.symvers; do echo $$name > $(O)/$$name; done
modules_prepare:
modules:
	cat $(M)/probe.c $(O)/Module.symvers > $(M)/reserved_mem_probe.ko
)";

constexpr const char *one_line_patch =
    R"(diff --git a/drivers/of/of_reserved_mem.c b/drivers/of/of_reserved_mem.c
--- a/drivers/of/of_reserved_mem.c
+++ b/drivers/of/of_reserved_mem.c
@@ -1 +1 @@
-int reserved_mem_count;
+int patched;
)";

class BuildKernel : public KernelTest {
protected:
  BuildKernel() {
    write_kernel("linux");
    std::ofstream(folder / "linux/Makefile", std::ios::app) << makefile;
    write("Kconfig.fragment", "# a comment\nCONFIG_OF=y\n");
    write("kmod/probe.c", "probe\n");
    write("series/0001-x.patch", one_line_patch);
    request.tree = {"my linux", folder / "linux", "6.1.7", "tree-1"};
    request.machine.name = "fake";
    request.machine.arch = "fake";
    request.machine.image = "arch/fake/boot/Image";
    request.machine.image_target = "Image";
    request.fragment = folder / "Kconfig.fragment";
    request.module_source = folder / "kmod";
  }
  [[nodiscard]] std::vector<fs::path> series() const { return {folder / "series/0001-x.patch"}; }
  [[nodiscard]] BuiltKernel build() const { return build_kernel(request, quiet); }
  [[nodiscard]] Error failure(ExitStatus status) const {
    Error error = error_of([&] { (void)build(); });
    EXPECT_EQ(error.status(), status);
    EXPECT_THAT(names_in(cache() / "kernels"), IsEmpty()); // no .partial and no .lock either
    return error;
  }
  BuildRequest request;
};

TEST_F(BuildKernel, LeavesImageConfigMapAndModule) {
  const BuiltKernel kernel = build();
  EXPECT_EQ(kernel.image.filename(), "Image");
  EXPECT_EQ(read(kernel.image), "int reserved_mem_count;\n");
  EXPECT_EQ(fs::status(kernel.image).permissions(), fs::perms{0755});
  EXPECT_EQ(read(kernel.config), "CONFIG_OF=y\n");
  EXPECT_EQ(read(kernel.system_map), "System.map\n");
  EXPECT_EQ(read(kernel.module), "probe\nvmlinux.symvers\n");
  EXPECT_EQ(kernel.version, "6.1.7");
  EXPECT_FALSE(kernel.from_cache);
  EXPECT_GT(kernel.seconds, 0);
}

TEST_F(BuildKernel, PutsItsLinesIntoAWholeConfig) {
  const std::string without = build().key;
  write("distro.config", "CONFIG_DISTRO=y\nCONFIG_SYSTEM_TRUSTED_KEYS=\"debian.pem\"\n");
  request.base_config = folder / "distro.config";
  const BuiltKernel kernel = build();
  EXPECT_NE(kernel.key, without);
  const std::string config = read(kernel.config);
  for (const char *line :
       {"CONFIG_DISTRO=y\n", "CONFIG_OF=y\n", "CONFIG_SYSTEM_TRUSTED_KEYS=\"\"\n"})
    EXPECT_THAT(config, HasSubstr(line));
  write("distro.config", "CONFIG_OTHER=y\n");
  EXPECT_NE(build().key, kernel.key);
}

TEST_F(BuildKernel, TakesNoOtherFileForAConfig) {
  write("distro.config", "all:\n");
  request.base_config = folder / "distro.config";
  EXPECT_THAT(failure(ExitStatus::bad_input).what(), HasSubstr("expected a kernel's .config"));
}

TEST_F(BuildKernel, TellsHowMakeIsCalled) {
  const Command call = make_call(request.machine);
  EXPECT_EQ(call.argv.front(), "make");
  EXPECT_THAT(call.argv, testing::Contains("ARCH=fake"));
  EXPECT_THAT(call.environment.at("CCACHE_DIR"), HasSubstr("rmemcheck/ccache"));
  request.config = {"# CONFIG_OF is not set"};
  const std::vector<ConfigLine> lines = config_lines(request);
  EXPECT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines.front().text, "# CONFIG_OF is not set");
}

TEST_F(BuildKernel, LeavesOneCacheEntry) {
  const BuiltKernel kernel = build();
  EXPECT_THAT(names_in(cache() / "kernels"), ElementsAre(kernel.key));
  EXPECT_THAT(names_in(cache() / "kernels" / kernel.key),
              ElementsAre(".config", "Image", "System.map", "build.log", "meta.json",
                          "reserved_mem_probe.ko", "vmlinux", "vmlinux.symvers"));
  EXPECT_THAT(read(cache() / "kernels" / kernel.key / "build.log"), HasSubstr("ARCH=fake"));
}

TEST_F(BuildKernel, LeavesNoModuleWhereNobodyLoadsOne) {
  request.machine.has_user_space = false;
  const BuiltKernel kernel = build();
  EXPECT_TRUE(kernel.module.empty());
  EXPECT_THAT(names_in(cache() / "kernels" / kernel.key),
              Not(testing::Contains("reserved_mem_probe.ko")));
  write("kmod/probe.c", "another probe\n");
  EXPECT_TRUE(build().from_cache);
}

TEST_F(BuildKernel, TakesTheSecondFromTheCache) {
  const BuiltKernel first = build();
  fs::remove_all(folder / "linux"); // it is not looked at
  const BuiltKernel second = build();
  EXPECT_TRUE(second.from_cache);
  EXPECT_EQ(second.key, first.key);
  EXPECT_EQ(second.image, first.image);
  EXPECT_EQ(second.version, first.version);
  EXPECT_EQ(second.seconds, first.seconds);
}

TEST_F(BuildKernel, AppliesTheSeriesToACopy) {
  const auto before = contents(folder / "linux");
  request.patches = series();
  EXPECT_EQ(read(build().image), "int patched;\n");
  EXPECT_EQ(contents(folder / "linux"), before);
}

TEST_F(BuildKernel, KeyChangesWithSeriesAndTree) {
  std::set<std::string> keys = {build().key};
  request.patches = series();
  EXPECT_TRUE(keys.insert(build().key).second);
  write("series/0001-x.patch", std::string(one_line_patch) + "-- \n2.39.5\n");
  EXPECT_TRUE(keys.insert(build().key).second);
  request.tree.key = "tree-2";
  EXPECT_TRUE(keys.insert(build().key).second);
}

TEST_F(BuildKernel, KeyChangesWithModuleAndConfig) {
  std::set<std::string> keys = {build().key};
  write("kmod/probe.c", "another probe\n");
  EXPECT_TRUE(keys.insert(build().key).second);
  write("Kconfig.fragment", "CONFIG_OF=y\nCONFIG_CMA=y\n");
  EXPECT_TRUE(keys.insert(build().key).second);
  request.machine.config = {"CONFIG_EFI=y"};
  EXPECT_TRUE(keys.insert(build().key).second);
}

TEST_F(BuildKernel, KeyChangesWithTheCompiler) {
  const std::string key = build().key;
  fs::create_directory(folder / "bin");
  write("bin/other-gcc", "#!/bin/sh\necho other-gcc 99\n");
  fs::permissions(folder / "bin/other-gcc", fs::perms{0755});
  const Variable path("PATH", (folder / "bin").string() + ":" + std::getenv("PATH"));
  request.machine.compiler_prefix = "other-";
  EXPECT_NE(build().key, key);
}

TEST_F(BuildKernel, MakesWithThePluginOfItsCompiler) {
  const std::string without = build().key;
  write("headers/include/gcc-plugin.h", "");
  write("bin/other-gcc", "#!/bin/sh\ncase $1 in\n-print-file-name=plugin) echo " +
                             (folder / "headers").string() + ";;\n*) exec gcc \"$@\";;\nesac\n");
  fs::permissions(folder / "bin/other-gcc", fs::perms{0755});
  const Variable path("PATH", (folder / "bin").string() + ":" + std::getenv("PATH"));
  request.machine.compiler_prefix = "other-";
  write("plugin.cc", "int plugin;\n");
  request.machine.compiler_plugin = folder / "plugin.cc";
  std::set<std::string> keys = {without};
  const BuiltKernel kernel = build();
  EXPECT_TRUE(keys.insert(kernel.key).second);
  EXPECT_THAT(read(cache() / "kernels" / kernel.key / "build.log"),
              HasSubstr("KCFLAGS=-fplugin=" + (cache() / "plugins").string()));
  write("plugin.cc", "int another;\n");
  EXPECT_TRUE(keys.insert(build().key).second);
}

TEST_F(BuildKernel, KeyDoesNotChangeWithNamesAndComments) {
  const std::string key = build().key;
  request.tree.name = "the same elsewhere";
  write("Kconfig.fragment", "CONFIG_OF=y\n# another comment\n");
  EXPECT_EQ(build().key, key);
  EXPECT_TRUE(build().from_cache);
}

TEST_F(BuildKernel, NamesAConfigLineThatDidNotTake) {
  write("Kconfig.fragment", "CONFIG_OF=y\nCONFIG_UNKNOWN=y\n");
  EXPECT_THAT(failure(ExitStatus::bad_input).what(),
              StartsWith((folder / "Kconfig.fragment").string() + ":2: CONFIG_UNKNOWN=y: "));
}

TEST_F(BuildKernel, NamesAPatchThatDoesNotApply) {
  write("linux/drivers/of/of_reserved_mem.c", "int other;\n");
  request.patches = series();
  EXPECT_THAT(failure(ExitStatus::bad_input).what(), HasSubstr("0001-x.patch: does not apply"));
}

TEST_F(BuildKernel, ShowsTheFirstErrorLinesAndTheLog) {
  write("linux/drivers/of/of_reserved_mem.c", "int a = b;\nint c = d;\nint e = f;\n");
  const std::string message = failure(ExitStatus::unknown).what();
  EXPECT_THAT(message, AllOf(StartsWith("compiling Linux 6.1.7 failed:\n"),
                             HasSubstr("of_reserved_mem.c:1:9: error: "),
                             HasSubstr("of_reserved_mem.c:3:9: error: "), Not(HasSubstr("mkdir"))));
  const std::string marker = "\nlog: ";
  const std::string log = message.substr(message.find(marker) + marker.size());
  EXPECT_THAT(read(log), AllOf(StartsWith("$ make "), HasSubstr("of_reserved_mem.c:2:9: error")));
}

TEST_F(BuildKernel, ShowsTheLastLinesWhereNoneIsAnError) {
  write("Kconfig.fragment", "CONFIG_UNKNOWN=y\n"); // grep has nothing to print and fails
  write("linux/Makefile", "$(shell echo out of paper >&2; kill -9 $$PPID)\n");
  EXPECT_THAT(failure(ExitStatus::unknown).what(), HasSubstr("out of paper"));
}

TEST_F(BuildKernel, NamesACompilerThatIsMissing) {
  request.machine.compiler_prefix = "no-such-cross-";
  EXPECT_THAT(failure(ExitStatus::unknown).what(), StartsWith("no-such-cross-gcc: not found"));
}

TEST_F(BuildKernel, CanBeRepeatedAfterAFailure) {
  write("linux/drivers/of/of_reserved_mem.c", "int a = b;\n");
  (void)failure(ExitStatus::unknown);
  write("linux/drivers/of/of_reserved_mem.c", "int a;\n");
  EXPECT_EQ(read(build().image), "int a;\n");
}

TEST_F(BuildKernel, NamesACacheEntryThatIsNotItsOwn) {
  const BuiltKernel kernel = build();
  write(cache() / "kernels" / kernel.key / "meta.json", "{}");
  const Error error = error_of([&] { (void)build(); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
  EXPECT_THAT(error.what(), StartsWith((cache() / "kernels" / kernel.key).string()));
}

TEST_F(BuildKernel, TellsWhatItIsDoing) {
  std::vector<std::string> told;
  build_kernel(request, [&](const std::string &what, double share) {
    EXPECT_LE(share, 1);
    if (told.empty() || told.back() != what)
      told.push_back(what);
  });
  EXPECT_THAT(told, ElementsAre("preparing the tree", "configuring", "compiling",
                                "compiling the probe module"));
}

} // namespace
} // namespace rmemcheck::test
