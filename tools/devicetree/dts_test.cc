// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/dts.h"

#include "devicetree/make.h"
#include "devicetree/test_tree.h"

#include <gmock/gmock.h>

namespace rmemcheck {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

TEST(ReservedMemorySource, SaysAllOfReservedMemoryAndNothingElse) {
  TreeRequest request;
  RegionRequest pool = static_region("pool", 0x1000000, 0x2000);
  pool.no_map = true;
  pool.compatible = {"vendor,pool", "shared-dma-pool"};
  request.regions = {pool};
  request.devices = {{"device1", {"pool"}}};
  request.memreserve = {{0x100000, 0x1000}};
  const std::string source =
      reserved_memory_source(make_tree(board(), request, memory_base), "tree");
  EXPECT_THAT(source, testing::StartsWith("/dts-v1/;\n/memreserve/ 0x40100000 0x1000;\n/ {\n"));
  EXPECT_THAT(source, HasSubstr("\treserved-memory {\n"));
  EXPECT_THAT(source, HasSubstr("\t\tpool@41000000 {\n"
                                "\t\t\tcompatible = \"vendor,pool\", \"shared-dma-pool\";\n"
                                "\t\t\treg = <0x0 0x41000000 0x0 0x2000>;\n"
                                "\t\t\tno-map;\n"));
  EXPECT_THAT(source, HasSubstr("\tdevice1 {\n\t\tcompatible = \"rmemcheck,consumer\";\n"));
  EXPECT_THAT(source, Not(HasSubstr("intc")));
  EXPECT_THAT(source, Not(HasSubstr("memory@40000000")));
}

TEST(ReservedMemorySource, BytesThatAreNoCellsAreBytes) {
  TreeRequest request;
  RegionRequest broken;
  broken.name = "broken";
  broken.raw = {{"reg", std::string("\x01\x02\x03\x04\x05\x06", 6)},
                {"status", std::string(1, '\0')}};
  request.regions = {broken};
  const std::string source =
      reserved_memory_source(make_tree(board(), request, memory_base), "tree");
  EXPECT_THAT(source, HasSubstr("reg = [01 02 03 04 05 06];\n"));
  EXPECT_THAT(source, HasSubstr("status = [00];\n"));
}

TEST(ReservedMemorySource, ATreeWithoutReservedMemoryIsEmpty) {
  EXPECT_THAT(reserved_memory_source(board(), "tree"), Not(HasSubstr("reserved-memory")));
}

} // namespace
} // namespace rmemcheck
