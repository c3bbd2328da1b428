// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/abi.h"

#include "kernel/test_kernel.h"

#include <gmock/gmock.h>

namespace rmemcheck::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const Abi old_abi{"struct reserved_mem {\n\tconst char * name;\n};\n",
                  {{"memblock", "0x9abcdef0"}, {"of_reserved_mem_lookup", "0x12345678"}}};

Abi changed_by(const std::function<void(Abi &)> &change) {
  Abi after = old_abi;
  change(after);
  return after;
}

TEST(Symvers, AreReadWithTheirChecksums) {
  EXPECT_THAT(
      read_symvers("0x12345678\tof_reserved_mem_lookup\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"
                   "0x9abcdef0\tmemblock\tvmlinux\tEXPORT_SYMBOL\tNS\n",
                   "vmlinux.symvers"),
      ElementsAre(Pair("memblock", "0x9abcdef0"), Pair("of_reserved_mem_lookup", "0x12345678")));
}

TEST(Symvers, ThatAreNoneAreRefusedWithTheirLine) {
  for (const char *line : {"memblock\t0x1\tvmlinux\t", "0x1", "0x1\tmemblock", ""}) {
    const Error error = error_of([&] {
      (void)read_symvers(std::string("0x1\ta\tvmlinux\t\n") + line + "\n", "vmlinux.symvers");
    });
    EXPECT_EQ(error.status(), ExitStatus::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("vmlinux.symvers:2: expected a checksum"));
  }
}

TEST(AbiChanges, AreNoneInWhatIsTheSame) { EXPECT_THAT(abi_changes(old_abi, old_abi), IsEmpty()); }

TEST(AbiChanges, AreNoneWhereASymbolIsNew) {
  EXPECT_THAT(abi_changes(old_abi, changed_by([](Abi &abi) { abi.symbols["new"] = "0x1"; })),
              IsEmpty());
}

TEST(AbiChanges, NameSymbolsThatAreGoneOrHaveAnotherChecksum) {
  const Abi after = changed_by([](Abi &abi) {
    abi.symbols.erase("of_reserved_mem_lookup");
    abi.symbols["memblock"] = "0x1";
  });
  EXPECT_THAT(abi_changes(old_abi, after),
              ElementsAre("memblock has another checksum: 0x1, before 0x9abcdef0",
                          "of_reserved_mem_lookup is gone"));
}

TEST(AbiChanges, ShowBothLayouts) {
  const Abi after = changed_by([](Abi &abi) { abi.layout = "struct reserved_mem {\n};\n"; });
  EXPECT_THAT(abi_changes(old_abi, after), ElementsAre("struct reserved_mem:\nbefore: " +
                                                       old_abi.layout + "after: " + after.layout));
}

/// With a pahole that prints what the vmlinux says.
class AbiOf : public FolderTest {
protected:
  AbiOf() {
    write("bin/pahole", "#!/bin/sh\ncat \"$3\"\n");
    std::filesystem::permissions(folder / "bin/pahole", std::filesystem::perms{0755});
    kernel.vmlinux = folder / "vmlinux";
    kernel.symvers = folder / "vmlinux.symvers";
    write("vmlinux", old_abi.layout);
    write("vmlinux.symvers", "0x12345678\tof_reserved_mem_lookup\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"
                             "0x9abcdef0\tmemblock\tvmlinux\tEXPORT_SYMBOL\t\n");
  }
  [[nodiscard]] std::string refusal() const {
    const Error error = error_of([&] { (void)abi_of(kernel); });
    EXPECT_EQ(error.status(), ExitStatus::unknown);
    return error.what();
  }
  BuiltKernel kernel;

private:
  Variable path_{"PATH", (folder / "bin").string() + ":" + std::getenv("PATH")};
};

TEST_F(AbiOf, HasLayoutAndSymbols) {
  const Abi abi = abi_of(kernel);
  EXPECT_EQ(abi.layout, old_abi.layout);
  EXPECT_EQ(abi.symbols, old_abi.symbols);
}

TEST_F(AbiOf, IsNotToldWithoutWhatShowsIt) {
  write("vmlinux", "");
  EXPECT_THAT(refusal(), HasSubstr("vmlinux: pahole finds no struct reserved_mem"));
  write("vmlinux", old_abi.layout);
  write("vmlinux.symvers", "");
  EXPECT_THAT(refusal(), HasSubstr("vmlinux.symvers: expected a line of of_reserved_mem_lookup"));
  std::filesystem::remove(kernel.symvers);
  EXPECT_THAT(refusal(), HasSubstr("vmlinux.symvers: not there"));
}

} // namespace
} // namespace rmemcheck::test
