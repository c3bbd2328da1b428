// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/memory_totals.h"

#include "base/size.h"
#include "evidence/iomem.h"
#include "evidence/memory_totals.h"
#include "evidence/pools.h"
#include "judge/by_address.h"
#include "judge/layout.h"
#include "judge/own_memory.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// All pages of memblock's memory, each of whose ranges counts by its whole pages.
RangeSet whole_pages(const std::vector<MemblockRange> &memory, std::uint64_t page) {
  std::vector<PhysicalRange> pages;
  for (const MemblockRange &entry : memory)
    for (const PhysicalRange &part : RangeSet({entry.range}).whole_units(page).ranges())
      pages.push_back(part);
  return RangeSet(std::move(pages));
}

/// What memblock has reserved in the end, which is no more than at first, and memory that is
/// hidden: no page that has a part of it is given to the page allocator.
std::uint64_t kept_pages(const Evidence &evidence, const RangeSet &hidden, std::uint64_t page) {
  std::vector<PhysicalRange> kept = hidden.ranges();
  for (const MemblockRange &entry : *evidence.memblock_reserved)
    kept.push_back(entry.range);
  for (const MemblockRange &entry : *evidence.memblock_memory)
    if (entry.flag == "NOMAP")
      kept.push_back(entry.range);
  return RangeSet(std::move(kept))
      .touched_units(page)
      .intersection(whole_pages(*evidence.memblock_memory, page))
      .bytes();
}

/// As debugfs shows it. What memblock=debug prints is of an earlier time, and a live system may
/// have reserved more since.
bool shows_reserved_in_the_end(const Expectation &expectation, const Evidence &evidence) {
  return !expectation.is_live && evidence.memblock_memory && evidence.memblock_reserved &&
         evidence.files.contains("memblock-reserved");
}

/// MiB of the areas that the log names, each rounded down.
struct LoggedAreas {
  std::uint64_t count = 0;
  std::uint64_t mebibytes = 0;
};

/// "cma: Reserved 16 MiB at ..." and "Reserved memory: created CMA memory pool at ..."
LoggedAreas areas_of(const KernelLog &log) {
  LoggedAreas areas;
  const auto add = [&](const PhysicalRange &area) {
    ++areas.count;
    areas.mebibytes += area.size() / mebibyte;
  };
  std::ranges::for_each(own_cma_area(log).ranges(), add);
  for (const LoggedPool &pool : parse_pools(log))
    if (pool.kind == "CMA memory")
      add(pool.range);
  return areas;
}

/// A live system may have areas of other makers, which name them otherwise.
void demand_areas(RuleReport &report, const Expectation &expectation, const Evidence &evidence,
                  const MemoryTotals &totals) {
  if (expectation.is_live || !log_gap(evidence).empty())
    return;
  const LoggedAreas areas = areas_of(evidence.log);
  constexpr std::uint64_t mebibyte_in_kib = 1024;
  if (*totals.cma < areas.mebibytes * mebibyte_in_kib ||
      *totals.cma > (areas.mebibytes + areas.count) * mebibyte_in_kib)
    report.finding("",
                   fmt::format("{} MiB cma-reserved, as the log has CMA areas", areas.mebibytes),
                   totals.at.text, totals.at);
}

/// KiB that memblock had reserved and has not in the end. Some kernels give back a part of their
/// image that stays reserved (arm64 until v6.8).
std::uint64_t reserved_no_more(const Evidence &evidence) {
  const FreedMemory freed = freed_memory(evidence.log);
  const auto image = kernel_image(evidence);
  const bool stays_reserved =
      image && RangeSet({*image}).minus(bytes_of(*evidence.memblock_reserved)).bytes() <
                   freed.of_kernel * kibibyte;
  return freed.other + (stays_reserved ? 0 : freed.of_kernel);
}

/// Whatever is not available belongs to somebody who has reserved it, or hides it.
void demand_no_more_kept(RuleReport &report, const Evidence &evidence, const MemoryTotals &totals,
                         std::uint64_t kept_in_the_end, std::uint64_t page) {
  const std::uint64_t most = kept_in_the_end / kibibyte + reserved_no_more(evidence);
  const std::uint64_t kept = *totals.reserved + *totals.cma;
  if (kept > most + page / kibibyte) // one may be given back without a word
    report.finding(
        "", fmt::format("at most {}K reserved, as memblock has it with what was freed later", most),
        totals.at.text, totals.at);
}

/// Parts of one whole, of which some is neither free nor reserved.
void demand_parts(RuleReport &report, const Expectation &expectation, const Evidence &evidence,
                  const MemoryTotals &totals, const RangeSet &hidden,
                  std::uint64_t hidden_anywhere) {
  const std::uint64_t kept = *totals.reserved + *totals.cma;
  if (kept > totals.total || totals.available > totals.total - kept)
    report.finding("", "no more available and reserved than there is in all", totals.at.text,
                   totals.at);
  if (!shows_reserved_in_the_end(expectation, evidence))
    return;
  const std::uint64_t page = expectation.page_size;
  if (const std::uint64_t least = kept_pages(evidence, {}, page) / kibibyte; kept < least)
    report.finding("", fmt::format("at least {}K reserved, as memblock has it", least),
                   totals.at.text, totals.at);
  demand_no_more_kept(report, evidence, totals,
                      kept_pages(evidence, hidden, page) + hidden_anywhere, page);
}

} // namespace

void demand_memory_totals(RuleReport &report, const Expectation &expectation,
                          const Evidence &evidence, const RangeSet &hidden,
                          std::uint64_t hidden_anywhere) {
  const auto totals = parse_memory_totals(evidence.log);
  if (!totals) {
    if (evidence.memblock_memory)
      report.unknown("no line of the log says how much memory there is");
    return;
  }
  if (evidence.memblock_memory) {
    const std::uint64_t bytes =
        whole_pages(*evidence.memblock_memory, expectation.page_size).bytes();
    if (totals->total != bytes / kibibyte)
      report.finding("", fmt::format("{}K in all, as memblock has it", bytes / kibibyte),
                     totals->at.text, totals->at);
  }
  if (!totals->reserved || !totals->cma)
    return report.unknown("the line of the log that says how much memory there is has not all "
                          "its parts: " +
                          totals->at.text);
  demand_parts(report, expectation, evidence, *totals, hidden, hidden_anywhere);
  demand_areas(report, expectation, evidence, *totals);
}

} // namespace rmemcheck
