// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/apply.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/process.h"
#include "kernel/hunk.h"

#include <algorithm>
#include <fmt/format.h>
#include <regex>
#include <set>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// The files that a patch touches, from its "diff --git a/X b/X" lines.
std::set<std::string> touched_files(const fs::path &patch) {
  static const std::regex header("diff --git a/(\\S+) b/(\\S+)");
  std::set<std::string> files;
  std::smatch match;
  for (const std::string &line : split_lines(read_file(patch)))
    if (std::regex_match(line, match, header)) {
      files.insert(match[1]);
      files.insert(match[2]);
    }
  if (files.empty())
    throw bad_input(fmt::format("{}: expected a patch as git writes it", patch.string()));
  return files;
}

void copy_to(const fs::path &from, const fs::path &to) {
  make_folders(to.parent_path());
  write_file(to, read_file(from));
  std::error_code error;
  fs::permissions(to, fs::status(from).permissions(), error);
}

/// Why a patch does not apply.
struct Failure {
  std::string why;                 ///< "FILE: hunk 2 (@@ -10,3 +10,4 @@ name)"
  std::vector<std::string> places; ///< that this hunk changes, as of Hunk
};

/// "error: patch failed: FILE:LINE" is how git names the first hunk that does not fit.
Failure what_failed(const fs::path &patch, const std::string &git_says) {
  static const std::regex failed("error: patch failed: (.*):([0-9]+)");
  std::smatch match;
  for (const std::string &line : split_lines(git_says))
    if (std::regex_match(line, match, failed)) {
      const auto hunk = find_hunk(read_file(patch), match.str(1), match.str(2));
      if (!hunk)
        return {fmt::format("{}: line {}", match.str(1), match.str(2)), {}};
      return {fmt::format("{}: hunk {} ({})", match.str(1), hunk->number, hunk->header),
              hunk->places};
    }
  const std::string prefix = "error: ";
  return {git_says.starts_with(prefix)
              ? git_says.substr(prefix.size(), git_says.find('\n') - prefix.size())
              : git_says,
          {}};
}

ChildResult git_apply(const fs::path &patch, const fs::path &scratch,
                      std::vector<std::string> options = {}) {
  options.insert(options.begin(), {"git", "apply", "--whitespace=nowarn"});
  options.push_back(fs::absolute(patch).string());
  // Outside of any repository git apply takes a folder as it is.
  return run_child({options,
                    scratch,
                    {{"GIT_CEILING_DIRECTORIES", scratch.parent_path().string()}, {"LC_ALL", "C"}},
                    {}});
}

void apply_patch(const fs::path &patch, const fs::path &scratch, const std::string &tree) {
  const ChildResult result = git_apply(patch, scratch);
  if (result.status != 0)
    throw bad_input(fmt::format("{}: does not apply to {}: {}", patch.string(), tree,
                                what_failed(patch, result.err).why));
}

void copy_files(const std::set<std::string> &files, const fs::path &from, const fs::path &to) {
  for (const std::string &file : files)
    if (is_file(from / file))
      copy_to(from / file, to / file);
}

/// Makes a file of the tree what it is below `from`, where it may be missing.
void take_over(const std::string &file, const fs::path &from, const fs::path &tree) {
  if (is_there(from / file))
    copy_to(from / file, tree / file); // written beside and renamed: hard links stay apart
  else if (is_file(tree / file))
    fs::remove(tree / file);
}

} // namespace

std::set<std::string> touched_files(const Series &series) {
  std::set<std::string> files;
  for (const fs::path &patch : series.patches)
    files.merge(touched_files(patch));
  return files;
}

void apply_to_copies(const Series &series, const SourceTree &tree, const fs::path &scratch) {
  copy_files(touched_files(series), tree.path, scratch);
  for (const fs::path &patch : series.patches)
    apply_patch(patch, scratch, tree.name);
}

std::vector<PatchState> try_series(const Series &series, const fs::path &tree) {
  const TemporaryFolder scratch;
  copy_files(touched_files(series), tree, scratch.path());
  std::vector<PatchState> states;
  for (const fs::path &patch : series.patches) {
    const ChildResult applied = git_apply(patch, scratch.path());
    if (applied.status == 0) {
      states.push_back({patch, PatchState::Kind::applies, "", {}});
    } else if (git_apply(patch, scratch.path(), {"--reverse", "--check"}).status == 0) {
      states.push_back({patch, PatchState::Kind::there, "", {}});
    } else {
      Failure failure = what_failed(patch, applied.err);
      states.push_back(
          {patch, PatchState::Kind::fails, std::move(failure.why), std::move(failure.places)});
    }
  }
  return states;
}

void check_series(const Series &series, const SourceTree &tree) {
  const TemporaryFolder scratch;
  apply_to_copies(series, tree, scratch.path());
}

void apply_series(const Series &series, const fs::path &tree) {
  const TemporaryFolder scratch;
  const std::set<std::string> files = touched_files(series);
  apply_to_copies(series, {tree.string(), tree, "", ""}, scratch.path());
  const TemporaryFolder saved;
  copy_files(files, tree, saved.path());
  try {
    for (const std::string &file : files)
      take_over(file, scratch.path(), tree);
  } catch (...) {
    for (const std::string &file : files)
      take_over(file, saved.path(), tree);
    throw;
  }
}

} // namespace rmemcheck
