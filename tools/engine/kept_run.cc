// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kept_run.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/version.h"
#include "engine/conclusion.h"
#include "report/read_json.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// One that has lost its boots is one still: results.json lists them.
bool is_run(const fs::path &folder) {
  return is_folder(folder / "runs") || is_there(folder / "results.json");
}

std::vector<fs::path> boots_of_run(const fs::path &folder) {
  std::vector<fs::path> boots;
  if (!is_folder(folder / "runs"))
    return boots;
  for (const fs::path &kernel : entries_of(folder / "runs", bad_input)) {
    const std::vector<fs::path> entries =
        is_folder(kernel) ? entries_of(kernel, bad_input) : std::vector<fs::path>();
    if (entries.empty())
      throw bad_input(fmt::format("{}: expected a folder with a kernel's boots", kernel.string()));
    for (const fs::path &boot : entries) {
      if (!is_folder(boot))
        throw bad_input(fmt::format("{}: expected a boot's folder", boot.string()));
      boots.push_back(boot);
    }
  }
  return boots;
}

RunResults kept_results(const KeptBoots &kept) {
  const fs::path file = kept.folder / "results.json";
  if (!kept.folder.empty() && is_there(file))
    return parse_results(read_file(file), file.string());
  RunResults results;
  results.tool_version = tool_version;
  results.machine = kept.machine;
  return results;
}

/// What a run has listed and nobody can judge again.
CaseResult gone(CaseResult result, const fs::path &run) {
  result.folder = (run / result.folder).string();
  result.ending = Ending::cut_short;
  result.verdict = {};
  result.verdict.outcome = Outcome::inconclusive;
  result.verdict.reason =
      fmt::format("{}: no such folder, but results.json has the boot", result.folder);
  result.notes.clear();
  conclude(result);
  return result;
}

} // namespace

std::vector<KeptBoots> find_boots(const fs::path &folder) {
  if (is_run(folder))
    return {{"", folder, boots_of_run(folder)}};
  std::vector<KeptBoots> runs;
  if (is_folder(folder) && !is_there(folder / "run.json"))
    for (const fs::path &machine : entries_of(folder, bad_input))
      if (is_run(machine))
        runs.push_back({machine.filename().string(), machine, boots_of_run(machine)});
  if (runs.empty())
    runs.push_back({"", "", {folder}});
  return runs;
}

RunResults judged_results(const KeptBoots &kept, std::vector<CaseResult> judged) {
  RunResults results = kept_results(kept);
  results.random.reset();
  const std::vector<CaseResult> listed = std::exchange(results.cases, std::move(judged));
  const auto add_kernel = [&](const CaseResult &each) {
    if (std::ranges::find(results.kernels, each.kernel, &KernelResult::name) ==
            results.kernels.end() &&
        !each.kernel.empty())
      results.kernels.push_back({each.kernel, each.role, "", "", "", "", false, 0});
  };
  std::ranges::for_each(results.cases, add_kernel);
  for (const CaseResult &each : listed)
    if (std::ranges::none_of(results.cases, [&](const CaseResult &one) {
          return one.kernel == each.kernel && one.name == each.name;
        }))
      results.cases.push_back(gone(each, kept.folder));
  return results;
}

} // namespace rmemcheck
