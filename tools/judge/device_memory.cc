// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/init_functions.h"
#include "judge/mapped_pool.h"
#include "judge/rule_report.h"
#include "judge/rules.h"
#include "judge/sightings.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <set>
#include <string_view>

namespace rmemcheck {
namespace {

/// What the probe takes for a device (kmod/reserved_mem_probe.c).
constexpr std::uint64_t probed_bytes = 0x2000;

/// "rmemcheck-consumer NAME: assigned reserved memory node REGION"
constexpr std::string_view driver = "rmemcheck-consumer ";
constexpr std::string_view assigned = ": assigned reserved memory node ";

bool is_assignment(const SourceLine &line) {
  return line.text.starts_with(driver) && line.text.find(assigned) != std::string::npos;
}

std::string assigned_device(const SourceLine &line) {
  return line.text.substr(driver.size(), line.text.find(assigned) - driver.size());
}

/// Devices of the probe and their lines in the log that are of no device of the tree, or that the
/// probe has again. The log has two lines of one that takes a restricted pool: the driver core
/// gives it its region before the probe does (of_dma_set_restricted_buffer(), drivers/of/device.c).
void forbid_others(RuleReport &report, const Expectation &expectation, const Evidence &evidence) {
  std::set<std::string> devices;
  const auto is_of_tree = [&](const std::string &device) {
    return std::ranges::find(expectation.consumers, device, &ExpectedConsumer::name) !=
           expectation.consumers.end();
  };
  for (const ProbedDevice &seen : evidence.devices)
    if (!is_of_tree(seen.name) || !devices.insert(seen.name).second)
      report.finding("", "each device of the tree once, and no other", seen.at.text, seen.at);
  for (const SourceLine &line : evidence.log.lines)
    if (is_assignment(line) && !is_of_tree(assigned_device(line)))
      report.finding("", "no device but the tree's given a region", line.text, line);
}

/// The devices of a boot against their regions.
class DeviceComparison {
public:
  DeviceComparison(const Expectation &expectation, const Evidence &evidence)
      : expectation_(expectation), evidence_(evidence), sightings_(expectation, evidence) {}

  void compare(const ExpectedConsumer &consumer) {
    const auto seen = std::ranges::find(evidence_.devices, consumer.name, &ProbedDevice::name);
    if (seen == evidence_.devices.end())
      report_.finding(consumer.region, "device " + consumer.name + " driven by the probe",
                      "the probe saw no such device");
    else if (consumer.region.empty())
      compare_global_pool(consumer, *seen);
    else
      compare_region(consumer, *seen);
  }

  [[nodiscard]] RuleReport &report() { return report_; }

private:
  void compare_region(const ExpectedConsumer &consumer, const ProbedDevice &seen) {
    const ExpectedRegion *region = &expectation_.regions[consumer.index];
    const bool is_pool = expected_ops(*region) != nullptr;
    // of_reserved_mem_device_init_by_idx() passes over a disabled node, and that is no error.
    if (!is_pool && seen.assign_error == 0 && region->node.enabled)
      report_.finding(consumer.region, "not given to " + consumer.name, "given to it", seen.at);
    if (!is_pool || (seen.assign_error != 0 &&
                     is_mapped_coherent_pool(*region, sightings_, expectation_.page_size)))
      return;
    if (seen.assign_error != 0)
      report_.finding(consumer.region, "given to " + consumer.name,
                      fmt::format("errno {}", seen.assign_error), seen.at);
    else
      demand_within(*region, seen);
    demand_line(consumer, seen);
  }

  void demand_line(const ExpectedConsumer &consumer, const ProbedDevice &seen) {
    const std::string wanted = "assigned reserved memory node " + consumer.region;
    const auto &lines = evidence_.log.lines;
    if (std::ranges::any_of(lines,
                            [&](const SourceLine &line) { return line.text.ends_with(wanted); }))
      return;
    if (const std::string gap = log_gap(evidence_); !gap.empty())
      report_.unknown(gap);
    else
      report_.finding(consumer.region, "a log line: " + wanted, "no line", seen.at);
  }

  void demand_within(const ExpectedRegion &region, const ProbedDevice &seen) {
    const auto places = sightings_.places(region);
    if (seen.allocate_error == ENOMEM && region.size < probed_bytes)
      return; // it has not so much
    if (seen.allocate_error != 0)
      report_.finding(region.node.name, "memory for " + seen.name,
                      fmt::format("errno {}", seen.allocate_error), seen.at);
    else if (places.empty())
      report_.unknown("nothing shows where the kernel placed " + region.node.name);
    else if (!places.front().contains(seen.range))
      report_.finding(region.node.name,
                      fmt::format("memory for {} within {}", seen.name, to_string(places.front())),
                      to_string(seen.range), seen.at);
  }

  /// A device without a region is served by the pool with linux,dma-default where the kernel has
  /// such a pool at all (CONFIG_DMA_GLOBAL_POOL).
  void compare_global_pool(const ExpectedConsumer &consumer, const ProbedDevice &seen) {
    const auto pool = std::ranges::find_if(expectation_.regions, [](const ExpectedRegion &each) {
      return each.node.dma_default && expected_ops(each) != nullptr;
    });
    const auto is_set = [](const SourceLine &line) {
      return line.text.find("default coherent area is set") != std::string::npos;
    };
    if (pool == expectation_.regions.end())
      report_.finding("", "a region for " + consumer.name + ", or a default pool",
                      "the tree has neither", seen.at);
    else if (std::ranges::none_of(evidence_.log.lines, is_set))
      report_.unknown("nothing shows that this kernel has a default pool");
    else
      demand_within(*pool, seen);
  }

  const Expectation &expectation_;
  const Evidence &evidence_;
  const Sightings sightings_;
  RuleReport report_;
};

} // namespace

RuleResult check_device_memory(const Expectation &expectation, const Evidence &evidence) {
  if (expectation.consumers.empty()) {
    RuleReport report;
    forbid_others(report, expectation, evidence);
    const RuleResult result = report.result();
    return result.outcome == Outcome::fail
               ? result
               : skip("the tree has no device that takes a region into use");
  }
  if (expectation.recording == Recording::no_tree)
    return skip("this kernel makes no devices of the tree");
  if (!evidence.probe)
    return absent(evidence, "the probe's devices", "probe");
  DeviceComparison comparison(expectation, evidence);
  for (const ExpectedConsumer &consumer : expectation.consumers)
    comparison.compare(consumer);
  forbid_others(comparison.report(), expectation, evidence);
  return comparison.report().result();
}

} // namespace rmemcheck
