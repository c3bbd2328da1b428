// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "base/out_folder.h"
#include "base/plural.h"
#include "catalogue/kit.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "kernel/abi.h"
#include "kernel/build.h"
#include "kernel/series.h"
#include "kernel/upstream.h"

#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct SeriesOptions {
  std::string kit;
  std::string tree;
  std::string quilt;             ///< where to export to
  std::vector<std::string> with; ///< patches on top of the series
  bool abi = false;
  std::string machine = "arm64";
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

/// Every patch, whatever became of those before it; under one that fails, upstream's commits that
/// changed what it changes.
void print_patches(const Series &series, const SourceTree &tree,
                   const std::vector<FoundCommit> &found) {
  for (const PatchState &state : try_series(series, tree.path)) {
    fmt::print("{}: {}\n", (state.patch.parent_path().filename() / state.patch.filename()).string(),
               text_of(state));
    for (const std::string &place : state.places)
      for (const UpstreamCommit &commit : changed(place, found))
        fmt::print("    {}: on {} \"{}\"\n", place.substr(place.find(':') + 1), commit.id,
                   commit.subject);
  }
}

Abi build_abi(const SourceTree &tree, const std::vector<std::filesystem::path> &patches,
              const Machine &machine, const Kit &kit) {
  ProgressLine line;
  const Progress progress = step_of(line);
  BuildRequest request = build_request(tree, machine, kit);
  request.patches = patches;
  request.config = abi_config();
  return abi_of(build_kernel(request, progress));
}

ExitStatus check_abi(const SourceTree &tree, const Series &series, const Machine &machine,
                     const Kit &kit) {
  const Abi before = build_abi(tree, {}, machine, kit);
  const std::vector<std::string> changes =
      abi_changes(before, build_abi(tree, series.patches, machine, kit));
  fmt::print("\nABI for {}, without and with the patches:\n", machine.name);
  for (const std::string &change : changes)
    fmt::print("  {}\n", change);
  fmt::print("{}\n", changes.empty() ? fmt::format("struct reserved_mem and {} are the same",
                                                   plural(before.symbols.size(), "exported symbol"))
                                     : plural(changes.size(), "change"));
  return changes.empty() ? ExitStatus::holds : ExitStatus::kernel_fails;
}

/// A tree that no series serves is told what becomes of the nearest one, and of upstream's commits.
ExitStatus check(const SeriesOptions &options, bool) {
  const Kit kit = find_kit(options.kit);
  const std::vector<UpstreamCommit> commits = read_upstream(kit.patches());
  const Machine machine = read_machine(machine_file(options.machine, kit));
  const SourceTree tree = find_tree_with_progress(options.tree);
  const std::optional<Series> serving = serving_series(kit.patches(), tree.version);
  Series series = serving ? *serving : nearest_series(kit.patches(), tree.version);
  if (!serving)
    fmt::print("no series serves Linux {}; {} is the nearest\n", tree.version,
               series.folder.filename().string());
  series.patches.insert(series.patches.end(), options.with.begin(), options.with.end());
  const std::vector<FoundCommit> found = look_for(commits, tree.path);
  print_patches(series, tree, found);
  fmt::print("\nupstream's commits about reserved memory in Linux {}:\n{}", tree.version,
             upstream_text(found));
  if (!serving)
    (void)find_series(kit.patches(), tree.version); // says what is served
  check_series(series, tree);
  return options.abi ? check_abi(tree, series, machine, kit) : ExitStatus::holds;
}

/// As debian/patches wants it: the patches, and "series", which names them in their order.
ExitStatus export_quilt(const SeriesOptions &options, bool) {
  OutFolder out(options.quilt, "series export", "--quilt"); // a wrong one is refused first
  const bool is_replaced = is_there(out.final_path() / "series");
  const Kit kit = find_kit(options.kit);
  const SourceTree tree = find_tree_with_progress(options.tree);
  const Series series = find_series(kit.patches(), tree.version);
  check_series(series, tree);
  std::string names;
  for (const std::filesystem::path &patch : series.patches) {
    write_file(out.path() / patch.filename(), read_file(patch));
    names += patch.filename().string() + '\n';
  }
  write_file(out.path() / "series", names);
  out.commit();
  fmt::print("{}: {} of {}, and the file series that names them{}\n", options.quilt,
             plural(series.patches.size(), "patch"), series.folder.filename().string(),
             is_replaced ? ", in place of an earlier export" : "");
  return ExitStatus::holds;
}

ExitStatus apply(const SeriesOptions &options, bool) {
  if (!is_folder(options.tree))
    throw bad_input(fmt::format("--tree {}: expected a folder, which is changed", options.tree));
  const Kit kit = find_kit(options.kit);
  const SourceTree tree = find_tree_with_progress(options.tree);
  const Series series = find_series(kit.patches(), tree.version);
  apply_series(series, options.tree);
  fmt::print("{}: {} of {} applied\n", options.tree, plural(series.patches.size(), "patch"),
             series.folder.filename().string());
  return ExitStatus::holds;
}

using Action = ExitStatus (*)(const SeriesOptions &, bool has_tree);

constexpr const char *check_examples = "\n  rmemcheck series check --tree ../linux@v6.12.85 --abi\n"
                                       "  rmemcheck series check --tree ../linux --with my.patch "
                                       "--abi --machine riscv64\n"
                                       "Exit status: 0 the series applies and, with --abi, the ABI "
                                       "stays; 1 the ABI changes; 2 a patch "
                                       "does not apply, or no series serves the tree. All but the "
                                       "ABI is printed first, whatever it is.";

void add_check_options(CLI::App &verb, SeriesOptions &options) {
  verb.add_option("--with", options.with, "A patch on top of the series; may be given again")
      ->type_name("FILE.patch");
  verb.add_flag("--abi", options.abi,
                "Build the tree without and with the series; struct reserved_mem and the checksums "
                "of exported symbols must stay (needs pahole)");
  verb.add_option("--machine", options.machine, "Which the ABI is of (arm64)")
      ->type_name("MACHINE");
}

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
  if (name == "check")
    add_check_options(*verb, *options);
  verb->footer(fmt::format("Example:\n  rmemcheck series {} --tree ../linux{}", name,
                           name == "export"  ? " --quilt ../linux/debian/patches/rmem"
                           : name == "check" ? check_examples
                                             : ""));
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
  add_action(
      *series, chosen, "check",
      "Patch by patch, whether the series applies and what of upstream's it fails on; which of "
      "upstream's repairs the tree has. The tree is not changed",
      check);
  add_action(*series, chosen, "apply", "Apply the series to a folder, wholly or not at all", apply)
      ->get_option("--tree")
      ->required();
  add_action(*series, chosen, "export", "Leave the series as quilt and debian/patches take it",
             export_quilt);
}

} // namespace rmemcheck
