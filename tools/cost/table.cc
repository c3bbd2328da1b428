// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/table.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

namespace rmemcheck {
namespace {

using Row = std::vector<std::string>;

/// The first column to the left, numbers to the right.
std::string aligned(const std::vector<Row> &rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row &row : rows)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], row[column].size());
  std::string text;
  for (const Row &row : rows) {
    text += fmt::format("{:<{}}", row[0], widths[0]);
    for (std::size_t column = 1; column < row.size(); ++column)
      text += fmt::format("  {:>{}}", row[column], widths[column]);
    text += '\n';
  }
  return text;
}

std::vector<CostSize> sizes_of(const std::vector<KernelCost> &kernels) {
  std::vector<CostSize> sizes;
  for (const KernelCost &kernel : kernels)
    for (const CostResult &result : kernel.results)
      if (std::ranges::find(sizes, result.size) == sizes.end())
        sizes.push_back(result.size);
  return sizes;
}

std::string instructions_text(const CostResult &result) {
  if (!result.counts)
    return "-";
  return fmt::format("{} ({})", cost_number(result.counts->total()),
                     cost_number(result.counts->insertion));
}

std::string recorded_text(const CostResult &result) {
  return result.counts && result.recorded ? fmt::format("{}", *result.recorded)
         : result.counts                  ? "?"
                                          : "-";
}

std::string allocated_text(const CostResult &result) {
  return result.counts && result.allocated ? fmt::format("{}", *result.allocated) : "-";
}

/// A row a size, a column a kernel.
std::string block(const std::vector<KernelCost> &kernels, const std::string &title,
                  const std::function<std::string(const CostResult &)> &text) {
  std::vector<Row> rows = {{title}};
  for (const KernelCost &kernel : kernels)
    rows[0].push_back(kernel.name);
  for (const CostSize &size : sizes_of(kernels)) {
    rows.push_back({to_string(size)});
    for (const KernelCost &kernel : kernels) {
      const auto found = std::ranges::find(kernel.results, size, &CostResult::size);
      rows.back().push_back(found == kernel.results.end() ? "" : text(*found));
    }
  }
  return aligned(rows);
}

std::string memory_block(const std::vector<KernelCost> &kernels) {
  std::vector<Row> rows = {
      {"bytes, at any size"}, {"resident variables"}, {"init memory"}, {"memblock's early slots"}};
  for (const KernelCost &kernel : kernels) {
    rows[0].push_back(kernel.name);
    rows[1].push_back(fmt::format("{}", kernel.memory.resident));
    rows[2].push_back(fmt::format("{}", kernel.memory.init));
    rows[3].push_back(fmt::format("{}", kernel.memory.memblock_slots));
  }
  return aligned(rows);
}

std::string parts_text(const std::vector<KernelCost> &kernels) {
  std::vector<Row> rows = {
      {"kernel", "size", "total", "early", "late", "insertion", "search", "logging", "other"}};
  for (const KernelCost &kernel : kernels)
    for (const CostResult &result : kernel.results) {
      if (!result.counts)
        continue;
      const Counts &counts = *result.counts;
      rows.push_back({kernel.name, to_string(result.size)});
      for (const std::uint64_t number :
           {counts.total(), counts.early, counts.late, counts.insertion, counts.search,
            counts.logging, counts.total() - counts.insertion - counts.search - counts.logging})
        rows.back().push_back(fmt::format("{}", number));
    }
  std::string text = aligned(rows);
  for (const KernelCost &kernel : kernels)
    text += fmt::format("{}: late part {}\n", kernel.name,
                        kernel.late_function.empty() ? "none" : kernel.late_function + "()");
  return text;
}

std::string reasons_text(const std::vector<KernelCost> &kernels) {
  std::string text;
  for (const KernelCost &kernel : kernels)
    for (const CostResult &result : kernel.results)
      if (!result.reason.empty())
        text += fmt::format("{}: {}: {}\n", kernel.name, to_string(result.size), result.reason);
  return text;
}

} // namespace

std::string cost_number(std::uint64_t number) {
  if (number < 1000)
    return fmt::format("{}", number);
  auto value = static_cast<double>(number);
  std::size_t unit = 0;
  // 999.5 would be rounded to a fourth digit
  for (; value >= 999.5 && unit < 4; ++unit)
    value /= 1000;
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, digits, " kMGT"[unit]);
}

std::string cost_table(const std::vector<KernelCost> &kernels, bool verbose) {
  std::string text = block(kernels, "instructions (memblock's insertion)", instructions_text);
  text += '\n' + block(kernels, "recorded", recorded_text);
  text += '\n' + block(kernels, "bytes taken at boot and kept", allocated_text);
  text += '\n' + memory_block(kernels);
  if (verbose)
    text += '\n' + parts_text(kernels);
  if (const std::string reasons = reasons_text(kernels); !reasons.empty())
    text += '\n' + reasons;
  return text;
}

} // namespace rmemcheck
