// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/series.h"

#include "base/error.h"
#include "base/file.h"
#include "base/kernel_version.h"
#include "base/toml_table.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

std::string version_of(TomlTable &reader, const char *key) {
  constexpr const char *expected = "a kernel version such as \"6.1\"";
  std::string text = reader.required_string(key, expected);
  if (parse_kernel_version(text).size() < 2)
    reader.refuse(key, expected);
  return text;
}

SeriesRow read_row(TomlTable &reader, const fs::path &patches) {
  SeriesRow row;
  row.folder = reader.required_string("folder", "a folder beside the table");
  if (!fs::is_directory(patches / row.folder))
    reader.refuse("folder", fmt::format("a folder of {}", patches.string()));
  row.from = version_of(reader, "from");
  row.until = version_of(reader, "until");
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

} // namespace

std::vector<fs::path> patches_of(const fs::path &folder) {
  std::vector<fs::path> patches;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".patch" && !name.starts_with("0000-"))
      patches.push_back(entry.path());
  }
  std::ranges::sort(patches);
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

Series find_series(const fs::path &patches, const std::string &version) {
  const std::vector<SeriesRow> rows = read_series_table(patches);
  const KernelVersion wanted = parse_kernel_version(version);
  const auto row = std::ranges::find_if(rows, [&](const SeriesRow &each) {
    return parse_kernel_version(each.from) <= wanted && wanted < parse_kernel_version(each.until);
  });
  if (row == rows.end())
    throw bad_input(fmt::format("Linux {}: no series of {} serves it; there is{}", version,
                                (patches / "series.toml").string(), rows_text(rows)));
  return {patches / row->folder, patches_of(patches / row->folder)};
}

std::string patches_key(const std::vector<fs::path> &patches) {
  std::string lines;
  for (const fs::path &patch : patches)
    lines += sha256(read_file(patch)) + '\n';
  return sha256(lines);
}

} // namespace rmemcheck
