// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/symbols.h"

#include "base/test_folder.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

class SystemMap : public test::FolderTest {
protected:
  [[nodiscard]] std::vector<Symbol> symbols(const std::string &text) const {
    write("System.map", text);
    return read_system_map(folder / "System.map");
  }
  [[nodiscard]] std::vector<WatchedFunction> watched(const std::string &text) const {
    return watched_functions(symbols(text), folder / "System.map");
  }
};

TEST_F(SystemMap, IsSortedByAddress) {
  const auto read =
      symbols("ffff800080000020 T b\nffff800080000010 t a\n0000000000000000 A zero\n");
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(read[0].name, "zero");
  EXPECT_EQ(read[1].name, "a");
  EXPECT_EQ(read[2].address, 0xffff800080000020U);
  EXPECT_EQ(read[2].type, 'T');
}

TEST_F(SystemMap, NamesTheLineThatIsNone) {
  const Error error = test::error_of([&] { (void)symbols("10 T a\nELF\n"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("System.map:2: \"ELF\": expected"));
}

TEST_F(SystemMap, ShowsWhatTheCompilerHasLeft) {
  const auto functions = watched("10 T early_init_fdt_scan_reserved_mem\n"
                                 "20 t memblock_add_range.isra.0\n"
                                 "30 t memblock_isolate_range.constprop.0.isra.0\n"
                                 "40 t memblock_double_array.cold\n"
                                 "50 d memblock_search\n"
                                 "60 t memblock_add_ranges\n"
                                 "70 T fdt_scan_reserved_mem_late\n");
  ASSERT_EQ(functions.size(), 4U);
  EXPECT_EQ(functions[0].work, Work::early);
  EXPECT_EQ(functions[1].name, "memblock_add_range.isra.0");
  EXPECT_EQ(functions[1].work, Work::insertion);
  EXPECT_EQ(functions[2].address, 0x30U);
  EXPECT_EQ(functions[3].work, Work::late);
}

TEST_F(SystemMap, OfNoSuchKernelIsRefused) {
  const Error error = test::error_of([&] { (void)watched("10 T start_kernel\n"); });
  EXPECT_EQ(error.status(), ExitStatus::bad_input);
  EXPECT_THAT(error.what(), HasSubstr("early_init_fdt_scan_reserved_mem()"));
}

TEST(SourceName, IsWithoutWhatTheCompilerAdds) {
  EXPECT_EQ(source_name("a.isra.0"), "a");
  EXPECT_EQ(source_name("a_b"), "a_b");
  EXPECT_EQ(source_name(".text"), ".text");
}

} // namespace
} // namespace rmemcheck
