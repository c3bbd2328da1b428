// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/upstream.h"

#include "base/file.h"
#include "base/toml_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

bool is_id(const std::string &text) {
  constexpr std::size_t digits = 12;
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<std::regex> expression(TomlTable &reader, const char *key) {
  const std::optional<std::string> text = reader.string(key);
  if (!text)
    return std::nullopt;
  try {
    return std::regex(*text);
  } catch (const std::regex_error &error) {
    reader.refuse(key, fmt::format("a regular expression: {}", error.what()));
  }
}

std::string read_id(TomlTable &reader, const std::set<std::string> &earlier) {
  std::string id = reader.required_string("id", "twelve hexadecimal digits");
  if (!is_id(id))
    reader.refuse("id", "twelve hexadecimal digits");
  if (earlier.contains(id))
    reader.refuse("id", "a commit that is not in the table already");
  return id;
}

UpstreamCommit read_commit(TomlTable &reader, const std::set<std::string> &earlier) {
  UpstreamCommit commit;
  commit.id = read_id(reader, earlier);
  commit.subject = reader.required_string("subject", "the commit's subject");
  commit.since = reader.version("since");
  commit.cve = reader.string("cve").value_or("");
  if (!commit.cve.empty() && !commit.cve.starts_with("CVE-"))
    reader.refuse("cve", "a name such as \"CVE-2026-80723\"");
  commit.repairs = reader.strings("repairs");
  if (!std::ranges::all_of(commit.repairs,
                           [&](const std::string &id) { return earlier.contains(id); }))
    reader.refuse("repairs", "ids of commits that are above it in the table");
  commit.changes = reader.strings("changes");
  commit.file = reader.required_string("file", "a file of the kernel's source");
  commit.present = expression(reader, "present");
  commit.absent = expression(reader, "absent");
  if (!commit.present && !commit.absent)
    reader.refuse("present", "a regular expression, here or in \"absent\"");
  reader.finish();
  return commit;
}

bool has(const fs::path &tree, const UpstreamCommit &commit) {
  if (!is_file(tree / commit.file))
    return false;
  const std::string text = read_file(tree / commit.file);
  return (!commit.present || std::regex_search(text, *commit.present)) &&
         (!commit.absent || !std::regex_search(text, *commit.absent));
}

std::string state_text(const FoundCommit &found) {
  if (found.is_there)
    return "there";
  return found.is_needed ? "not there" : "not there, not needed";
}

} // namespace

std::vector<UpstreamCommit> read_upstream(const fs::path &patches) {
  const TomlFile file(patches / "upstream.toml");
  TomlTable reader = file.root();
  std::vector<UpstreamCommit> commits;
  std::set<std::string> ids;
  for (TomlTable &table : reader.tables("commit")) {
    commits.push_back(read_commit(table, ids));
    ids.insert(commits.back().id);
  }
  if (commits.empty())
    reader.refuse("commit", "at least one table, [[commit]]");
  reader.finish();
  return commits;
}

std::vector<FoundCommit> look_for(const std::vector<UpstreamCommit> &commits,
                                  const fs::path &tree) {
  std::vector<FoundCommit> found;
  std::set<std::string> there;
  for (const UpstreamCommit &commit : commits) {
    const bool is_there = has(tree, commit);
    if (is_there)
      there.insert(commit.id);
    const bool is_needed =
        commit.repairs.empty() || std::ranges::any_of(commit.repairs, [&](const std::string &id) {
          return there.contains(id);
        });
    found.push_back({commit, is_there, is_needed});
  }
  return found;
}

std::vector<UpstreamCommit> changed(const std::string &place,
                                    const std::vector<FoundCommit> &found) {
  const std::string function = place.substr(place.find(':') + 1);
  std::vector<UpstreamCommit> commits;
  for (const FoundCommit &each : found)
    if (each.is_there && std::ranges::any_of(each.commit.changes, [&](const std::string &change) {
          return change == place || change == function;
        }))
      commits.push_back(each.commit);
  return commits;
}

std::string upstream_text(const std::vector<FoundCommit> &found) {
  std::string text;
  std::size_t there = 0;
  std::size_t missing = 0;
  for (const FoundCommit &each : found) {
    const UpstreamCommit &commit = each.commit;
    text += fmt::format("  {:<21}  {}  v{:<4}  {}{}\n", state_text(each), commit.id, commit.since,
                        commit.subject, commit.cve.empty() ? "" : fmt::format(" ({})", commit.cve));
    if (each.is_there)
      ++there;
    else if (each.is_needed)
      ++missing;
  }
  const std::size_t others = found.size() - there;
  return text + fmt::format("{} there, {} not there, {} of them not needed: the tree does not have "
                            "what they repair\n",
                            there, others, others - missing);
}

} // namespace rmemcheck
