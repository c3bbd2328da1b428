// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// A tree's expectation with the evidence of a kernel that does everything right, for unit tests
// that each break one thing of it.

#include "base/range_set.h"
#include "judge/by_address.h"
#include "judge/rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <string>

namespace rmemcheck::test {

struct Scenario {
  Expectation expectation;
  Evidence evidence;
};

inline constexpr PhysicalRange ram{0x40000000, 0x80000000};
inline constexpr PhysicalRange kernel{0x40200000, 0x40b00000};

inline PhysicalRange range(std::uint64_t begin, std::uint64_t size) {
  return {begin, begin + size};
}

inline SourceLine line(const std::string &file, std::size_t number, const std::string &text = "") {
  return {file, number, text};
}

inline ExpectedRegion static_region(const std::string &name, const PhysicalRange &reg) {
  ExpectedRegion region;
  region.node.name = name;
  region.node.reg = {reg};
  region.range = reg;
  region.size = reg.size();
  return region;
}

inline ExpectedRegion boot_placed_region(const std::string &name, std::uint64_t size) {
  ExpectedRegion region;
  region.node.name = name;
  region.node.size = size;
  region.size = size;
  return region;
}

inline ExpectedRegion no_map(ExpectedRegion region) {
  region.no_map = true;
  region.node.no_map = true;
  return region;
}

inline ExpectedRegion compatible(ExpectedRegion region, const std::string &with) {
  region.node.compatible = {with};
  return region;
}

inline ExpectedRegion default_cma(ExpectedRegion region) {
  region = compatible(std::move(region), "shared-dma-pool");
  region.node.reusable = true;
  region.node.cma_default = true;
  region.cma = true;
  return region;
}

inline ExpectedRegion refused(ExpectedRegion region) {
  region.fate = Fate::refused;
  region.no_map = false;
  region.cma = false;
  return region;
}

inline ExpectedRegion ignored(ExpectedRegion region) {
  region = refused(std::move(region));
  region.fate = Fate::ignored;
  region.node.enabled = false;
  return region;
}

/// Takes bytes out of the linear mapping.
inline void unmap(Scenario &scenario, const PhysicalRange &hole) {
  std::vector<MappedRange> mapping;
  for (const PhysicalRange &part :
       bytes_of(*scenario.evidence.linear_mapping).minus(RangeSet({hole})).ranges())
    mapping.push_back({part, line("kernel_page_tables", 77)});
  scenario.evidence.linear_mapping = mapping;
}

inline void add_log_line(KernelLog &log, const std::string &text) {
  log.lines.push_back(line("dmesg", log.lines.size() + 1, text));
}

inline void add_trouble(KernelLog &log, LoggedTrouble::Kind kind, const std::string &text) {
  add_log_line(log, text);
  log.troubles.push_back({kind, log.lines.back()});
}

inline void add_error(KernelLog &log, const std::string &text) {
  add_trouble(log, LoggedTrouble::Kind::reserved_memory_error, text);
}

/// A line at error level that is of no family.
inline void say_error(KernelLog &log, const std::string &text) {
  add_log_line(log, text);
  log.errors.push_back(log.lines.back());
}

/// A kernel that has booted, with nothing reserved but itself.
inline Evidence bare_evidence(const std::string &version) {
  Evidence evidence;
  evidence.log.version = version;
  add_log_line(evidence.log, "Linux version " + version + " (gcc)");
  add_log_line(evidence.log, "Run /init as init process");
  evidence.memblock_memory.emplace();
  evidence.memblock_reserved = {{kernel, "NONE", line("memblock-reserved", 1)}};
  evidence.iomem = {{kernel, 1, "Kernel code", line("iomem", 1)}};
  evidence.linear_mapping.emplace();
  evidence.probe.emplace();
  return evidence;
}

/// The entry that lookup must return, and the line that must be logged.
inline void record(Evidence &evidence, const ExpectedRegion &region, const PhysicalRange &place) {
  const ReservedRegion &node = region.node;
  ProbedRegion probed;
  probed.name = node.name;
  probed.available = true;
  probed.found = true;
  probed.range = place;
  probed.phandle = node.phandle;
  probed.recorded_name = node.name;
  probed.ops = "none";
  if (region.cma)
    probed.ops = "rmem_cma_ops";
  else if (node.has_compatible("shared-dma-pool"))
    probed.ops = "rmem_dma_ops";
  else if (node.has_compatible("restricted-dma-pool"))
    probed.ops = "rmem_swiotlb_ops";
  probed.mapped = region.no_map || !ram.overlaps(place) ? "none" : "all";
  probed.at = line("probe", evidence.probe->size() + 3);
  evidence.probe->push_back(probed);
  if (region.cma)
    add_log_line(evidence.log,
                 fmt::format("Reserved memory: created CMA memory pool at {:#018x}, size {} MiB",
                             place.begin, place.size() >> 20));
  add_log_line(evidence.log, "OF: reserved mem: " + to_string(place) + " " + node.name);
  evidence.log.regions.push_back(
      {place, node.no_map, node.reusable, node.name, evidence.log.lines.back()});
}

inline void add_unrecorded(Evidence &evidence, const ExpectedRegion &region) {
  ProbedRegion probed;
  probed.name = region.node.name;
  probed.available = region.node.enabled;
  probed.at = line("probe", evidence.probe->size() + 3);
  evidence.probe->push_back(probed);
}

/// Splits RAM into memblock's, iomem's and the page tables' entries, no-map and not.
inline void add_memory(Evidence &evidence, const std::vector<PhysicalRange> &no_map_ranges) {
  const RangeSet all({ram});
  const auto add = [&](const PhysicalRange &part, bool is_no_map) {
    auto &memory = *evidence.memblock_memory;
    memory.push_back(
        {part, is_no_map ? "NOMAP" : "NONE", line("memblock-memory", memory.size() + 1)});
    auto &iomem = *evidence.iomem;
    iomem.push_back(
        {part, 0, is_no_map ? "reserved" : "System RAM", line("iomem", iomem.size() + 1)});
    auto &mapping = *evidence.linear_mapping;
    if (!is_no_map)
      mapping.push_back({part, line("kernel_page_tables", mapping.size() + 2)});
  };
  for (const PhysicalRange &part : all.minus(RangeSet(no_map_ranges)).ranges())
    add(part, false);
  for (const PhysicalRange &part : all.intersection(RangeSet(no_map_ranges)).ranges())
    add(part, true);
}

/// The evidence of a kernel that does right by the tree. `place` says where it puts boot-placed
/// regions.
template <typename Place>
Evidence good_evidence(const Expectation &expectation, const Place &place) {
  Evidence evidence = bare_evidence("6.9.0");
  std::vector<PhysicalRange> no_map_ranges;
  const auto reserve = [&](const PhysicalRange &taken) {
    auto &reserved = *evidence.memblock_reserved;
    reserved.push_back({taken, "NONE", line("memblock-reserved", reserved.size() + 1)});
  };
  for (const ExpectedRegion &region : expectation.regions) {
    if (region.fate != Fate::recorded) {
      add_unrecorded(evidence, region);
      continue;
    }
    const PhysicalRange first = region.range ? *region.range : place(region.node.name);
    record(evidence, region, first);
    for (const PhysicalRange &taken :
         region.range ? region.node.reg : std::vector<PhysicalRange>{first})
      if (region.no_map)
        no_map_ranges.push_back(taken);
      else
        reserve(taken);
  }
  for (const PhysicalRange &taken : expectation.memreserve)
    reserve(taken);
  std::uint64_t cma_bytes = 0;
  for (const ExpectedRegion &region : expectation.regions)
    cma_bytes += region.fate == Fate::recorded && region.cma ? region.size : 0;
  add_log_line(
      evidence.log,
      fmt::format("Memory: 900000K/1048576K available (4000K kernel code, 49576K reserved, "
                  "{}K cma-reserved)",
                  cma_bytes / 1024));
  add_memory(evidence, no_map_ranges);
  return evidence;
}

/// One region of each sort.
inline Expectation full_expectation() {
  Expectation tree;
  tree.memory = {ram};
  tree.memreserve = {range(0x48000000, 0x4000)};
  tree.regions = {
      static_region("mapped@50000000", range(0x50000000, 0x10000)),
      no_map(static_region("hidden@50020000", range(0x50020000, 0x10000))),
      static_region("two@50040000", range(0x50040000, 0x10000)),
      default_cma(static_region("linux,cma@52000000", range(0x52000000, 0x1000000))),
      compatible(no_map(static_region("pool@54000000", range(0x54000000, 0x100000))),
                 "shared-dma-pool"),
      compatible(static_region("bounce@55000000", range(0x55000000, 0x400000)),
                 "restricted-dma-pool"),
      static_region("far@100000000", range(0x100000000, 0x10000)),
      boot_placed_region("placed", 0x10000),
      no_map(boot_placed_region("placed-no-map", 0x10000)),
      refused(no_map(static_region("refused@50008000", range(0x50008000, 0x1000)))),
      ignored(static_region("disabled@58000000", range(0x58000000, 0x10000))),
  };
  tree.regions[2].node.reg.push_back(range(0x50060000, 0x10000));
  tree.regions[7].alignment = 0x10000;
  tree.regions[7].windows = {range(0x60000000, 0x1000000), range(0x70000000, 0x1000000)};
  tree.regions[9].refused_tuples = tree.regions[9].node.reg;
  for (std::size_t index = 0; index < tree.regions.size(); ++index)
    tree.regions[index].node.phandle = static_cast<std::uint32_t>(index + 1);
  return tree;
}

inline PhysicalRange full_place(const std::string &name) {
  return name == "placed" ? range(0x70ff0000, 0x10000) : range(0x7fff0000, 0x10000);
}

/// The suite of the series, all of it passed.
inline KunitReport kunit_report() {
  using Kind = KunitResult::Kind;
  KunitSuite suite;
  suite.name = "of_reserved_mem";
  suite.planned = 2;
  suite.tests = {{"finds", Kind::passed, line("dmesg", 101, "    ok 1 finds"), 1},
                 {"many", Kind::skipped, line("dmesg", 102, "    ok 2 many # SKIP too few"), 2}};
  suite.result = {suite.name, Kind::passed, line("dmesg", 103, "ok 1 of_reserved_mem"), 1};
  suite.at = line("dmesg", 100, "    # Subtest: of_reserved_mem");
  suite.totals = {1, 0, 1, 2,
                  line("dmesg", 102, "# of_reserved_mem: pass:1 fail:0 skip:1 total:2")};
  return {line("dmesg", 98, "KTAP version 1"), 103, 1, {suite}};
}

/// Every rule passes.
inline Scenario passing() {
  Scenario scenario;
  scenario.expectation = full_expectation();
  scenario.evidence = good_evidence(scenario.expectation, full_place);
  add_error(scenario.evidence.log,
            "OF: reserved mem: Reserved memory: failed to reserve memory for "
            "node 'refused@50008000': base 0x50008000, size 0 MiB");
  return scenario;
}

/// A tree with nothing in it, and the kernel that boots it.
inline Scenario empty_tree() {
  Scenario scenario;
  scenario.expectation.memory = {ram};
  scenario.evidence = good_evidence(scenario.expectation, full_place);
  return scenario;
}

template <typename List> auto &named(List &list, const std::string &name) {
  for (auto &each : list)
    if constexpr (requires { each.node; }) {
      if (each.node.name == name)
        return each;
    } else if (each.name == name) {
      return each;
    }
  throw std::runtime_error("the test has no " + name);
}

inline ProbedRegion &probed(Scenario &scenario, const std::string &name) {
  return named(*scenario.evidence.probe, name);
}

inline LoggedRegion &logged(Scenario &scenario, const std::string &name) {
  return named(scenario.evidence.log.regions, name);
}

inline ExpectedRegion &expected(Scenario &scenario, const std::string &name) {
  return named(scenario.expectation.regions, name);
}

/// Makes it what a kernel shows that records nothing: no region is found, and their memory is
/// there.
inline Scenario recording_nothing(Scenario scenario) {
  for (ExpectedRegion &region : scenario.expectation.regions)
    if (region.fate == Fate::recorded)
      region.fate = Fate::kept;
  for (ProbedRegion &seen : *scenario.evidence.probe)
    seen.found = false;
  scenario.evidence.log.regions.clear();
  return scenario;
}

/// As if lookup did not find it.
inline void lose(Scenario &scenario, const std::string &name) {
  probed(scenario, name).found = false;
  std::erase_if(scenario.evidence.log.regions,
                [&](const LoggedRegion &region) { return region.name == name; });
}

/// As the kernel log of v6.1 and its memblock are: no region lines, no flags.
inline void make_old(Scenario &scenario) {
  Evidence &evidence = scenario.evidence;
  evidence.log.version = "6.1.192";
  evidence.log.regions.clear();
  if (evidence.memblock_memory)
    for (MemblockRange &entry : *evidence.memblock_memory)
      entry.flag.reset();
}

inline RuleResult run(const std::string &rule, const Scenario &scenario) {
  return apply(named(rules(), rule), scenario.expectation, scenario.evidence);
}

inline Outcome outcome(const std::string &rule, const Scenario &scenario) {
  return run(rule, scenario).outcome;
}

/// The one finding of a rule; any other number is an error of the test.
inline Finding only_finding(const std::string &rule, const Scenario &scenario) {
  const RuleResult result = run(rule, scenario);
  if (result.outcome != Outcome::fail || result.findings.size() != 1)
    throw std::runtime_error(fmt::format("{}: {} with {} findings", rule, to_string(result.outcome),
                                         result.findings.size()));
  return result.findings.front();
}

} // namespace rmemcheck::test
