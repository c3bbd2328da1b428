// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/shrink.h"

#include "base/size.h"

#include <algorithm>
#include <utility>

namespace rmemcheck {
namespace {

using Pairs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// Changes a copy of a case.
using Change = std::function<void(Case &)>;

/// A list of a case, of whatever kind, from which a part can be taken.
struct List {
  std::function<std::size_t(const Case &)> size;
  std::function<void(Case &, std::size_t begin, std::size_t end)> erase;
};

template <typename Get> List list_of(Get get) {
  return {[get](const Case &what) { return get(const_cast<Case &>(what)).size(); },
          [get](Case &what, std::size_t begin, std::size_t end) {
            auto &items = get(what);
            items.erase(items.begin() + static_cast<std::ptrdiff_t>(begin),
                        items.begin() + static_cast<std::ptrdiff_t>(end));
          }};
}

/// Those that are shortened half by half.
const std::vector<List> &lists() {
  static const std::vector<List> all = {
      list_of([](Case & what) -> auto & { return what.tree.regions; }),
      list_of([](Case & what) -> auto & { return what.tree.blocks; }),
      list_of([](Case & what) -> auto & { return what.tree.memreserve; }),
      list_of([](Case & what) -> auto & { return what.tree.devices; }),
      list_of([](Case & what) -> auto & { return what.tree.nodes; }),
  };
  return all;
}

/// Of the whole tree: what it can do without.
std::vector<Change> tree_changes(const Case &what) {
  std::vector<Change> changes;
  const TreeRequest &tree = what.tree;
  if (!what.append.empty())
    changes.emplace_back([](Case &each) { each.append.clear(); });
  if (tree.root_cells)
    changes.emplace_back([](Case &each) { each.tree.root_cells.reset(); });
  if (!tree.node_raw.empty())
    changes.emplace_back([](Case &each) { each.tree.node_raw.clear(); });
  if (!tree.node_without.empty())
    changes.emplace_back([](Case &each) { each.tree.node_without.clear(); });
  if (tree.node_name != TreeRequest().node_name)
    changes.emplace_back([](Case &each) { each.tree.node_name = TreeRequest().node_name; });
  return changes;
}

using RegionChange = void (*)(RegionRequest &);

struct RegionStep {
  bool (*applies)(const RegionRequest &);
  RegionChange change;
};

/// What a region can do without.
constexpr RegionStep region_steps[] = {
    {[](const RegionRequest &region) { return !region.raw.empty(); },
     [](RegionRequest &region) { region.raw.clear(); }},
    {[](const RegionRequest &region) { return !region.raw_name.empty(); },
     [](RegionRequest &region) { region.raw_name.clear(); }},
    {[](const RegionRequest &region) { return !region.enabled; },
     [](RegionRequest &region) { region.enabled = true; }},
    {[](const RegionRequest &region) { return !region.flags.empty(); },
     [](RegionRequest &region) { region.flags.clear(); }},
    {[](const RegionRequest &region) { return region.reusable; },
     [](RegionRequest &region) { region.reusable = false; }},
    {[](const RegionRequest &region) { return !region.compatible.empty(); },
     [](RegionRequest &region) { region.compatible.clear(); }},
    {[](const RegionRequest &region) { return region.compatible.size() > 1; },
     [](RegionRequest &region) { region.compatible.erase(region.compatible.begin()); }},
    {[](const RegionRequest &region) { return region.no_map; },
     [](RegionRequest &region) { region.no_map = false; }},
    {[](const RegionRequest &region) { return region.alignment != 0; },
     [](RegionRequest &region) {
       region.alignment = 0;
       region.has_odd_alignment = false;
     }},
    {[](const RegionRequest &region) { return !region.alloc_ranges.empty(); },
     [](RegionRequest &region) { region.alloc_ranges.clear(); }},
    {[](const RegionRequest &region) { return region.unchecked_reg; },
     [](RegionRequest &region) {
       region.unchecked_reg = false;
       region.size = 0;
     }},
};

/// Of all regions together first, so that a tree that fails by their number gets plain soon.
std::vector<Change> property_changes(const Case &what) {
  std::vector<Change> changes;
  for (const RegionStep &step : region_steps)
    if (std::ranges::count_if(what.tree.regions, step.applies) > 1)
      changes.emplace_back([&step](Case &each) {
        for (RegionRequest &region : each.tree.regions)
          if (step.applies(region))
            step.change(region);
      });
  for (std::size_t index = 0; index < what.tree.regions.size(); ++index)
    for (const RegionStep &step : region_steps)
      if (step.applies(what.tree.regions[index]))
        changes.emplace_back([index, &step](Case &each) { step.change(each.tree.regions[index]); });
  return changes;
}

using PairList = Pairs RegionRequest::*;

/// Each tuple but the last one of a list.
std::vector<Change> tuple_changes(const Case &what) {
  std::vector<Change> changes;
  for (std::size_t index = 0; index < what.tree.regions.size(); ++index)
    for (const PairList list : {&RegionRequest::reg, &RegionRequest::alloc_ranges}) {
      const std::size_t count = (what.tree.regions[index].*list).size();
      for (std::size_t tuple = 0; count > 1 && tuple < count; ++tuple)
        changes.emplace_back([=](Case &each) {
          Pairs &tuples = each.tree.regions[index].*list;
          tuples.erase(tuples.begin() + static_cast<std::ptrdiff_t>(tuple));
        });
    }
  return changes;
}

/// Rounder numbers that are less.
std::vector<std::uint64_t> rounder(std::uint64_t number) {
  constexpr std::uint64_t page_size = 0x1000;
  std::vector<std::uint64_t> numbers;
  for (const std::uint64_t each :
       {page_size, 0x10 * page_size, number / mebibyte * mebibyte, number / page_size * page_size})
    if (each < number && each != 0 && std::ranges::find(numbers, each) == numbers.end())
      numbers.push_back(each);
  return numbers;
}

/// One number of a case.
using Number = std::function<std::uint64_t &(Case &)>;

void add_rounder(std::vector<Change> &changes, const Case &what, const Number &number) {
  for (const std::uint64_t value : rounder(number(const_cast<Case &>(what))))
    changes.emplace_back([number, value](Case &each) { number(each) = value; });
}

std::vector<Change> number_changes(const Case &what) {
  std::vector<Change> changes;
  for (std::size_t index = 0; index < what.tree.regions.size(); ++index) {
    const RegionRequest &region = what.tree.regions[index];
    if (region.has_odd_alignment || region.unchecked_reg)
      continue; // what is odd with it may be the point
    for (const auto member : {&RegionRequest::size, &RegionRequest::alignment})
      add_rounder(changes, what,
                  [=](Case &each) -> std::uint64_t & { return each.tree.regions[index].*member; });
    for (std::size_t tuple = 0; tuple < region.reg.size(); ++tuple)
      add_rounder(changes, what, [=](Case &each) -> std::uint64_t & {
        return each.tree.regions[index].reg[tuple].second;
      });
  }
  return changes;
}

/// A power of two stays one.
bool is_sound(const Case &what) {
  return std::ranges::all_of(what.tree.regions, [](const RegionRequest &region) {
    const bool is_raw = region.raw.contains("reg") || region.raw.contains("size");
    const bool is_power = (region.alignment & (region.alignment - 1)) == 0;
    return (region.has_odd_alignment || is_power) &&
           (is_raw || !region.has_place || region.unchecked_reg ||
            region.reg.empty() != (region.size == 0));
  });
}

class Shrinker {
public:
  Shrinker(const Case &failing, const StillFails &still_fails, const ShrinkLimits &limits)
      : still_fails_(still_fails), limits_(limits) {
    result_.smallest = failing;
  }

  Shrunk operator()() {
    bool is_smaller = true;
    while (is_smaller && !result_.is_at_limit) {
      is_smaller = false;
      for (const List &list : lists())
        is_smaller |= shorten(list);
      for (const auto changes_of : {tree_changes, property_changes, tuple_changes, number_changes})
        is_smaller |= take_all(changes_of);
    }
    return std::move(result_);
  }

private:
  /// Takes out halves, quarters and so on, down to single ones.
  bool shorten(const List &list) {
    bool is_shorter = false;
    for (std::size_t part = list.size(result_.smallest); part > 0; part /= 2)
      is_shorter |= take_all([&](const Case &what) { return without_parts(what, list, part); });
    return is_shorter;
  }

  /// Without each of the parts of so many; the last ones first, on which nothing else may depend.
  static std::vector<Change> without_parts(const Case &what, const List &list, std::size_t part) {
    std::vector<Change> changes;
    for (std::size_t end = list.size(what); end > 0; end -= std::min(part, end))
      changes.emplace_back([&list, begin = end - std::min(part, end), end](Case &each) {
        list.erase(each, begin, end);
      });
    return changes;
  }

  /// Makes one change after the other for as long as there is one that leaves a failing tree, and
  /// goes on where the last one was found.
  bool take_all(const std::function<std::vector<Change>(const Case &)> &changes_of) {
    bool is_smaller = false;
    std::size_t next = 0;
    while (take_one(changes_of(result_.smallest), next))
      is_smaller = true;
    return is_smaller;
  }

  /// The first from `next` on that still fails becomes the smallest, and `next` its place.
  bool take_one(const std::vector<Change> &changes, std::size_t &next) {
    while (next < changes.size() && !result_.is_at_limit) {
      std::vector<std::size_t> places;
      const std::vector<Case> candidates = some_from(changes, next, places);
      if (candidates.empty())
        continue;
      if (result_.trees + candidates.size() > limits_.most_trees) {
        result_.is_at_limit = true;
        break;
      }
      const std::vector<bool> fails = still_fails_(candidates);
      result_.trees += candidates.size();
      const auto failing = std::ranges::find(fails, true) - fails.begin();
      if (failing < std::ssize(candidates)) {
        result_.smallest = candidates[static_cast<std::size_t>(failing)];
        next = places[static_cast<std::size_t>(failing)];
        return true;
      }
    }
    return false;
  }

  /// As many sound trees as are asked about at once, and which change each is by.
  std::vector<Case> some_from(const std::vector<Change> &changes, std::size_t &next,
                              std::vector<std::size_t> &places) const {
    std::vector<Case> candidates;
    for (; next < changes.size() && candidates.size() < limits_.at_once; ++next) {
      Case candidate = result_.smallest;
      changes[next](candidate);
      if (!is_sound(candidate))
        continue;
      candidates.push_back(std::move(candidate));
      places.push_back(next);
    }
    return candidates;
  }

  const StillFails &still_fails_;
  const ShrinkLimits limits_;
  Shrunk result_;
};

} // namespace

Shrunk shrink(const Case &failing, const StillFails &still_fails, const ShrinkLimits &limits) {
  return Shrinker(failing, still_fails, limits)();
}

} // namespace rmemcheck
