// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace rmemcheck {
namespace {

/// With more kernels than these the table has a row for each of them, not for each case.
constexpr std::size_t most_columns = 3;
/// Columns of text that a table may take before outcomes become numbers.
constexpr std::size_t most_width = 100;

using Row = std::vector<std::string>;

/// First column to the left, those of numbers to the right, the last one as it is.
std::string text_of(const std::vector<Row> &rows, bool are_numbers) {
  std::vector<std::size_t> widths;
  for (const Row &row : rows)
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths.resize(std::max(widths.size(), row.size()), 0);
      widths[column] = std::max(widths[column], row[column].size());
    }
  std::string text;
  for (const Row &row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const bool is_last = column + 1 == row.size();
      const bool is_right = are_numbers && column > 0 && !is_last;
      line += column == 0 ? "" : "  ";
      line += is_right  ? fmt::format("{:>{}}", row[column], widths[column])
              : is_last ? row[column]
                        : fmt::format("{:<{}}", row[column], widths[column]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

/// The results of one case, whatever kernels it was booted on.
struct Group {
  std::map<std::string, const CaseResult *> of_kernel;
  const CaseResult *last = nullptr;
  Outcome outcome = Outcome::pass;
};

std::vector<Group> group_by_case(const std::vector<CaseResult> &cases) {
  std::vector<Group> groups;
  for (const CaseResult &each : cases) {
    auto group =
        std::ranges::find_if(groups, [&](const Group &one) { return one.last->name == each.name; });
    if (group == groups.end())
      group = groups.insert(groups.end(), Group{});
    group->last = &each;
    group->of_kernel[each.kernel] = &each;
    group->outcome = worse(group->outcome, each.conclusion);
  }
  return groups;
}

std::string no_map_proven(const CaseResult &result) {
  if (result.no_map == 0)
    return "-";
  return result.verdict.no_map_proven ? "yes" : "no";
}

/// Case, regions, recorded by each kernel, no-map proven by the last one, verdict.
std::string by_case(const RunResults &results, const TextStyle &style) {
  std::vector<Row> rows = {{"case", "regions"}};
  for (const KernelResult &kernel : results.kernels)
    rows.front().push_back(kernel.name);
  rows.front().insert(rows.front().end(), {"no-map proven", "verdict"});
  for (const Group &group : group_by_case(results.cases)) {
    Row row = {group.last->name, fmt::format("{}", group.last->verdict.regions_in_tree)};
    for (const KernelResult &kernel : results.kernels) {
      const auto result = group.of_kernel.find(kernel.name);
      row.push_back(result == group.of_kernel.end() ? "-" : recorded_text(result->second->verdict));
    }
    row.push_back(no_map_proven(*group.last));
    row.push_back(outcome_text(group.outcome, style));
    rows.push_back(std::move(row));
  }
  return text_of(rows, true);
}

std::vector<const CaseResult *> results_of(const RunResults &results, const std::string &kernel) {
  std::vector<const CaseResult *> mine;
  for (const CaseResult &each : results.cases)
    if (each.kernel == kernel)
      mine.push_back(&each);
  return mine;
}

Row outcomes_of(const std::vector<const CaseResult *> &mine, const std::vector<Group> &groups,
                const TextStyle &style) {
  Row row;
  for (const Group &group : groups) {
    const auto result = std::ranges::find(mine, group.last->name,
                                          [](const CaseResult *each) { return each->name; });
    row.push_back(result == mine.end() ? "-" : outcome_text((*result)->conclusion, style));
  }
  return row;
}

/// "65 pass, 2 fail: static-65, one", for tables that would be too wide.
Row counts_of(const std::vector<const CaseResult *> &mine) {
  constexpr std::size_t most_names = 3;
  std::size_t passed = 0;
  std::vector<std::string> others;
  for (const CaseResult *each : mine)
    if (each->conclusion == Outcome::pass)
      ++passed;
    else
      others.push_back(each->name);
  const std::size_t count = others.size();
  if (count > most_names) {
    others.resize(most_names);
    others.emplace_back("...");
  }
  return {fmt::format("{} pass", passed),
          count == 0 ? "" : fmt::format("{} not: {}", count, fmt::join(others, ", "))};
}

/// The first kernel, in their order, that is not as it must be.
std::string first_bad(const RunResults &results) {
  for (const KernelResult &kernel : results.kernels)
    for (const CaseResult *each : results_of(results, kernel.name))
      if (each->conclusion == Outcome::fail)
        return fmt::format("first bad: {}{}{}: {}: {}\n", kernel.name,
                           kernel.title.empty() ? "" : " ", kernel.title, each->name,
                           each->remarks.empty() ? each->verdict.reason : each->remarks.front());
  return "";
}

/// A row for each kernel, with a column for each case where these fit.
std::string by_kernel(const RunResults &results, const TextStyle &style) {
  const std::vector<Group> groups = group_by_case(results.cases);
  std::size_t width = 0;
  for (const Group &group : groups)
    width += std::max<std::size_t>(group.last->name.size(), 4) + 2;
  const bool has_room = width <= most_width;
  std::vector<Row> rows = {{"kernel"}};
  if (has_room)
    for (const Group &group : groups)
      rows.front().push_back(group.last->name);
  else
    rows.front().insert(rows.front().end(), {"cases", ""});
  rows.front().emplace_back("");
  for (const KernelResult &kernel : results.kernels) {
    const auto mine = results_of(results, kernel.name);
    Row row = has_room ? outcomes_of(mine, groups, style) : counts_of(mine);
    if (!kernel.trouble.empty())
      row.assign(row.size(), "no kernel");
    row.insert(row.begin(), kernel.name);
    row.push_back(kernel.title);
    rows.push_back(std::move(row));
  }
  return text_of(rows, false) + first_bad(results);
}

} // namespace

std::string table_text(const RunResults &results, const TextStyle &style) {
  return results.kernels.size() > most_columns ? by_kernel(results, style)
                                               : by_case(results, style);
}

} // namespace rmemcheck
