// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/by_address.h"
#include "judge/comparison.h"
#include "judge/rule_report.h"
#include "judge/sightings.h"
#include "judge/without_numbers.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

namespace rmemcheck {
namespace {

/// Log lines whose numbers are no part of the promise.
constexpr std::array<std::string_view, 5> lines_with_loose_numbers = {
    // the size of the kernel, and what is left beside it
    "Memory: ",
    "Freeing unused kernel ",
    // mem_init(), arch/sh/mm/init.c
    "      .text : ",
    "      .data : ",
    // speeds that are measured
    "SMP: Total of ",
};

/// Those that begin with the number: what the kernel leaves of the reach of a branch,
/// module_init_limits(), arch/arm64/kernel/module.c
constexpr std::array<std::string_view, 2> ends_with_loose_numbers = {
    " pages in range for non-PLT usage", " pages in range for PLT usage"};

/// Log lines whose place in the log is no part of it: they come from another thread.
constexpr std::array<std::string_view, 2> lines_with_loose_places = {"Unpacking initramfs",
                                                                     "Freeing initrd memory"};

/// Log lines that come when there has been enough entropy, or that say how a PC got on measuring
/// its clocks, for which the host had time or not, and which it takes therefore; or not at all.
constexpr std::array<std::string_view, 13> lines_of_chance = {
    "random: crng init done",
    // the firmware's heap lies where the kernel's size leaves room
    "efi:",
    "APIC timer disabled due to verification failure",
    "tsc: ",
    "Calibrating delay loop", // or not, where the TSC tells
    "sched_clock: Marking stable ",
    "clocksource: tsc",
    "clocksource: timekeeping watchdog",
    // the PIT is left alone where the APIC's timer could be verified
    "clocksource: pit",
    "clocksource: Switched to clocksource pit",
    "clocksource: Switched to clocksource refined-jiffies",
    "clocksource: Switched to clocksource tsc",
    // check_timer(), arch/x86/kernel/apic/io_apic.c
    "..",
};

template <std::size_t count>
bool starts_with_one_of(const std::string &text,
                        const std::array<std::string_view, count> &starts) {
  return std::ranges::any_of(starts, [&](const auto &start) { return text.starts_with(start); });
}

/// Log lines that "memblock=debug" adds: each step with the address of the code that took it. What
/// they come to is compared as memblock's ranges.
constexpr std::array<std::string_view, 8> lines_of_memblock = {
    "memblock_",    "memblock: ", "MEMBLOCK configuration:", " memory size = ",
    " memory.cnt ", " memory[",   " reserved.cnt ",          " reserved["};

/// KUnit tells of suites that only one of the kernels may have.
bool is_of_kunit(const SourceLine &line, const std::optional<KunitReport> &kunit) {
  return kunit && line.line >= kunit->at.line && line.line <= kunit->last_line;
}

std::string comparable(const SourceLine &line) {
  const bool is_loose = starts_with_one_of(line.text, lines_with_loose_numbers) ||
                        std::ranges::any_of(ends_with_loose_numbers, [&](const auto &end) {
                          return line.text.ends_with(end);
                        });
  return is_loose ? without_numbers(line.text) : line.text;
}

using Lines = std::vector<const SourceLine *>;

struct SortedLog {
  Lines in_order; ///< lines that must stand in the same order
  Lines loose;    ///< the others that must be there, by their text
};

SortedLog sorted(const Evidence &evidence) {
  SortedLog result;
  for (const SourceLine &line : evidence.log.lines)
    if (!starts_with_one_of(line.text, lines_of_chance) &&
        !starts_with_one_of(line.text, lines_of_memblock) && !is_of_kunit(line, evidence.kunit))
      (starts_with_one_of(line.text, lines_with_loose_places) ? result.loose : result.in_order)
          .push_back(&line);
  std::ranges::sort(result.loose, {}, [](const SourceLine *line) { return line->text; });
  return result;
}

/// Reports the first line that differs: what comes after it is often only moved.
void compare_lines(RuleReport &report, const Lines &baseline, const Lines &patched) {
  const auto [one, other] =
      std::ranges::mismatch(baseline, patched, [](const SourceLine *a, const SourceLine *b) {
        return comparable(*a) == comparable(*b);
      });
  if (one == baseline.end() && other == patched.end())
    return;
  const std::string wanted = one == baseline.end()
                                 ? "no more lines"
                                 : fmt::format("\"{}\", as the baseline's {}:{}", (*one)->text,
                                               (*one)->file, (*one)->line);
  const std::string seen =
      other == patched.end() ? "no more lines" : fmt::format("\"{}\"", (*other)->text);
  report.finding("", wanted, seen, other == patched.end() ? SourceLine{} : **other);
}

void compare_logs(RuleReport &report, const Evidence &baseline, const Evidence &patched) {
  const SortedLog before = sorted(baseline);
  const SortedLog after = sorted(patched);
  compare_lines(report, before.in_order, after.in_order);
  compare_lines(report, before.loose, after.loose);
}

/// What memblock and iomem have in common here: a text that must be equal, and where it stands.
struct Entry {
  std::string text;
  SourceLine at;
};

std::vector<Entry> entries_of(const std::vector<MemblockRange> &ranges) {
  std::vector<Entry> entries;
  entries.reserve(ranges.size());
  for (const MemblockRange &each : ranges)
    entries.push_back({to_string(each.range) + each.flag.value_or(""), each.at});
  return entries;
}

bool is_reserved(const IomemEntry &entry) {
  return entry.name == "reserved" || entry.name == "Reserved";
}

bool is_kernel(const IomemEntry &entry) { return entry.name.starts_with("Kernel "); }

/// Without what lies within System RAM for being taken: the kernel, and what memblock has
/// allocated. That is moved by the kernel's size, and memblock shows it to the byte.
std::vector<Entry> entries_of(const std::vector<IomemEntry> &iomem) {
  std::vector<Entry> entries;
  for (const IomemEntry &each : iomem)
    if (each.depth == 0 || (!is_reserved(each) && !is_kernel(each)))
      entries.push_back(
          {fmt::format("{} {} at depth {}", to_string(each.range), each.name, each.depth),
           each.at});
  return entries;
}

void compare_entries(RuleReport &report, const std::vector<Entry> &baseline,
                     const std::vector<Entry> &patched) {
  const auto [one, other] =
      std::ranges::mismatch(baseline, patched, {}, &Entry::text, &Entry::text);
  if (one == baseline.end() && other == patched.end())
    return;
  const std::string wanted =
      one == baseline.end()
          ? "no more entries"
          : fmt::format("{}, as the baseline's {}:{}", one->text, one->at.file, one->at.line);
  report.finding("", wanted, other == patched.end() ? "no more entries" : other->text,
                 other == patched.end() ? SourceLine{} : other->at);
}

/// Compares a piece that both have. One that only one of them has is not known.
template <typename Piece, typename Compare>
void compare_piece(RuleReport &report, const std::optional<Piece> &baseline,
                   const std::optional<Piece> &patched, const std::string &name,
                   const Compare &compare) {
  if (baseline.has_value() != patched.has_value())
    report.unknown(name + " is shown by one of the two kernels only");
  else if (baseline)
    compare(*baseline, *patched);
}

bool is_off(const ExpectedRegion &region) { return !region.node.enabled; }

} // namespace

RuleResult check_no_op(const ShownBoot &baseline_boot, const ShownBoot &patched_boot) {
  if (!std::ranges::all_of(patched_boot.expectation.regions, is_off))
    return skip("the tree has regions");
  const Evidence &baseline = baseline_boot.evidence;
  const Evidence &patched = patched_boot.evidence;
  RuleReport report;
  for (const auto &[name, evidence] :
       {std::pair("the baseline: ", &baseline), std::pair("", &patched)})
    if (const std::string gap = log_gap(*evidence); !gap.empty())
      report.unknown(name + gap);
  if (report.result().outcome == Outcome::pass)
    compare_logs(report, baseline, patched);
  const auto compare_lists = [&](const auto &before, const auto &after) {
    compare_entries(report, entries_of(before), entries_of(after));
  };
  compare_piece(report, baseline.memblock_memory, patched.memblock_memory, "memblock's memory",
                compare_lists);
  compare_piece(report, baseline.iomem, patched.iomem, "/proc/iomem", compare_lists);
  return report.result();
}

} // namespace rmemcheck
