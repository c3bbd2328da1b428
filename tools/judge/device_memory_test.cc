// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/test_evidence.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace rmemcheck::test {
namespace {

constexpr const char *device_memory_rule = "device-memory";

/// A device with a region, and what the probe shows of it where all goes well.
Scenario with_device(const std::string &region) {
  Scenario scenario = passing();
  scenario.expectation.consumers = {{"camera", region}};
  for (std::size_t index = 0; index < scenario.expectation.regions.size(); ++index)
    if (scenario.expectation.regions[index].node.name == region)
      scenario.expectation.consumers[0].index = index;
  const PhysicalRange place = region.empty() ? PhysicalRange{} : probed(scenario, region).range;
  scenario.evidence.devices = {
      {"camera", 0, 0, range(place.begin, 0x2000), line("probe", 20, "device name=camera")}};
  add_log_line(scenario.evidence.log,
               "rmemcheck-consumer camera: assigned reserved memory node " + region);
  return scenario;
}

ProbedDevice &device(Scenario &scenario) { return scenario.evidence.devices.front(); }

TEST(DeviceMemory, PassesWithEveryKindOfPool) {
  for (const char *name : {"linux,cma@52000000", "pool@54000000", "bounce@55000000"})
    EXPECT_EQ(outcome(device_memory_rule, with_device(name)), Outcome::pass) << name;
}

TEST(DeviceMemory, FailsWhereTheRegionIsNotGiven) {
  Scenario scenario = with_device("pool@54000000");
  device(scenario).assign_error = ENODEV;
  EXPECT_EQ(only_finding(device_memory_rule, scenario).seen, fmt::format("errno {}", ENODEV));
}

TEST(DeviceMemory, IsSkippedWithAcpiWhichMakesNoDevices) {
  Scenario scenario = with_device("pool@54000000");
  scenario.evidence.devices.clear();
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::fail);
  scenario.expectation.recording = Recording::no_tree;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::skip);
}

TEST(DeviceMemory, FailsWhereMemoryComesFromElsewhere) {
  Scenario scenario = with_device("pool@54000000");
  device(scenario).range = range(0x540ff000, 0x2000);
  EXPECT_EQ(only_finding(device_memory_rule, scenario).region, "pool@54000000");
  device(scenario).allocate_error = ENOMEM;
  EXPECT_EQ(only_finding(device_memory_rule, scenario).seen, fmt::format("errno {}", ENOMEM));
}

TEST(DeviceMemory, FailsWithoutTheLogLine) {
  Scenario scenario = with_device("pool@54000000");
  scenario.evidence.log.lines.pop_back();
  EXPECT_EQ(only_finding(device_memory_rule, scenario).seen, "no line");
  scenario.evidence.log.is_cut = true;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::inconclusive);
}

TEST(DeviceMemory, FailsWhereARefusedRegionIsGiven) {
  Scenario scenario = with_device("pool@54000000");
  expected(scenario, "pool@54000000") = refused(expected(scenario, "pool@54000000"));
  EXPECT_EQ(only_finding(device_memory_rule, scenario).seen, "given to it");
  device(scenario).assign_error = EINVAL;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
}

TEST(DeviceMemory, FailsWhereTheProbeSawNoDevice) {
  Scenario scenario = with_device("pool@54000000");
  scenario.evidence.devices.clear();
  EXPECT_EQ(only_finding(device_memory_rule, scenario).seen, "the probe saw no such device");
}

TEST(DeviceMemory, ADeviceWithoutARegionIsServedByTheDefaultPool) {
  Scenario scenario = with_device("");
  EXPECT_EQ(only_finding(device_memory_rule, scenario).seen, "the tree has neither");
  expected(scenario, "pool@54000000").node.dma_default = true;
  EXPECT_EQ(outcome(device_memory_rule, scenario),
            Outcome::inconclusive); // is there such a pool at all?
  add_log_line(scenario.evidence.log, "DMA: default coherent area is set");
  device(scenario).range = range(0x54000000, 0x2000);
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
  device(scenario).range = range(0x50000000, 0x2000); // the pool whose entry stood there before
  EXPECT_EQ(only_finding(device_memory_rule, scenario).region, "pool@54000000");
}

TEST(DeviceMemory, IsSkippedWithoutDevicesAndInconclusiveWithoutTheProbe) {
  EXPECT_EQ(outcome(device_memory_rule, passing()), Outcome::skip);
  Scenario scenario = with_device("pool@54000000");
  scenario.evidence.probe.reset();
  scenario.evidence.ending = Ending::died;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::inconclusive);
}

TEST(DeviceMemory, FailsWhereMemoryComesFromANamesake) {
  Scenario scenario = passing();
  scenario.expectation.regions = {
      compatible(no_map(static_region("pool", range(0x54000000, 0x100000))), "shared-dma-pool"),
      compatible(no_map(static_region("pool", range(0x55000000, 0x100000))), "shared-dma-pool")};
  scenario.evidence = good_evidence(scenario.expectation, full_place);
  scenario.expectation.consumers = {{"camera", "pool", 1}};
  add_log_line(scenario.evidence.log, "camera: assigned reserved memory node pool");
  scenario.evidence.devices = {{"camera", 0, 0, range(0x55000000, 0x2000), line("probe", 20)}};
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
  device(scenario).range = range(0x54000000, 0x2000);
  EXPECT_EQ(only_finding(device_memory_rule, scenario).region, "pool");
}

/// of_reserved_mem_device_init_by_idx() returns 0 for a node that is disabled.
TEST(DeviceMemory, ADisabledRegionIsPassedOver) {
  Scenario scenario = with_device("disabled@58000000");
  device(scenario).range = {};
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
}

/// memremap() refuses it where it is RAM, on every kernel.
TEST(DeviceMemory, APoolInTheLinearMappingNeedNotBeGiven) {
  Scenario scenario = with_device("pool@54000000");
  device(scenario).assign_error = EINVAL;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::fail);
  expected(scenario, "pool@54000000").no_map = false;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
}

/// A page that is no-map in part is RAM.
TEST(DeviceMemory, APoolThatBeginsWithinAPageNeedNotBeGiven) {
  Scenario scenario = with_device("pool@54000000");
  device(scenario).assign_error = EINVAL;
  ExpectedRegion &pool = expected(scenario, "pool@54000000");
  const PhysicalRange place = pool.node.reg.at(0);
  pool.node.reg = {{place.begin + 0xc80, place.end}};
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
  pool.node.reg = {{place.begin, place.end - 0x380}};
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
  pool.node.reg = {{place.begin + 0x1000, place.end}};
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::fail);
}

TEST(DeviceMemory, APoolOfAPageHasNoTwo) {
  Scenario scenario = with_device("pool@54000000");
  device(scenario).allocate_error = ENOMEM;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::fail);
  expected(scenario, "pool@54000000").size = 0x1000;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
  device(scenario).allocate_error = EINVAL;
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::fail);
}

TEST(DeviceMemory, FailsWithADeviceThatTheTreeHasNot) {
  Scenario scenario = with_device("pool@54000000");
  scenario.evidence.devices.push_back(device(scenario)); // once more
  scenario.evidence.devices.back().at = line("probe", 21, "device name=camera");
  EXPECT_EQ(only_finding(device_memory_rule, scenario).at.line, 21u);
  scenario.evidence.devices.back().name = "sound";
  EXPECT_EQ(only_finding(device_memory_rule, scenario).at.line, 21u);
  scenario = passing(); // which has none at all
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::skip);
  scenario.evidence.devices = {{"sound", 0, 0, {}, line("probe", 21, "device name=sound")}};
  EXPECT_EQ(only_finding(device_memory_rule, scenario).seen, "device name=sound");
}

TEST(DeviceMemory, FailsWithALineOfADeviceThatTheTreeHasNot) {
  Scenario scenario = with_device("pool@54000000");
  const auto add_line = [&](const std::string &device) {
    add_log_line(
        scenario.evidence.log,
        fmt::format("rmemcheck-consumer {}: assigned reserved memory node pool@54000000", device));
  };
  add_line("camera"); // once more, as of a restricted pool
  EXPECT_EQ(outcome(device_memory_rule, scenario), Outcome::pass);
  add_line("sound");
  EXPECT_EQ(only_finding(device_memory_rule, scenario).seen,
            scenario.evidence.log.lines.back().text);
}

} // namespace
} // namespace rmemcheck::test
