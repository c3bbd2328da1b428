// SPDX-License-Identifier: GPL-2.0-or-later
// A shell script takes the place of QEMU, of its plugin and of the guest; selftests boot real ones.
#include "cost/measure.h"

#include "base/file.h"
#include "kernel/test_kernel.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

class MeasureCost : public test::CacheTest {
protected:
  MeasureCost() {
    write("System.map", "10 T early_init_fdt_scan_reserved_mem\n20 t memblock_add_range.isra.0\n"
                        "30 T fdt_scan_reserved_mem_late\n");
    write("init", "init");
  }

  /// What a kernel costs whose QEMU is `script`, which has the plugin's files in $map, $watch and
  /// $counts, and the kernel's command line in $words.
  [[nodiscard]] CostResult measure(const std::string &script) const {
    write("qemu", "#!/bin/sh\n[ \"$1\" = --version ] && exit\n"
                  "while [ $# -gt 0 ]; do case $1 in\n"
                  "  -plugin) for word in $(echo $2 | tr , ' '); do case $word in\n"
                  "    map=*) map=${word#*=};; watch=*) watch=${word#*=};;\n"
                  "    out=*) counts=${word#*=};; esac; done;;\n"
                  "  -append) words=$2;; esac; shift; done\n" +
                      script);
    std::filesystem::permissions(folder / "qemu", std::filesystem::perms::owner_all);
    BootRequest base;
    base.machine = read_machine(test::kit_folder() / "machines/arm64.toml");
    base.machine.board.program = (folder / "qemu").string();
    base.init = folder / "init";
    return measure_cost(kernel(), {{1, 1}, "a DTB"}, base, "counter.so");
  }
  [[nodiscard]] CostKernel kernel() const {
    return {"one", folder / "Image", folder / "System.map", {}};
  }
};

/// A guest that sends its log and powers off; its sum is that of zlib's crc32.
std::string sends(const std::string &log, const char *name = "dmesg") {
  return fmt::format("printf '%s' '{0}' >log\n"
                     "sum=$(gzip -c log | tail -c 8 | od -An -N4 -tx4 --endian=little)\n"
                     "{{ printf 'file {2} {1} %s\\n' $sum; cat log; printf '\\nend 1\\n'; }} "
                     ">evidence\n",
                     log, log.size(), name);
}

const std::string counts =
    "[ -n \"$counts\" ] && printf 'span early_init_fdt_scan_reserved_mem 1 900"
    "\\nspan fdt_scan_reserved_mem_late 1 100\\n' >$counts\n";
const std::string line = "<6>[    0.000000] OF: reserved mem: 0x50000000..0x5000ffff (64 KiB) map "
                         "non-reusable region@50000000\n";

TEST_F(MeasureCost, HasCountsAndWhatTheLogShows) {
  const CostResult result = measure(counts + sends(line));
  EXPECT_EQ(result.reason, "");
  ASSERT_TRUE(result.counts.has_value());
  EXPECT_EQ(*result.counts, (Counts{900, 100, 0, 0, 0}));
  EXPECT_EQ(result.recorded, 1U);
  EXPECT_TRUE(result.leaves_out());
}

TEST_F(MeasureCost, AsksInABootOfItsOwnWhatIsAllocated) {
  const std::string taken = "<6>[    0.000000] memblock_alloc_try_nid: 112 bytes align=0x40 nid=-1 "
                            "from=0x0 max_addr=0x0 alloc_reserved_mem_array+0x44/0xc8\n";
  const CostResult result = measure(counts + "case $words in *memblock=debug*)\n" + sends(taken) +
                                    ";; *)\n" + sends(line) + ";; esac\n");
  EXPECT_EQ(result.allocated, 112U);
}

TEST_F(MeasureCost, HandsThePluginItsFilesAndKeepsTheConsoleSilent) {
  const CostResult result =
      measure("grep -q early_init $map && grep -q 'part memblock_add_range.isra.0' $watch && "
              "echo Kernel panic - not syncing: $words");
  EXPECT_FALSE(result.counts.has_value());
  EXPECT_THAT(result.reason, HasSubstr("console=ttyAMA0 "));
  EXPECT_THAT(result.reason, testing::Not(HasSubstr("earlycon")));
  EXPECT_THAT(result.reason, HasSubstr("nokaslr"));
}

TEST_F(MeasureCost, SaysWhyThereAreNoCounts) {
  const CostResult result =
      measure("[ -n \"$counts\" ] && printf 'span early_init_fdt_scan_reserved_mem 1 900\\nspan "
              "fdt_scan_reserved_mem_late 0 0\\n' >$counts\n" +
              sends(line));
  EXPECT_FALSE(result.counts.has_value());
  EXPECT_THAT(result.reason, HasSubstr("has not come through"));
}

TEST_F(MeasureCost, HasNoCountsOfAKernelThatRecordsNothing) {
  const CostResult result = measure(
      counts + sends("reserved_mem_probe 1\nlinear virt=0xffffff8000000000 phys=0x40000000\n"
                     "region name=one@50000000 available=1 found=0\nend 1\n",
                     "probe"));
  EXPECT_FALSE(result.counts.has_value());
  EXPECT_EQ(result.reason, "the kernel records nothing");
}

TEST_F(MeasureCost, DoesNotTakeAPluginThatLeavesNothingForAKernelThatCostsNothing) {
  const Error error = test::error_of([&] { (void)measure(sends(line)); });
  EXPECT_EQ(error.status(), ExitStatus::unknown);
}

TEST_F(MeasureCost, KnowsWhatIsTheSameForAllSizes) {
  const KernelCost cost = cost_of_files(kernel());
  EXPECT_EQ(cost.name, "one");
  EXPECT_EQ(cost.late_function, "fdt_scan_reserved_mem_late");
}

} // namespace
} // namespace rmemcheck
