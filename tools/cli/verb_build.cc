// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/out_folder.h"
#include "catalogue/kit.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "engine/kernel_folder.h"
#include "kernel/build.h"
#include "kernel/series.h"

#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct BuildOptions {
  std::string kit;
  std::string tree;
  std::string machine = "arm64";
  bool unpatched = false;
  std::string out;
};

BuiltKernel build_with_progress(const BuildOptions &options, const Kit &kit,
                                const Machine &machine) {
  ProgressLine line;
  const Progress progress = step_of(line);
  BuildRequest request;
  request.tree = find_tree(options.tree, progress);
  if (!options.unpatched)
    request.patches = find_series(kit.patches(), request.tree.version).patches;
  request.machine = machine;
  request.fragment = kit.fragment();
  request.module_source = kit.module_source();
  return build_kernel(request, progress);
}

ExitStatus build(const BuildOptions &options) {
  std::unique_ptr<OutFolder> out; // a wrong one is refused before anything is built
  if (!options.out.empty())
    out = std::make_unique<OutFolder>(options.out, "build");
  const Kit kit = find_kit(options.kit);
  const Machine machine = read_machine(machine_file(options.machine, kit));
  const BuiltKernel kernel = build_with_progress(options, kit, machine);
  fmt::print("Linux {} for {}, {}: {}\n", kernel.version, machine.name,
             options.unpatched ? "unpatched" : "patched",
             kernel.from_cache ? "from the cache"
                               : fmt::format("built in {:.0f} s", kernel.seconds));
  if (out) {
    copy_kernel(kernel, machine, out->path());
    out->commit();
    fmt::print("  {}\n", out->final_path().string());
    return ExitStatus::holds;
  }
  for (const auto &path : {kernel.image, kernel.config, kernel.system_map, kernel.module})
    fmt::print("  {}\n", path.string());
  return ExitStatus::holds;
}

} // namespace

void add_build(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<BuildOptions>();
  CLI::App *verb =
      app.add_subcommand("build", "Configure and build a tree for a machine, cached by content");
  verb->add_option("--tree", options->tree,
                   "A kernel tree, a git repository, a linux-source archive or a tag; none means "
                   "the newest linux-source-6.1 of /usr/src")
      ->type_name("TREE");
  verb->add_option("--machine", options->machine, "A machine's file or name (arm64)")
      ->type_name("MACHINE");
  verb->add_flag("--unpatched", options->unpatched, "Without the series that serves the tree");
  verb->add_option("--out", options->out, "Copy what was built there; an earlier build is replaced")
      ->type_name("FOLDER");
  verb->add_option("--kit", options->kit, "The kit's folder")->type_name("FOLDER");
  verb->footer("Example:\n  rmemcheck build --tree ../linux --unpatched --out out/kernel");
  verb->callback([options, &chosen] { chosen = [options] { return build(*options); }; });
}

} // namespace rmemcheck
