// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/growth.h"

#include "cost/table.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

using Outcome = GrowthLine::Outcome;

/// What other work of the same boot may add.
constexpr double tolerance = 1.1;
/// Against a kernel that does less.
constexpr double most_against_fewer = 1.2;

const CostResult *result_of(const KernelCost &kernel, const CostSize &size) {
  const auto found = std::ranges::find(kernel.results, size, &CostResult::size);
  return found == kernel.results.end() || !found->counts ? nullptr : &*found;
}

double ratio(std::uint64_t more, std::uint64_t less) {
  return static_cast<double>(more) / static_cast<double>(std::max<std::uint64_t>(less, 1));
}

double log_of(const CostSize &size) {
  return std::log2(static_cast<double>(std::max<std::uint64_t>(size.regions(), 2)));
}

/// How many times as many regions, of the kind that grows more; none of a kind before, and its
/// growth is that of all regions.
double growth_of_regions(const CostSize &from, const CostSize &to) {
  const double all = ratio(to.regions(), from.regions());
  const double statics = from.statics == 0 ? all : ratio(to.statics, from.statics);
  const double placed = from.boot_placed == 0 ? all : ratio(to.boot_placed, from.boot_placed);
  return std::max(statics, placed);
}

bool is_larger(const CostSize &from, const CostSize &to) {
  return to != from && to.statics >= from.statics && to.boot_placed >= from.boot_placed;
}

GrowthLine growth_line(const KernelCost &kernel, const CostResult &from, const CostResult &to) {
  const double cost = ratio(to.counts->without_insertion(), from.counts->without_insertion());
  const double most =
      tolerance * growth_of_regions(from.size, to.size) * log_of(to.size) / log_of(from.size);
  return {cost <= most ? Outcome::holds : Outcome::fails,
          fmt::format("{}: from {} to {} {:.1f} times the instructions without insertion, {:.1f} "
                      "is the most for n log n",
                      kernel.name, to_string(from.size), to_string(to.size), cost, most)};
}

GrowthLine comparison_line(const KernelCost &kernel, const KernelCost &other,
                           const CostResult &ours) {
  const CostResult *theirs = result_of(other, ours.size);
  if (!ours.counts)
    return {Outcome::fails,
            fmt::format("{}: {}: {}", kernel.name, to_string(ours.size), ours.reason)};
  if (theirs == nullptr)
    return {Outcome::not_known,
            fmt::format("{}: {} has nothing to compare with: {} was not measured there",
                        kernel.name, to_string(ours.size), other.name)};
  const bool is_fewer = theirs->leaves_out() && !ours.leaves_out();
  const double most = is_fewer ? most_against_fewer : 1;
  const double cost = ratio(ours.counts->total(), theirs->counts->total());
  return {cost <= most ? Outcome::holds : Outcome::fails,
          fmt::format("{}: {} costs {}, {:.2f} times the {} of {}{}, {} is the most", kernel.name,
                      to_string(ours.size), cost_number(ours.counts->total()), cost,
                      cost_number(theirs->counts->total()), other.name,
                      is_fewer ? fmt::format(" for {} of the regions", *theirs->recorded) : "",
                      most)};
}

} // namespace

std::vector<GrowthLine> compare_cost(const KernelCost &kernel, const KernelCost &other) {
  std::vector<GrowthLine> lines;
  for (const CostResult &result : kernel.results)
    lines.push_back(comparison_line(kernel, other, result));
  return lines;
}

std::vector<GrowthLine> check_growth(const KernelCost &kernel) {
  std::vector<GrowthLine> lines;
  if (kernel.late_function.empty())
    lines.push_back(
        {Outcome::not_known,
         fmt::format("{}: has no late part, or one of a name that cost/symbols.cc lacks",
                     kernel.name)});
  for (const CostResult &from : kernel.results)
    for (const CostResult &to : kernel.results)
      if (from.counts && to.counts && is_larger(from.size, to.size))
        lines.push_back(growth_line(kernel, from, to));
  return lines;
}

} // namespace rmemcheck
