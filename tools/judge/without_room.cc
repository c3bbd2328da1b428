// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/without_room.h"

#include "expectation/early_memory.h"
#include "judge/sightings.h"

#include <algorithm>
#include <map>

namespace rmemcheck {
namespace {

using Times = std::map<std::string, std::ptrdiff_t>;

/// How many of each name the kernel has found no room for.
Times times_named(const KernelLog &log) {
  constexpr std::string_view said = "failed to allocate memory for node '";
  Times times;
  for (const SourceLine &line : log.lines)
    if (const auto at = line.text.find(said); at != std::string::npos) {
      const std::size_t begin = at + said.size();
      ++times[line.text.substr(begin, line.text.rfind('\'') - begin)];
    }
  return times;
}

/// Whether a region has or had a place that nothing shows: its init function refused it, or there
/// is no user space to ask.
bool has_hidden_place(const ExpectedRegion &region, const Expectation &expectation,
                      const Sightings &sightings) {
  return is_boot_placed(region) && !sightings.found_place(region) &&
         (region.given_back || (takes_memory(region) && !expectation.has_user_space));
}

/// All that is known to be taken by the time that the last region is placed.
EarlyMemory taken_memory(const Expectation &expectation, const Sightings &sightings) {
  EarlyMemory memory{expectation.memory, expectation.taken, {}};
  append(memory.reserved, expectation.memreserve);
  if (expectation.elfcorehdr)
    memory.reserved.push_back(*expectation.elfcorehdr);
  for (const ExpectedRegion &region : expectation.regions)
    if (region.fate != Fate::ignored)
      append(memory.reserved, sightings.places(region));
  return memory;
}

/// Without an alignment of its own a region begins with a cache line (SMP_CACHE_BYTES).
bool has_room(const ExpectedRegion &region, const EarlyMemory &memory,
              const Expectation &expectation) {
  constexpr std::uint64_t cache_line = 64;
  const std::uint64_t alignment =
      std::max(region.alignment != 0 ? region.alignment : cache_line,
               region.cma ? expectation.most_cma_alignment : std::uint64_t{1});
  return std::ranges::any_of(windows_for(region), [&](const PhysicalRange &window) {
    return memory.has_room(window, region.size, alignment);
  });
}

} // namespace

Expectation without_unplaced(Expectation expectation, const Evidence &evidence) {
  const Sightings sightings(expectation, evidence);
  const Times named = times_named(evidence.log);
  const auto is_lost = [&](const ExpectedRegion &region) {
    return takes_memory(region) && is_boot_placed(region) && !sightings.found_place(region) &&
           named.contains(region.node.name);
  };
  if (std::ranges::none_of(expectation.regions, is_lost))
    return expectation;
  const bool is_memory_known =
      std::ranges::none_of(expectation.regions, [&](const ExpectedRegion &region) {
        return (!is_lost(region) || sightings.has_namesake(region)) &&
               has_hidden_place(region, expectation, sightings);
      });
  const EarlyMemory memory = taken_memory(expectation, sightings);
  std::vector<ExpectedRegion *> refused;
  Times taken; // of namesakes only as many as are named
  for (const ExpectedRegion &region : expectation.regions)
    if (!expectation.has_user_space && region.fate == Fate::refused && is_boot_placed(region) &&
        region.size != 0)
      ++taken[region.node.name]; // the kernel may have said the same of it, and nothing shows more
  for (const bool believes_all : {false, true})
    for (ExpectedRegion &region : expectation.regions)
      if (const std::string &name = region.node.name;
          is_lost(region) && std::ranges::find(refused, &region) == refused.end() &&
          (believes_all ? !is_memory_known : !has_room(region, memory, expectation)) &&
          taken[name] < named.at(name)) {
        ++taken[name];
        refused.push_back(&region);
      }
  for (ExpectedRegion *region : refused)
    refuse(*region, "others have left no room for it, as the kernel says");
  return expectation;
}

} // namespace rmemcheck
