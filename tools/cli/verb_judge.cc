// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/conclusion.h"
#include "cli/kept_boot.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "report/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

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
  for (const fs::directory_entry &kernel : fs::directory_iterator(folder / "runs"))
    for (const fs::directory_entry &boot : fs::directory_iterator(kernel))
      found.push_back(boot.path());
  std::ranges::sort(found);
  boots.insert(boots.end(), found.begin(), found.end());
}

/// The folder as a person typed it, without the last slash.
std::string shown(const fs::path &folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).string();
}

ExitStatus judge_folders(const std::vector<std::string> &folders) {
  std::vector<fs::path> boots;
  for (const std::string &folder : folders)
    add_boots(folder, boots);
  const TextStyle style{is_colour_wanted(), 0};
  std::vector<CaseResult> results;
  for (const fs::path &boot : boots) {
    CaseResult result = judge_kept(load(boot), shown(boot));
    if (result.name.empty())
      result.name = result.folder;
    fmt::print("{}\n{}", case_line(result, style), findings_text(result, style));
    results.push_back(std::move(result));
  }
  return exit_status(conclusion(results));
}

} // namespace

void add_judge(CLI::App &app, ChosenVerb &chosen) {
  auto folders = std::make_shared<std::vector<std::string>>();
  CLI::App *verb = app.add_subcommand("judge", "Judge kept evidence again, without booting");
  verb->add_option("folder", *folders, "What a boot left, or a whole run")
      ->required()
      ->type_name("FOLDER");
  verb->footer("Example:\n  rmemcheck judge out/validate/runs/baseline/static-65");
  verb->callback([folders, &chosen] { chosen = [folders] { return judge_folders(*folders); }; });
}

} // namespace rmemcheck
