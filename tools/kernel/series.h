// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// A row of patches/series.toml: which folder serves which kernel versions
/// (half-open: `from` is served, `until` is not).
struct SeriesRow {
  std::string folder;
  std::string from;
  std::string until;
};

struct Series {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> patches; ///< in order, without a cover letter
};

/// The .patch files of a folder in the order of their names, as git format-patch numbers them,
/// without a cover letter (0000-...). None is bad_input.
std::vector<std::filesystem::path> patches_of(const std::filesystem::path &folder);

/// SHA-256 over the patches' SHA-256.
std::string patches_key(const std::vector<std::filesystem::path> &patches);

/// Reads the table. Errors are bad_input with file and line.
std::vector<SeriesRow> read_series_table(const std::filesystem::path &patches);

/// The series that serves a kernel version such as "6.1.192"; none is bad_input that
/// lists what is served.
Series find_series(const std::filesystem::path &patches, const std::string &version);

/// As find_series(), but nothing where there is none.
std::optional<Series> serving_series(const std::filesystem::path &patches,
                                     const std::string &version);

/// The series to begin a backport with where none serves a version: that of the newest kernel
/// before it, or of the oldest one.
Series nearest_series(const std::filesystem::path &patches, const std::string &version);

/// What became of one patch of a series.
struct PatchState {
  std::filesystem::path patch;
  enum class Kind {
    applies,
    there, ///< the tree has what it changes already
    fails
  } kind = Kind::applies;
  std::string why;                 ///< of one that fails: file and hunk
  std::vector<std::string> places; ///< that this hunk changes, as of Hunk
};

/// Tries the patches one after the other; those behind one that fails do without it. The tree
/// is not changed.
std::vector<PatchState> try_series(const Series &series, const std::filesystem::path &tree);

/// Whether the series applies to the tree; if not, bad_input names patch, the tree as it was named,
/// file and hunk. The tree is not changed.
void check_series(const Series &series, const SourceTree &tree);

/// Applies it to a tree of our own. As check_series on failure, and the tree stays as it was.
void apply_series(const Series &series, const std::filesystem::path &tree);

} // namespace rmemcheck
