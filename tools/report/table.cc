// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

namespace rmemcheck {
namespace {

/// case, regions in the tree, recorded by baseline and by patched, no-map proven
constexpr std::size_t columns = 5;
using Row = std::array<std::string, columns>;

/// The results of one case, whatever kernels it was booted on.
struct Group {
  const CaseResult *baseline = nullptr;
  const CaseResult *patched = nullptr;
  const CaseResult *any = nullptr;
  Outcome outcome = Outcome::pass;
};

std::vector<Group> group_by_case(const std::vector<CaseResult> &cases) {
  std::vector<Group> groups;
  for (const CaseResult &each : cases) {
    auto group =
        std::ranges::find_if(groups, [&](const Group &one) { return one.any->name == each.name; });
    if (group == groups.end())
      group = groups.insert(groups.end(), Group{});
    group->any = &each;
    group->outcome = worse(group->outcome, each.conclusion);
    if (each.kernel == "baseline")
      group->baseline = &each;
    if (each.kernel == "patched")
      group->patched = &each;
  }
  return groups;
}

std::string recorded(const CaseResult *result) {
  return result != nullptr ? recorded_text(result->verdict) : "-";
}

/// Of the patched kernel; of the other one where there is no patched one.
std::string no_map_proven(const Group &group) {
  const CaseResult &result = group.patched != nullptr ? *group.patched : *group.any;
  if (result.no_map == 0)
    return "-";
  return result.verdict.no_map_proven ? "yes" : "no";
}

Row row(const Group &group) {
  return {group.any->name, fmt::format("{}", group.any->verdict.regions_in_tree),
          recorded(group.baseline), recorded(group.patched), no_map_proven(group)};
}

/// Names to the left, numbers to the right; the outcome follows.
std::string line(const Row &row, const std::array<std::size_t, columns> &widths,
                 const std::string &outcome) {
  std::string text = fmt::format("{:<{}}", row[0], widths[0]);
  for (std::size_t column = 1; column < columns; ++column)
    text += fmt::format("  {:>{}}", row[column], widths[column]);
  return text + "  " + outcome + '\n';
}

} // namespace

std::string table_text(const std::vector<CaseResult> &cases, const TextStyle &style) {
  const std::vector<Group> groups = group_by_case(cases);
  std::vector<Row> rows = {{"case", "regions", "baseline", "patched", "no-map proven"}};
  for (const Group &group : groups)
    rows.push_back(row(group));
  std::array<std::size_t, columns> widths{};
  for (const Row &each : rows)
    for (std::size_t column = 0; column < columns; ++column)
      widths[column] = std::max(widths[column], each[column].size());
  std::string text = line(rows.front(), widths, "verdict");
  for (std::size_t index = 0; index < groups.size(); ++index)
    text += line(rows[index + 1], widths, outcome_text(groups[index].outcome, style));
  return text;
}

} // namespace rmemcheck
