// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/read_boot.h"

#include "base/error.h"
#include "base/kernel_version.h"
#include "devicetree/dtb.h"
#include "engine/boot_facts.h"
#include "evidence/dmesg.h"
#include "expectation/place_faults.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>

namespace rmemcheck {
namespace {

bool has(const ReservedMemory &tree, const ReservedRegion &region) {
  return std::ranges::find(tree.regions, region) != tree.regions.end();
}

bool has(const ReservedMemory &tree, const PhysicalRange &memreserve) {
  return std::ranges::find(tree.memreserve, memreserve) != tree.memreserve.end();
}

/// A region of ours that the other tree lacks; nullptr where it has all.
const ReservedRegion *missing_in(const ReservedMemory &given, const ReservedMemory &ours) {
  if (given.regions == ours.regions) // as mostly, and told without looking each one up
    return nullptr;
  const auto missing = std::ranges::find_if(
      ours.regions, [&](const ReservedRegion &region) { return !has(given, region); });
  return missing == ours.regions.end() ? nullptr : &*missing;
}

/// The command line by the word of the log, where no tree of the kernel's own says it.
std::string command_line(const KernelLog &log) {
  constexpr std::string_view start = "Kernel command line: "; // start_kernel()
  for (const SourceLine &line : log.lines)
    if (line.text.starts_with(start))
      return line.text.substr(start.size());
  return "";
}

/// Levels below it are shown on the console (kernel/printk/printk.c).
unsigned console_level(const std::string &command_line) {
  constexpr unsigned by_default = 7;
  constexpr unsigned if_quiet = 4;
  unsigned level = by_default;
  std::istringstream words(command_line);
  for (std::string word; words >> word;)
    if (word == "quiet")
      level = if_quiet;
    else if (word.starts_with("loglevel="))
      level = static_cast<unsigned>(std::strtoul(word.c_str() + 9, nullptr, 10));
  return level;
}

/// A tree, and what of it firmware has added.
struct GivenTree {
  ReservedMemory memory;
  std::vector<std::string> from_firmware{};    ///< names of regions
  std::vector<PhysicalRange> reserved_by_it{}; ///< entries of /memreserve/
  std::string trouble{}; ///< why nobody can tell what the kernel was given; empty otherwise
};

/// The tree that the kernel says it was given. What a boot of ours was given has all of our
/// regions: one that has not is of another boot, or firmware has taken them out, and then the
/// kernel is not what is judged.
ReservedMemory read_given(const KeptBoot &kept, const std::string &dtb, const std::string &origin,
                          const ReservedMemory &ours) {
  ReservedMemory given = read_reserved_memory(dtb, origin);
  if (kept.is_live)
    return given;
  if (const std::size_t size = Dtb(dtb, origin).size(); size != dtb.size())
    throw could_not_find_out(fmt::format("{}: expected {} bytes, as its header says, found {}",
                                         origin, size, dtb.size()));
  if (const ReservedRegion *missing = missing_in(given, ours))
    throw could_not_find_out(
        fmt::format("{}: expected all regions of tree.dtb, found no {} that is the same", origin,
                    missing->name));
  return given;
}

/// Regions of the kernel's tree that are not ours. Where firmware has changed one of ours, ours is
/// what whoever names a tree has said is to be expected.
std::vector<ReservedRegion> added_regions(const ReservedMemory &ours, const ReservedMemory &given,
                                          bool is_whole) {
  std::vector<ReservedRegion> added;
  if (given.regions == ours.regions)
    return added;
  for (const ReservedRegion &region : given.regions)
    if (!has(ours, region) &&
        (is_whole ||
         std::ranges::find(ours.regions, region.name, &ReservedRegion::name) == ours.regions.end()))
      added.push_back(region);
  return added;
}

/// Firmware between QEMU or a board's flash and the kernel may add reserved memory of its own
/// (OpenSBI does): what counts is the tree that the kernel was given.
GivenTree with_added(const ReservedMemory &ours, const ReservedMemory &given) {
  const bool is_whole = missing_in(given, ours) == nullptr;
  const std::vector<ReservedRegion> added = added_regions(ours, given, is_whole);
  GivenTree tree{ours};
  if (is_whole && !added.empty()) {
    tree.memory = given; // in its order
    tree.memory.memreserve = ours.memreserve;
  } else { // what is missing is missed by the rules
    tree.memory.regions.insert(tree.memory.regions.end(), added.begin(), added.end());
  }
  tree.memory.has_node |= !added.empty();
  for (const ReservedRegion &region : added)
    tree.from_firmware.push_back(region.name);
  for (const PhysicalRange &range : given.memreserve)
    if (!has(ours, range))
      tree.reserved_by_it.push_back(range);
  append(tree.memory.memreserve, tree.reserved_by_it);
  return tree;
}

/// The command line that QEMU has handed over.
std::string appended_words(const std::vector<std::string> &argv) {
  const auto option = std::ranges::find(argv, "-append");
  return argv.end() - option < 2 ? "" : *std::next(option);
}

/// The tree that the kernel goes by: ours, and what firmware has done to it.
GivenTree tree_of(const KeptBoot &kept, const Evidence &evidence, const std::string &folder) {
  const std::string prefix = folder.empty() ? "" : folder + "/";
  ReservedMemory ours;
  if (!kept.dtb.empty())
    ours = read_reserved_memory(kept.dtb, prefix + "tree.dtb");
  const auto fdt = kept.boot.evidence.find("fdt");
  if (fdt == kept.boot.evidence.end()) {
    const std::string words = command_line(evidence.log);
    ours.bootargs = !words.empty() ? words : appended_words(kept.boot.qemu_argv);
    return {ours};
  }
  ReservedMemory given;
  try {
    given = read_given(kept, fdt->second, prefix + "evidence/fdt", ours);
  } catch (const Error &error) {
    return {ours, {}, {}, error.what()};
  }
  ours.bootargs = given.bootargs; // QEMU's part
  ours.initrd = given.initrd;
  // UEFI's memory map says what is reserved: the stub takes all of /memreserve/ out of the tree
  // (update_fdt(), drivers/firmware/efi/libstub/fdt.c).
  if (!evidence.efi_memory.empty())
    std::erase_if(ours.memreserve, [&](const PhysicalRange &range) { return !has(given, range); });
  return with_added(ours, given);
}

/// What firmware has added, in words; empty where it is nothing.
std::string added_text(const GivenTree &tree) {
  std::vector<std::string> added = tree.from_firmware;
  for (const PhysicalRange &range : tree.reserved_by_it)
    added.push_back("/memreserve/ " + to_string(range));
  return added.empty() ? "" : fmt::format("firmware has added {}", fmt::join(added, ", "));
}

/// Of a boot of ours that has got through there is a console, which alone shows what comes after
/// the guest has sent its log.
constexpr const char *console_file = "console.log";

std::vector<std::string> witnesses_of(const KeptBoot &kept) {
  std::vector<std::string> witnesses = kept.witnesses;
  if (!kept.is_live && !witnesses.empty() && kept.boot.ending == Ending::powered_off)
    witnesses.emplace_back(console_file);
  return witnesses;
}

/// What the page allocator hands out at most; 0: not known. Until v6.4 the order is one too many
/// (23baf831a32c).
std::uint64_t most_pages(unsigned max_order, const std::string &version) {
  constexpr unsigned no_order = 32;
  if (max_order == 0 || max_order >= no_order)
    return 0;
  return std::uint64_t{1} << (max_order - (is_older(version, "6.4") ? 1 : 0));
}

Expectation expectation_of(const KeptBoot &kept, const GivenTree &tree, const Evidence &evidence) {
  BootFacts facts = facts_of(tree.memory, evidence, kept.boot.evidence, kept.boot.console);
  if (kept.arch == "um" && !kept.dtb.empty() && !tree.memory.memory.empty()) {
    facts.taken.push_back(tree_of_um(tree.memory.memory.back(), kept.dtb.size()));
    facts.taken.push_back(kernel_of_um(tree.memory.memory.front(), evidence.log));
  }
  facts.address_bits = kept.address_bits;
  facts.most_own_memory = kept.most_own_memory;
  facts.default_cma = kept.default_cma;
  facts.most_pages = most_pages(kept.max_order, evidence.log.version);
  facts.arch = kept.arch;
  facts.refuses_mapped_pools = !kept.has_mapped_pools;
  facts.recording = kept.recording;
  facts.from_firmware = tree.from_firmware;
  facts.may_leave_out = kept.left_out;
  facts.has_user_space = kept.has_user_space;
  // An architecture that has no tree builds nothing of the series' suite.
  facts.must_run_suite = !kept.has_user_space && !kept.dtb.empty() && kept.role != Role::baseline &&
                         (kept.role != Role::told || kept.has_series);
  facts.must_log = kept.must_log;
  facts.may_have_known_faults = !kept.has_series && kept.role != Role::mutant;
  facts.witnesses = witnesses_of(kept);
  facts.is_live = kept.is_live;
  facts.is_tree_known = kept.is_tree_known;
  if (kept.page_size != 0)
    facts.page_size = kept.page_size;
  return expect(tree.memory, facts);
}

/// Where run.json and the evidence of a boot of ours are of two kernels or of two machines.
std::string contradiction(const KeptBoot &kept, const Evidence &evidence) {
  const std::string &version = evidence.log.version;
  if (is_older(kept.kernel_version, version) || is_older(version, kept.kernel_version))
    return fmt::format("dmesg: expected Linux {}, as run.json says, found Linux {}",
                       kept.kernel_version, version);
  // phys_addr_t is no narrower than a pointer.
  if (evidence.is_64_bit.value_or(false) && kept.address_bits < 64)
    return fmt::format("probe: expected a kernel with addresses of {} bits, as run.json says, "
                       "found one of 64",
                       kept.address_bits);
  return "";
}

/// The console's word, beside the log that a guest has sent of itself, or without one.
void take_console(const KeptBoot &kept, Evidence &evidence) {
  if (kept.boot.console.empty())
    return;
  evidence.files.insert(console_file);
  if (!kept.has_user_space)
    return;
  const auto dmesg = kept.boot.evidence.find("dmesg");
  if (dmesg == kept.boot.evidence.end()) {
    evidence.unsent_log = parse_console_after(kept.boot.console, {});
    return;
  }
  evidence.after_log = parse_console_after(kept.boot.console, evidence.log);
  if (evidence.log.trouble.empty())
    evidence.log.trouble =
        disagreement(kept.boot.console, dmesg->second, console_level(command_line(evidence.log)));
}

/// The guest sends its log with levels, without which no line is an error. Without a guest there is
/// the console alone, and a live system's log is as somebody has packed it.
void demand_levels(const KeptBoot &kept, Evidence &evidence) {
  const auto dmesg = kept.boot.evidence.find("dmesg");
  if (kept.has_user_space && !kept.is_live && dmesg != kept.boot.evidence.end() &&
      evidence.log.trouble.empty())
    evidence.log.trouble = lack_of_levels(dmesg->second);
}

/// Nothing is known where the evidence is not understood, and that is said of every rule.
Verdict not_understood(const Expectation &expectation, const std::string &why) {
  Verdict verdict = judge(expectation, Evidence{});
  for (RuleResult &rule : verdict.rules)
    rule = {rule.rule, Outcome::inconclusive, why, {}};
  verdict.outcome = Outcome::inconclusive;
  verdict.reason = why;
  return verdict;
}

/// A guest that ended badly is judged by that, whatever its evidence is like.
bool is_lost(const ReadBoot &read) {
  return !read.trouble.empty() && read.evidence.ending == Ending::powered_off;
}

std::size_t count_no_map(const Expectation &expectation) {
  return static_cast<std::size_t>(
      std::ranges::count_if(expectation.regions, [](const ExpectedRegion &region) {
        return takes_memory(region) && region.no_map;
      }));
}

} // namespace

ReadBoot read_boot(const KeptBoot &kept, const std::string &folder) {
  const auto start = std::chrono::steady_clock::now();
  ReadBoot read;
  try {
    read.evidence = parse_evidence(kept.boot.evidence, kept.pasted_from);
  } catch (const Error &error) {
    read.trouble = error.what();
  }
  read.evidence.absences = kept.absences;
  if (read.trouble.empty() && !kept.is_live)
    read.trouble = contradiction(kept, read.evidence);
  take_console(kept, read.evidence);
  demand_levels(kept, read.evidence);
  const GivenTree tree = tree_of(kept, read.evidence, folder);
  if (read.trouble.empty())
    read.trouble = tree.trouble;
  if (const std::string added = added_text(tree); !added.empty())
    read.notes.push_back(added);
  read.notes.insert(read.notes.end(), read.evidence.notes.begin(), read.evidence.notes.end());
  read.notes.insert(read.notes.end(), kept.notes.begin(), kept.notes.end());
  read.expectation = expectation_of(kept, tree, read.evidence);
  // No kernel's fault, and so no finding of a rule.
  for (const TreeFault &fault : shared_page_faults(read.expectation))
    read.notes.push_back(fmt::format("the tree's fault: {} {}", fault.node, fault.fault));
  read.evidence.ending = kept.boot.ending;
  read.evidence.ending_reason =
      kept.boot.ending_reason + (read.trouble.empty() ? "" : "; " + read.trouble);
  read.dtb = kept.dtb;
  read.verdict = is_lost(read) ? not_understood(read.expectation, read.trouble)
                               : judge(read.expectation, read.evidence);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  read.seconds = elapsed.count();
  return read;
}

CaseResult judge_read(const KeptBoot &kept, const ReadBoot &read, const std::string &folder) {
  CaseResult result;
  result.kernel = kept.kernel;
  result.kernel_version = read.evidence.log.version;
  result.role = kept.role;
  result.must_fail = kept.must_fail;
  result.name = kept.case_name;
  result.title = kept.title;
  result.file = kept.case_file;
  result.hazards = kept.hazards;
  result.folder = folder;
  result.no_map = count_no_map(read.expectation);
  result.ending = kept.boot.ending;
  result.notes = read.notes;
  result.verdict = read.verdict;
  result.conclusion = result.verdict.outcome;
  result.boot_seconds = kept.boot.seconds;
  result.judge_seconds = read.seconds;
  return result;
}

CaseResult judge_kept(const KeptBoot &kept, const std::string &folder) {
  return judge_read(kept, read_boot(kept, folder), folder);
}

} // namespace rmemcheck
