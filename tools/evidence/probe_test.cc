// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/probe.h"

#include "evidence/test_errors.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using testing::HasSubstr;

TEST(ProbeTest, ReadsWhatTheModuleShows) {
  const ProbeReport report = parse_probe(R"(reserved_mem_probe 1
linear virt=0xffffff8000000000 phys=0x40000000
region name=region@50020000 available=1 found=1 base=0x50020000 size=0x10000 phandle=0x9001 recorded_name=region@50020000 ops=none mapped=none
region name=pool available=1 found=1 base=0x7c000000 size=0x1000000 phandle=0x0 recorded_name=pool ops=rmem_cma_ops mapped=all
region name=off@4a000000 available=0 found=0
end 3
)");
  EXPECT_EQ(report.linear.virt_start, 0xffffff8000000000u);
  EXPECT_EQ(report.linear.phys_start, 0x40000000u);
  ASSERT_EQ(report.regions.size(), 3u);

  const ProbedRegion &region = report.regions[0];
  EXPECT_EQ(region.name, "region@50020000");
  EXPECT_TRUE(region.available);
  EXPECT_TRUE(region.found);
  EXPECT_EQ(region.range, (PhysicalRange{0x50020000, 0x50030000}));
  EXPECT_EQ(region.phandle, 0x9001u);
  EXPECT_EQ(region.recorded_name, "region@50020000");
  EXPECT_EQ(region.ops, "none");
  EXPECT_EQ(region.mapped, "none");
  EXPECT_EQ(region.at.file, "probe");
  EXPECT_EQ(region.at.line, 3u);
  EXPECT_THAT(region.at.text, testing::StartsWith("region name=region@50020000 "));

  EXPECT_EQ(report.regions[1].ops, "rmem_cma_ops");
  EXPECT_FALSE(report.regions[2].available);
  EXPECT_FALSE(report.regions[2].found);
  EXPECT_TRUE(report.regions[2].range.empty());
}

/// As Debian's kernels, which have no KALLSYMS_ALL.
TEST(ProbeTest, TakesAFunctionsNameForThatOfTheOps) {
  const ProbeReport report = parse_probe(R"(reserved_mem_probe 2
linear virt=0xffffff8000000000 phys=0x40000000
region name=pool available=1 found=1 base=0x7c000000 size=0x1000000 phandle=0x0 recorded_name=pool ops=rmem_cma_device_init mapped=all
end 1
)");
  ASSERT_EQ(report.regions.size(), 1u);
  EXPECT_EQ(report.regions[0].ops, "rmem_cma_ops");
}

TEST(ProbeTest, ATreeWithoutRegionsHasNone) {
  const ProbeReport report =
      parse_probe("reserved_mem_probe 1\nlinear virt=0xffff000000000000 phys=0x40000000\nend 0\n");
  EXPECT_TRUE(report.regions.empty());
}

constexpr std::string_view header =
    "reserved_mem_probe 1\nlinear virt=0xffff000000000000 phys=0x40000000\n";

std::string message_for(const std::string &text) {
  return message_of([&] { parse_probe(text); });
}

TEST(ProbeTest, AnUnknownFormatIsNoAnswer) {
  EXPECT_THAT(message_for("reserved_mem_probe 3\nlinear virt=0x0 phys=0x0\nend 0\n"),
              HasSubstr("probe:1: "));
  EXPECT_THAT(message_for("reserved_mem_probe 1\nregion name=a available=1 found=0\nend 1\n"),
              HasSubstr("probe:2: "));
  EXPECT_THAT(message_for(""), HasSubstr("probe: "));
}

TEST(ProbeTest, ATextThatIsCutShortIsNoAnswer) {
  const std::string region = "region name=a available=1 found=0\n";
  EXPECT_THAT(message_for("reserved_mem_probe 1\n"), HasSubstr("probe:1: "));
  EXPECT_THAT(message_for(std::string(header)), HasSubstr("probe:2: "));
  EXPECT_THAT(message_for(std::string(header) + region), HasSubstr("probe:3: "));
  EXPECT_THAT(message_for(std::string(header) + region + "end 2\n"), HasSubstr("'end 1'"));
  EXPECT_THAT(message_for(std::string(header) + region + "end 1\n" + region),
              HasSubstr("probe:5: "));
}

TEST(ProbeTest, AnEntryMayHaveNoPhandle) {
  const ProbeReport report = parse_probe(
      std::string(header) + "region name=a available=1 found=1 base=0x1000 size=0x1 "
                            "phandle=none recorded_name=a ops=none mapped=all\nend 1\n");
  ASSERT_EQ(report.regions.size(), 1u);
  EXPECT_EQ(report.regions[0].phandle, std::nullopt);
  EXPECT_EQ(report.regions[0].recorded_name, "a");
}

TEST(ProbeTest, ADamagedRegionIsNeverPassedOver) {
  const std::string found = "region name=a available=1 found=1";
  for (const std::string &damaged : {
           std::string("region name=a available=1"),
           std::string("region name= available=1 found=0"),
           std::string("region name=a available=2 found=0"),
           std::string("region name=a available=1 found=0 base=0x1"),
           found,
           found + " base=0x1 size=0x1 phandle=0x0 recorded_name=a ops=none",
           found + " base=0x1 size=0x1 phandle=0x0 recorded_name=a ops=none mapped=maybe",
           found + " base=0x1 size=0x1 phandle=0x0 recorded_name=a ops=none mapped=all more",
           found + " base=0x1 size=0x1 phandle=0x100000000 recorded_name=a ops=none mapped=all",
           found + " base=0x1 size=0x1 phandle=no recorded_name=a ops=none mapped=all",
           found + " base=0x1 size=0x1 phandle=nonesuch recorded_name=a ops=none mapped=all",
       }) {
    const std::string message = message_for(std::string(header) + damaged + "\nend 1\n");
    EXPECT_THAT(message, HasSubstr("probe:3: ")) << damaged;
    EXPECT_THAT(message, HasSubstr("found '" + damaged + "'"));
  }
}

TEST(ParseProbe, ReadsDevices) {
  const ProbeReport report = parse_probe(R"(reserved_mem_probe 2
linear virt=0xffff000000000000 phys=0x40000000
region name=a available=1 found=0
device name=c assigned=0 allocated=0 base=0x44000000 size=0x2000
device name=d assigned=19 allocated=19 base=0x0 size=0x2000
end 3
)");
  ASSERT_EQ(report.regions.size(), 1u);
  ASSERT_EQ(report.devices.size(), 2u);
  EXPECT_EQ(report.devices[0].name, "c");
  EXPECT_EQ(report.devices[0].assign_error, 0u);
  EXPECT_EQ(report.devices[0].range, (PhysicalRange{0x44000000, 0x44002000}));
  EXPECT_EQ(report.devices[0].at.line, 4u);
  EXPECT_EQ(report.devices[1].assign_error, 19u);
  EXPECT_EQ(report.devices[1].allocate_error, 19u);
}

TEST(ParseProbe, RefusesADeviceThatIsNotWhole) {
  EXPECT_THAT(message_of([] {
                parse_probe("reserved_mem_probe 2\nlinear virt=0x0 phys=0x0\n"
                            "device name=c assigned=0\nend 1\n");
              }),
              HasSubstr("probe:3: "));
}

TEST(ProbeTest, AnEntryMayEndWith64BitsOrBeyond) {
  const auto entry = [](const std::string &size) {
    return parse_probe(std::string(header) +
                       "region name=a available=1 found=1 base=0xfffffffffffff000 size=" + size +
                       " phandle=0x1 recorded_name=a ops=none mapped=unknown\nend 1\n")
        .regions.at(0);
  };
  EXPECT_EQ(entry("0x1000").range, (PhysicalRange{0xfffffffffffff000, 0xffffffffffffffff}));
  EXPECT_FALSE(entry("0x1000").wraps);
  EXPECT_TRUE(entry("0x1001").wraps);
}

} // namespace
} // namespace rmemcheck
