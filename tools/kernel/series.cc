// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/series.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/kernel_version.h"
#include "base/toml_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

SeriesRow read_row(TomlTable &reader, const fs::path &patches) {
  SeriesRow row;
  row.folder = reader.required_string("folder", "a folder beside the table");
  if (!is_folder(patches / row.folder))
    reader.refuse("folder", fmt::format("a folder of {}", patches.string()));
  row.from = reader.version("from");
  row.until = reader.version("until");
  if (!(parse_kernel_version(row.from) < parse_kernel_version(row.until)))
    reader.refuse("until", "a version after \"from\"");
  reader.finish();
  return row;
}

std::string rows_text(const std::vector<SeriesRow> &rows) {
  std::string text;
  for (const SeriesRow &row : rows)
    text +=
        fmt::format("\n  {} serves {} up to, not including, {}", row.folder, row.from, row.until);
  return text;
}

Series series_of(const SeriesRow &row, const fs::path &patches) {
  return {patches / row.folder, patches_of(patches / row.folder)};
}

} // namespace

std::vector<fs::path> patches_of(const fs::path &folder) {
  std::vector<fs::path> patches;
  for (const fs::path &entry : entries_of(folder, bad_input))
    if (entry.extension() == ".patch" && !entry.filename().string().starts_with("0000-"))
      patches.push_back(entry);
  if (patches.empty())
    throw bad_input(fmt::format("{}: expected at least one .patch file", folder.string()));
  return patches;
}

std::vector<SeriesRow> read_series_table(const fs::path &patches) {
  const TomlFile file(patches / "series.toml");
  TomlTable reader = file.root();
  std::vector<SeriesRow> rows;
  for (TomlTable &row : reader.tables("series"))
    rows.push_back(read_row(row, patches));
  if (rows.empty())
    reader.refuse("series", "at least one table, [[series]]");
  reader.finish();
  return rows;
}

std::optional<Series> serving_series(const fs::path &patches, const std::string &version) {
  const std::vector<SeriesRow> rows = read_series_table(patches);
  const KernelVersion wanted = parse_kernel_version(version);
  const auto row = std::ranges::find_if(rows, [&](const SeriesRow &each) {
    return parse_kernel_version(each.from) <= wanted && wanted < parse_kernel_version(each.until);
  });
  if (row == rows.end())
    return std::nullopt;
  return series_of(*row, patches);
}

Series find_series(const fs::path &patches, const std::string &version) {
  if (std::optional<Series> series = serving_series(patches, version))
    return *series;
  throw bad_input(fmt::format("Linux {}: no series of {} serves it; there is{}", version,
                              (patches / "series.toml").string(),
                              rows_text(read_series_table(patches))));
}

Series nearest_series(const fs::path &patches, const std::string &version) {
  std::vector<SeriesRow> rows = read_series_table(patches);
  std::ranges::sort(rows, std::less(),
                    [](const SeriesRow &row) { return parse_kernel_version(row.from); });
  const KernelVersion wanted = parse_kernel_version(version);
  const auto later = std::ranges::find_if(
      rows, [&](const SeriesRow &each) { return wanted < parse_kernel_version(each.from); });
  return series_of(later == rows.begin() ? rows.front() : *std::prev(later), patches);
}

std::string patches_key(const std::vector<fs::path> &patches) {
  std::string lines;
  for (const fs::path &patch : patches)
    lines += sha256_of_file(patch) + '\n';
  return sha256(lines);
}

} // namespace rmemcheck
