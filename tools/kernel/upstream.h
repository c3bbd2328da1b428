// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace rmemcheck {

/// A commit of upstream's about reserved memory, as patches/upstream.toml has it; what the members
/// mean stands there.
struct UpstreamCommit {
  std::string id;
  std::string subject;
  std::string since; ///< "6.13"
  std::string cve;   ///< may be empty
  std::vector<std::string> repairs;
  std::vector<std::string> changes;
  std::string file;
  std::optional<std::regex> present;
  std::optional<std::regex> absent;
};

/// Reads the table. Errors are bad_input with file and line.
std::vector<UpstreamCommit> read_upstream(const std::filesystem::path &patches);

/// A commit, and whether a tree has it.
struct FoundCommit {
  UpstreamCommit commit;
  bool is_there = false;
  bool is_needed = true; ///< false where the tree has none of what the commit repairs
};

/// Looks for each of the commits in a source tree, in their order.
std::vector<FoundCommit> look_for(const std::vector<UpstreamCommit> &commits,
                                  const std::filesystem::path &tree);

/// Those that the tree has and that changed a place, as Hunk has them.
std::vector<UpstreamCommit> changed(const std::string &place,
                                    const std::vector<FoundCommit> &found);

/// The commits as a table, a line each: whether it is there, id, release, subject, CVE. The last
/// line counts them.
std::string upstream_text(const std::vector<FoundCommit> &found);

} // namespace rmemcheck
