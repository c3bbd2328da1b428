// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "base/out_folder.h"
#include "catalogue/kit.h"
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
  std::string quilt; ///< where to export to
};

SourceTree find_tree_with_progress(const std::string &tree) {
  ProgressLine progress;
  return find_tree(tree, step_of(progress));
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

std::string text_of(const PatchState &state) {
  switch (state.kind) {
  case PatchState::Kind::applies:
    return "applies";
  case PatchState::Kind::there:
    return "is there already";
  case PatchState::Kind::fails:
    break;
  }
  return "does not apply: " + state.why;
}

/// Every patch, whatever became of those before it.
ExitStatus check(const SeriesOptions &options, bool) {
  const Kit kit = find_kit(options.kit);
  const SourceTree tree = find_tree_with_progress(options.tree);
  const Series series = find_series(kit.patches(), tree.version);
  const std::vector<PatchState> states = try_series(series, tree.path);
  for (const PatchState &state : states)
    fmt::print("{}: {}\n", (series.folder.filename() / state.patch.filename()).string(),
               text_of(state));
  check_series(series, tree.path);
  return ExitStatus::holds;
}

/// As debian/patches wants it: the patches, and "series", which names them in their order.
ExitStatus export_quilt(const SeriesOptions &options, bool) {
  const Kit kit = find_kit(options.kit);
  const SourceTree tree = find_tree_with_progress(options.tree);
  const Series series = find_series(kit.patches(), tree.version);
  check_series(series, tree.path);
  OutFolder out(options.quilt, "series export");
  std::string names;
  for (const std::filesystem::path &patch : series.patches) {
    write_file(out.path() / patch.filename(), read_file(patch));
    names += patch.filename().string() + '\n';
  }
  write_file(out.path() / "series", names);
  out.commit();
  fmt::print("{}: {} patches of {}\n", options.quilt, series.patches.size(),
             series.folder.filename().string());
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
  if (name == "export")
    verb->add_option("--quilt", options->quilt, "Where to; an earlier export is replaced")
        ->required()
        ->type_name("FOLDER");
  verb->footer(fmt::format("Example:\n  rmemcheck series {} --tree ../linux{}", name,
                           name == "export" ? " --quilt ../linux/debian/patches/rmem" : ""));
  verb->callback([options, action, tree, &chosen] {
    const bool has_tree = tree->count() > 0;
    chosen = [options, action, has_tree] { return action(*options, has_tree); };
  });
  return verb;
}

} // namespace

void add_series(CLI::App &app, ChosenVerb &chosen) {
  CLI::App *series =
      app.add_subcommand("series", "List, check, apply or export the series that serves a tree");
  series->require_subcommand(1);
  series->footer("Example:\n  rmemcheck series list\n  rmemcheck series check --tree ../linux");
  add_action(*series, chosen, "list", "The table; with --tree, the patches that serve it", list);
  add_action(*series, chosen, "check",
             "Patch by patch, whether the series applies; the tree is not changed", check);
  add_action(*series, chosen, "apply", "Apply the series to a folder, wholly or not at all", apply)
      ->get_option("--tree")
      ->required();
  add_action(*series, chosen, "export", "Leave the series as quilt and debian/patches take it",
             export_quilt);
}

} // namespace rmemcheck
