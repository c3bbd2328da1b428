// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/validation.h"

#include "base/error.h"
#include "base/file.h"
#include "base/kernel_version.h"
#include "base/process.h"
#include "cli/comparison.h"
#include "cli/conclusion.h"
#include "cli/crash.h"
#include "cli/parallel.h"
#include "devicetree/dtb.h"
#include "expectation/memblock_entries.h"
#include "report/json.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

void check_rule_names(const fs::path &file, const std::vector<std::string> &wanted) {
  const auto is_rule = [](const std::string &name) {
    return std::ranges::find(rules(), name, &Rule::name) != rules().end();
  };
  for (const std::string &name : wanted)
    if (!is_rule(name) && name != boots_rule) {
      std::vector<std::string> names;
      std::ranges::transform(rules(), std::back_inserter(names), &Rule::name);
      names.emplace_back(boots_rule);
      throw bad_input(fmt::format("{}: baseline-fails: \"{}\" is no rule, expected some of {}",
                                  file.string(), name, fmt::join(names, ", ")));
    }
}

bool applies(const FailsWhere &fails, const std::string &version, const Machine &machine) {
  const bool is_machine = fails.machines.empty() ||
                          std::ranges::find(fails.machines, machine.name) != fails.machines.end();
  return is_machine && (fails.before.empty() || is_older(version, fails.before));
}

/// A QEMU that never started is a result like another here: what is not known of one case must
/// not take away what is known of the rest.
BootResult boot_or_died(const BootRequest &request) {
  try {
    return boot(request);
  } catch (const Error &error) {
    if (error.status() != ExitStatus::unknown)
      throw;
    BootResult result;
    result.ending = Ending::died;
    result.ending_reason = error.what();
    return result;
  }
}

/// One boot and its verdict, and what a comparison with another one needs.
struct Booted {
  KeptBoot kept;
  CaseResult result;
};

Booted boot_one(const PreparedCase &prepared, const KernelUnderTest &kernel, BootRequest request,
                const fs::path &out) {
  throw_if_interrupted();
  request.image = kernel.image;
  request.modules = kernel.modules;
  request.dtb = prepared.dtb;
  request.append = prepared.what.append;
  add_crash_images(request);
  KeptBoot kept;
  kept.kernel = kernel.name;
  kept.kernel_version = kernel.version;
  kept.case_name = prepared.what.name;
  kept.title = prepared.what.title;
  kept.hazards = prepared.what.hazards;
  kept.left_out = prepared.what.left_out;
  note_machine(kept, request.machine);
  kept.dtb = prepared.dtb;
  kept.boot = boot_or_died(request);
  const std::string folder = fmt::format("runs/{}/{}", kernel.name, prepared.what.name);
  save(out / folder, kept);
  CaseResult result = judge_kept(kept, folder);
  if (kernel.name == "baseline")
    result.must_fail = must_fail(prepared, kernel.version, request.machine);
  return {std::move(kept), std::move(result)};
}

/// What the kernels do with one case, once all have booted it. With an unpatched and a patched
/// one, the patched one is held against the other.
void finish_case(std::vector<Booted> &boots, const fs::path &out) {
  const auto find = [&](const char *kernel) {
    return std::ranges::find(boots, kernel, [](const Booted &each) { return each.kept.kernel; });
  };
  const auto unpatched = find("baseline");
  const auto patched = find("patched");
  if (unpatched != boots.end() && patched != boots.end())
    compare_kept(patched->result, unpatched->kept, patched->kept);
  for (Booted &each : boots) {
    conclude(each.result);
    write_file(out / each.result.folder / "verdict.json", verdict_json(each.result));
  }
}

/// Findings are news only where the kernel is not as it must be.
std::string report_text(const CaseResult &result, const TextStyle &style) {
  return case_line(result, style) + '\n' +
         (result.conclusion == Outcome::pass ? "" : findings_text(result, style));
}

/// Entries that memblock has before the page tables are set up; 0 is any number.
struct EarlyRegions {
  std::size_t memory;
  std::size_t reserved;
};

EarlyRegions unpatched_regions(const Machine &machine) {
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
                                     const std::vector<std::string> &kernels) {
  for (const std::string &kernel : kernels) {
    const bool is_patched = kernel == "patched";
    if (kernel == "baseline" && is_surely_too_much(tree, unpatched_regions(machine)) &&
        what_does_not_fit(tree, patched_regions(machine)).empty())
      continue;
    if (std::string missing = what_does_not_fit(tree, is_patched ? patched_regions(machine)
                                                                 : unpatched_regions(machine));
        !missing.empty())
      return missing;
  }
  return "";
}

/// A tree at the very limit of an unpatched kernel (MAX_RESERVED_REGIONS,
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

/// Whether numbers in the board's tree are as wide as the case's bytes are.
bool has_needed_cells(const Case &what, const std::string &dtb) {
  const Cells cells = Dtb(dtb, what.name).root_cells();
  const auto needed = static_cast<int>(what.needs_cells);
  return needed == 0 || (cells.address == needed && cells.size == needed);
}

/// Why the case makes no sense on the machine; empty if it does.
std::string what_is_missing(const PreparedCase &prepared, const Machine &machine,
                            const std::vector<std::string> &kernels) {
  const Case &what = prepared.what;
  if (const auto lacking = machine.lacks.find(what.name); lacking != machine.lacks.end())
    return lacking->second;
  if (!machine.has_device_tree && what.tree.asks_for_a_tree())
    return "device tree";
  for (const std::string &need : what.needs)
    if (std::ranges::find(machine.config, need) == machine.config.end())
      return need;
  if (prepared.dtb.empty())
    return "";
  if (!has_needed_cells(what, prepared.dtb))
    return fmt::format("{} cells for addresses and sizes", what.needs_cells);
  const ReservedMemory tree = read_reserved_memory(prepared.dtb, what.name);
  for (const auto &missing_of : {what_holes_break, what_firmware_spoils})
    if (std::string missing = missing_of(tree, machine); !missing.empty())
      return missing;
  return what_kernels_cannot_hold(tree, machine, kernels);
}

std::size_t longest_name(const std::vector<PreparedCase> &cases) {
  std::size_t longest = 0;
  for (const PreparedCase &prepared : cases)
    longest = std::max(longest, prepared.what.name.size());
  return longest;
}

} // namespace

std::vector<PreparedCase> prepare_cases(const std::vector<fs::path> &files, const Machine &machine,
                                        const fs::path &kernel) {
  std::vector<PreparedCase> cases;
  for (const fs::path &file : files) {
    cases.push_back({read_case(file), ""});
    const Case &what = cases.back().what;
    check_rule_names(file, what.baseline_fails);
    for (const FailsWhere &fails : what.baseline_fails_where)
      check_rule_names(file, fails.rules);
    for (std::size_t index = 0; index + 1 < cases.size(); ++index)
      if (cases[index].what.name == what.name)
        throw bad_input(fmt::format("{}: there is another case named {}, expected one",
                                    file.string(), what.name));
  }
  if (!machine.has_device_tree)
    return cases;
  const std::string board = board_dtb(machine, kernel);
  for (PreparedCase &prepared : cases)
    prepared.dtb = has_needed_cells(prepared.what, board)
                       ? make_tree(board, prepared.what.tree, machine.memory_base)
                       : board; // it is left out
  return cases;
}

std::vector<std::string> must_fail(const PreparedCase &prepared, const std::string &version,
                                   const Machine &machine) {
  if (!prepared.dtb.empty() &&
      is_surely_too_much(read_reserved_memory(prepared.dtb, prepared.what.name),
                         unpatched_regions(machine)))
    return {boots_rule};
  std::vector<std::string> rules = prepared.what.baseline_fails;
  for (const FailsWhere &fails : prepared.what.baseline_fails_where)
    if (applies(fails, version, machine))
      rules.insert(rules.end(), fails.rules.begin(), fails.rules.end());
  return rules;
}

std::vector<std::string> leave_out_unserved(std::vector<PreparedCase> &cases,
                                            const Machine &machine,
                                            const std::vector<std::string> &kernels) {
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

std::vector<CaseResult> validate(const std::vector<PreparedCase> &cases,
                                 const std::vector<KernelUnderTest> &kernels,
                                 const BootRequest &base, const fs::path &out, unsigned jobs,
                                 ProgressLine &progress) {
  const TextStyle style{is_colour_wanted(), longest_name(cases)};
  const std::size_t count = cases.size() * kernels.size();
  const std::string step = fmt::format("booting {} guest{}", count, count == 1 ? "" : "s");
  std::vector<std::vector<Booted>> boots(cases.size(), std::vector<Booted>(kernels.size()));
  std::vector<std::atomic<std::size_t>> missing(cases.size());
  std::ranges::fill(missing, kernels.size());
  std::atomic<std::size_t> done = 0;
  const auto show_share = [&] {
    progress.step(step, static_cast<double>(done) / static_cast<double>(count));
  };
  show_share();
  for_each_index(count, jobs, [&](std::size_t index) {
    const std::size_t of_case = index / kernels.size();
    const std::size_t of_kernel = index % kernels.size();
    boots[of_case][of_kernel] = boot_one(cases[of_case], kernels[of_kernel], base, out);
    ++done;
    if (--missing[of_case] == 0) {
      finish_case(boots[of_case], out);
      for (const Booted &each : boots[of_case])
        progress.print(report_text(each.result, style));
      for (Booted &each : boots[of_case])
        each.kept = {}; // evidence of hundreds of boots is much
    }
    show_share();
  });
  std::vector<CaseResult> results;
  for (std::vector<Booted> &of_case : boots)
    for (Booted &each : of_case)
      results.push_back(std::move(each.result));
  return results;
}

} // namespace rmemcheck
