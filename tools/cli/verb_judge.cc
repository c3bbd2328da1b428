// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "engine/comparison.h"
#include "engine/conclusion.h"
#include "engine/kept_boot.h"
#include "report/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// A folder of one boot, or all boots of a whole run's folder.
void add_boots(const fs::path &folder, std::vector<fs::path> &boots) {
  if (!fs::is_directory(folder / "runs")) {
    boots.push_back(folder);
    return;
  }
  std::vector<fs::path> found;
  for (const fs::directory_entry &kernel : fs::directory_iterator(folder / "runs")) {
    if (!kernel.is_directory() || fs::is_empty(kernel))
      throw bad_input(
          fmt::format("{}: expected a folder with a kernel's boots", kernel.path().string()));
    for (const fs::directory_entry &boot : fs::directory_iterator(kernel))
      found.push_back(boot.path());
  }
  std::ranges::sort(found);
  boots.insert(boots.end(), found.begin(), found.end());
}

/// The folder as a person typed it, without the last slash.
std::string shown(const fs::path &folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).string();
}

struct JudgeOptions {
  std::vector<std::string> folders;
  bool are_known_allowed = false;
  std::string against; ///< a boot of the baseline; empty: as a run has left it
};

/// The boot of the same case by another kernel of the run, if there is one.
std::optional<fs::path> other_boot(const fs::path &boot, const std::string &kernel) {
  if (kernel.empty())
    return std::nullopt;
  const fs::path whole = fs::absolute(boot / "").lexically_normal().parent_path();
  const fs::path other = whole.parent_path().parent_path() / kernel / whole.filename();
  return fs::exists(other / "run.json") ? std::optional(other) : std::nullopt;
}

/// As the run has judged it, with what it was held against.
CaseResult judge_boot(const fs::path &boot, const JudgeOptions &options) {
  const KeptBoot kept = load(boot);
  const ReadBoot read = read_boot(kept, shown(boot));
  CaseResult result = judge_read(kept, read, shown(boot));
  const auto baseline = options.against.empty() ? other_boot(boot, kept.baseline)
                                                : std::optional<fs::path>(options.against);
  if (baseline)
    compare_boots(result, read_boot(load(*baseline), shown(*baseline)), read,
                  options.against.empty() && kept.is_baseline_of_another_tree);
  if (const auto control = other_boot(boot, kept.control))
    result.fails_without = failures_of(judge_kept(load(*control), shown(*control)));
  conclude(result);
  return result;
}

ExitStatus judge_folders(const JudgeOptions &options) {
  std::vector<fs::path> boots;
  for (const std::string &folder : options.folders)
    add_boots(folder, boots);
  const TextStyle style{is_colour_wanted(), 0};
  std::vector<Outcome> outcomes;
  for (const fs::path &boot : boots) {
    CaseResult result = judge_boot(boot, options);
    if (result.name.empty())
      result.name = result.folder;
    fmt::print("{}\n{}", case_line(result, style), findings_text(result, style));
    outcomes.push_back(result.conclusion);
  }
  return exit_status(conclusion(outcomes), options.are_known_allowed);
}

} // namespace

void add_judge(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<JudgeOptions>();
  CLI::App *verb = app.add_subcommand("judge", "Judge kept evidence again, without booting");
  verb->add_option("folder", options->folders, "What a boot left, or a whole run")
      ->required()
      ->type_name("FOLDER");
  verb->add_option("--against", options->against,
                   "The baseline's boot of the same tree, to hold the others against; in a "
                   "run's folder it is found")
      ->type_name("FOLDER");
  verb->add_flag("--allow-known", options->are_known_allowed,
                 "Exit with 0 where all that fails are known faults of such kernels");
  verb->footer("Example:\n  rmemcheck judge out/validate/runs/baseline/static-65");
  verb->callback([options, &chosen] { chosen = [options] { return judge_folders(*options); }; });
}

} // namespace rmemcheck
