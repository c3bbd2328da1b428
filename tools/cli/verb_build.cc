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
#include <nlohmann/json.hpp>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct BuildOptions {
  std::string kit;
  std::string tree;
  std::string machine = "arm64";
  bool baseline = false;
  std::vector<std::string> lines; ///< of configuration
  std::string config;
  std::string out;
  bool show = false;
};

/// What is asked for; the series' folder too, where one is.
struct Asked {
  BuildRequest request;
  std::string series;
};

Asked asked_for(const BuildOptions &options, const Kit &kit, const Machine &machine) {
  ProgressLine line;
  Asked asked{build_request(find_tree(options.tree, step_of(line)), machine, kit), ""};
  BuildRequest &request = asked.request;
  request.config = options.lines;
  request.base_config = options.config;
  if (!options.baseline) {
    const Series series = find_series(kit.patches(), request.tree.version);
    asked.series = series.folder.filename().string();
    request.patches = series.patches;
  }
  return asked;
}

/// For scripts that call the kernel's make themselves.
ExitStatus show(const Asked &asked) {
  const BuildRequest &request = asked.request;
  const SourceTree &tree = request.tree;
  const Command make = make_call(request.machine);
  Json lines = Json::array();
  for (const ConfigLine &line : config_lines(request))
    lines.push_back(line.text);
  Json patches = Json::array();
  for (const fs::path &patch : request.patches)
    patches.push_back(patch.string());
  const Json json = {
      {"tree", {{"name", tree.name}, {"version", tree.version}, {"path", tree.path.string()}}},
      {"series", asked.series},
      {"patches", patches},
      {"config", lines},
      {"make", make.argv},
      {"environment", make.environment},
      {"image", request.machine.image},
      {"image-target", request.machine.image_target}};
  fmt::print("{}\n", json.dump(2));
  return ExitStatus::holds;
}

ExitStatus build(const BuildOptions &options) {
  std::unique_ptr<OutFolder> out; // a wrong one is refused before anything is built
  if (!options.out.empty())
    out = std::make_unique<OutFolder>(options.out, "build");
  const Kit kit = find_kit(options.kit);
  const Machine machine = read_machine(machine_file(options.machine, kit));
  const Asked asked = asked_for(options, kit, machine);
  if (options.show)
    return show(asked);
  const BuiltKernel kernel = [&] {
    ProgressLine line;
    return build_kernel(asked.request, step_of(line));
  }();
  fmt::print("Linux {} for {}, {}: {}\n", kernel.version, machine.name,
             options.baseline ? "baseline" : "patched",
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
  verb->add_flag("--baseline,--unpatched", options->baseline,
                 "Without the series that serves the tree");
  verb->add_option("--set", options->lines,
                   "A line of configuration, such as CONFIG_KUNIT=y, in place of the machine's")
      ->type_name("LINE");
  verb->add_option("--config", options->config,
                   "A whole .config, a distribution's say, that the machine's lines are put into")
      ->type_name("FILE")
      ->check(CLI::ExistingFile.description(""));
  CLI::Option *out = verb->add_option("--out", options->out,
                                      "Copy what was built there; an earlier build is replaced")
                         ->type_name("FOLDER");
  verb->add_flag("--show", options->show,
                 "Build nothing; print as JSON the tree, its patches, the configuration, and how "
                 "make is called")
      ->excludes(out);
  verb->add_option("--kit", options->kit, "The kit's folder")->type_name("FOLDER");
  verb->footer("Example:\n  rmemcheck build --tree ../linux --baseline --out out/kernel");
  verb->callback([options, &chosen] { chosen = [options] { return build(*options); }; });
}

} // namespace rmemcheck
