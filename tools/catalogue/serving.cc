// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/serving.h"

#include "base/kernel_version.h"
#include "expectation/memblock_entries.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

bool applies(const FailsWhere &fails, const std::string &version, const Machine &machine) {
  const bool is_machine = fails.machines.empty() ||
                          std::ranges::find(fails.machines, machine.name) != fails.machines.end();
  return is_machine && (fails.before.empty() || is_older(version, fails.before));
}

/// Entries that memblock has before the page tables are set up; 0 is any number.
struct EarlyRegions {
  std::size_t memory;
  std::size_t reserved;
};

EarlyRegions baseline_regions(const Machine &machine) {
  return {machine.memblock_memory_regions, machine.memblock_reserved_regions};
}

EarlyRegions patched_regions(const Machine &machine) {
  return {machine.patched_memory_regions, machine.patched_reserved_regions};
}

/// Whether static regions alone, which are counted exactly, are more than a kernel can hold early.
bool is_surely_too_much(const ReservedMemory &tree, const EarlyRegions &there) {
  const MemblockEntries entries = static_memblock_entries(tree);
  return (there.memory != 0 && entries.memory > there.memory) ||
         (there.reserved != 0 && entries.reserved > there.reserved);
}

/// What memblock cannot hold before the page tables are set up; empty if it can hold all.
std::string what_does_not_fit(const ReservedMemory &tree, const EarlyRegions &early) {
  // memblock_isolate_range() wants room for two more, memblock_add_range() for what the kernel
  // reserves for itself: image, initrd, DTB, page tables and the like.
  constexpr std::size_t spare_memory = 2;
  constexpr std::size_t spare_reserved = 16;
  const MemblockEntries entries = memblock_entries(tree);
  const auto lack = [](const char *array, std::size_t wanted, std::size_t there) {
    return there == 0 || wanted <= there
               ? ""
               : fmt::format("room for {} early entries in memblock.{}, but for {}", wanted, array,
                             there);
  };
  const std::string memory = lack("memory", entries.memory + spare_memory, early.memory);
  return !memory.empty() ? memory
                         : lack("reserved", entries.reserved + spare_reserved, early.reserved);
}

/// The same of all kernels together. One without the series that surely has not enough shows it.
std::string what_kernels_cannot_hold(const ReservedMemory &tree, const Machine &machine,
                                     const std::vector<EarlyEntries> &kernels) {
  for (const EarlyEntries kernel : kernels) {
    const bool is_patched = kernel == EarlyEntries::of_series;
    if (kernel == EarlyEntries::of_baseline &&
        is_surely_too_much(tree, baseline_regions(machine)) &&
        what_does_not_fit(tree, patched_regions(machine)).empty())
      continue;
    if (std::string missing = what_does_not_fit(tree, is_patched ? patched_regions(machine)
                                                                 : baseline_regions(machine));
        !missing.empty())
      return missing;
  }
  return "";
}

/// A tree at the very limit of a baseline (MAX_RESERVED_REGIONS,
/// drivers/of/of_reserved_mem.c) is above it where the firmware adds regions of its own; empty if
/// it stays on its side.
std::string what_firmware_spoils(const ReservedMemory &tree, const Machine &machine) {
  constexpr std::size_t limit = 64;
  const auto count =
      static_cast<std::size_t>(std::ranges::count_if(tree.regions, &ReservedRegion::enabled));
  return count > limit || count + machine.firmware_regions <= limit
             ? ""
             : fmt::format("room for {} regions: its firmware adds {}", count,
                           machine.firmware_regions);
}

/// Empty if no region leaves a hole that the machine's kernel cannot map around.
std::string what_holes_break(const ReservedMemory &tree, const Machine &machine) {
  const bool has_hole = std::ranges::any_of(
      tree.regions, [](const ReservedRegion &region) { return region.enabled && region.no_map; });
  return has_hole && !machine.maps_around_holes
             ? "linear mapping that comes out right around no-map memory"
             : "";
}

/// Empty if the crashed kernel's memory, if the tree has any, is what guest/elf_core_header.cc
/// writes.
std::string what_a_crash_lacks(const ReservedMemory &tree, const Machine &machine) {
  constexpr unsigned wide = 64;
  return tree.elfcorehdr && machine.address_bits < wide ? "64-bit linux,elfcorehdr" : "";
}

/// Why the case makes no sense on the machine; empty if it does.
std::string what_is_missing(const PreparedCase &prepared, const Machine &machine,
                            const std::vector<EarlyEntries> &kernels) {
  const Case &what = prepared.what;
  if (const auto lacking = machine.lacks.find(what.name); lacking != machine.lacks.end())
    return lacking->second;
  if (!machine.board.has_device_tree && what.tree.asks_for_a_tree())
    return "device tree";
  for (const std::string &need : what.needs)
    if (std::ranges::find(machine.config, need) == machine.config.end())
      return need;
  if (prepared.dtb.empty())
    return "";
  if (!has_needed_cells(what, prepared.dtb))
    return fmt::format("{} cells for addresses and sizes", what.needs_cells);
  const ReservedMemory tree = read_reserved_memory(prepared.dtb, what.name);
  for (const auto &missing_of : {what_holes_break, what_firmware_spoils, what_a_crash_lacks})
    if (std::string missing = missing_of(tree, machine); !missing.empty())
      return missing;
  return what_kernels_cannot_hold(tree, machine, kernels);
}

} // namespace

std::vector<std::string> must_fail(const PreparedCase &prepared, const std::string &version,
                                   const Machine &machine) {
  if (!prepared.dtb.empty() &&
      is_surely_too_much(read_reserved_memory(prepared.dtb, prepared.what.name),
                         baseline_regions(machine)))
    return {boots_rule};
  std::vector<std::string> rules = prepared.what.baseline_fails;
  for (const FailsWhere &fails : prepared.what.baseline_fails_where)
    if (applies(fails, version, machine))
      rules.insert(rules.end(), fails.rules.begin(), fails.rules.end());
  return rules;
}

std::vector<std::string> take_out_unserved(std::vector<PreparedCase> &cases, const Machine &machine,
                                           const std::vector<EarlyEntries> &kernels) {
  std::vector<std::string> lines;
  std::erase_if(cases, [&](const PreparedCase &prepared) {
    const std::string missing = what_is_missing(prepared, machine, kernels);
    if (!missing.empty())
      lines.push_back(
          fmt::format("{}: not on {}, which has no {}", prepared.what.name, machine.name, missing));
    return !missing.empty();
  });
  return lines;
}

} // namespace rmemcheck
