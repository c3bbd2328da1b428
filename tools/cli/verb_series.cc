// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/kit.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "kernel/build.h"
#include "kernel/series.h"

#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct SeriesOptions {
  std::string kit;
  std::string tree;
};

SourceTree find_tree_with_progress(const std::string &tree) {
  ProgressLine progress;
  return find_tree(tree,
                   [&](const std::string &what, double share) { progress.step(what, share); });
}

/// The rows of the table; with a tree, the patches that serve it.
ExitStatus list(const SeriesOptions &options, bool has_tree) {
  const Kit kit = find_kit(options.kit);
  if (!has_tree) {
    for (const SeriesRow &row : read_series_table(kit.patches()))
      fmt::print("{}: serves {} up to, not including, {}\n", row.folder, row.from, row.until);
    return ExitStatus::holds;
  }
  const SourceTree tree = find_tree_with_progress(options.tree);
  const Series series = find_series(kit.patches(), tree.version);
  fmt::print("{}: Linux {}, served by {}\n", tree.name, tree.version, series.folder.string());
  for (const std::filesystem::path &patch : series.patches)
    fmt::print("  {}\n", patch.filename().string());
  return ExitStatus::holds;
}

ExitStatus check(const SeriesOptions &options, bool) {
  const Kit kit = find_kit(options.kit);
  const SourceTree tree = find_tree_with_progress(options.tree);
  const Series series = find_series(kit.patches(), tree.version);
  check_series(series, tree.path);
  for (const std::filesystem::path &patch : series.patches)
    fmt::print("{}: ok\n", (series.folder.filename() / patch.filename()).string());
  return ExitStatus::holds;
}

ExitStatus apply(const SeriesOptions &options, bool) {
  if (!std::filesystem::is_directory(options.tree))
    throw bad_input(fmt::format("--tree {}: expected a folder, which is changed", options.tree));
  const Kit kit = find_kit(options.kit);
  const SourceTree tree = find_tree_with_progress(options.tree);
  const Series series = find_series(kit.patches(), tree.version);
  apply_series(series, options.tree);
  fmt::print("{}: {} patches of {} applied\n", options.tree, series.patches.size(),
             series.folder.filename().string());
  return ExitStatus::holds;
}

using Action = ExitStatus (*)(const SeriesOptions &, bool has_tree);

CLI::App *add_action(CLI::App &series, ChosenVerb &chosen, const std::string &name,
                     const std::string &description, Action action) {
  auto options = std::make_shared<SeriesOptions>();
  CLI::App *verb = series.add_subcommand(name, description);
  CLI::Option *tree = verb->add_option("--tree", options->tree,
                                       "A kernel tree, a git repository or a linux-source archive")
                          ->type_name("TREE");
  verb->add_option("--kit", options->kit, "The kit's folder")->type_name("FOLDER");
  verb->footer(fmt::format("Example:\n  rmemcheck series {} --tree ../linux", name));
  verb->callback([options, action, tree, &chosen] {
    const bool has_tree = tree->count() > 0;
    chosen = [options, action, has_tree] { return action(*options, has_tree); };
  });
  return verb;
}

} // namespace

void add_series(CLI::App &app, ChosenVerb &chosen) {
  CLI::App *series =
      app.add_subcommand("series", "List, check or apply the series that serves a tree");
  series->require_subcommand(1);
  series->footer("Example:\n  rmemcheck series list\n  rmemcheck series check --tree ../linux");
  add_action(*series, chosen, "list", "The table; with --tree, the patches that serve it", list);
  add_action(*series, chosen, "check", "Whether the series applies; the tree is not changed",
             check);
  add_action(*series, chosen, "apply", "Apply the series to a folder, wholly or not at all", apply)
      ->get_option("--tree")
      ->required();
}

} // namespace rmemcheck
