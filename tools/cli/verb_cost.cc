// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "base/out_folder.h"
#include "catalogue/kit.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "cost/chart.h"
#include "cost/counter_plugin.h"
#include "cost/json.h"
#include "cost/measure.h"
#include "cost/table.h"
#include "engine/guest_init.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

struct CostOptions {
  std::string kit;
  std::vector<std::string> kernels;
  std::vector<std::string> system_maps;
  std::vector<std::string> modules;
  std::string sizes = default_cost_sizes;
  std::string machine = "arm64";
  std::string check;
  std::string against;
  bool verbose = false;
  std::string out = "out/cost";
};

/// NAME=PATH of an option, the path of something that is there.
std::pair<std::string, fs::path> named_path(const std::string &option, const std::string &text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw bad_input(fmt::format("{} {}: expected NAME=PATH", option, text));
  const fs::path path = text.substr(equals + 1);
  if (!is_found(path))
    throw bad_input(fmt::format("{} {}: {}: no such file", option, text, path.string()));
  return {text.substr(0, equals), path};
}

/// What "rmemcheck build --out" leaves, or an image, whose other files are named apart.
CostKernel kernel_at(const std::string &name, const fs::path &path, const Machine &machine) {
  if (!is_folder(path))
    return {name, path, {}, {}};
  CostKernel kernel{name, path / fs::path(machine.image).filename(), path / "System.map",
                    path / probe_file};
  if (!is_found(kernel.module))
    kernel.module.clear();
  for (const fs::path &file : {kernel.image, kernel.system_map})
    if (!is_file(file))
      throw bad_input(fmt::format("--kernel {}={}: expected what \"rmemcheck build --out\" leaves, "
                                  "it has no {}",
                                  name, path.string(), file.filename().string()));
  return kernel;
}

CostKernel *find_kernel(std::vector<CostKernel> &kernels, const std::string &name) {
  const auto found = std::ranges::find(kernels, name, &CostKernel::name);
  return found == kernels.end() ? nullptr : &*found;
}

/// Sets one file of kernels that are named by options of their own.
void add_files(std::vector<CostKernel> &kernels, const std::string &option,
               const std::vector<std::string> &given, fs::path CostKernel::*file) {
  for (const std::string &text : given) {
    const auto [name, path] = named_path(option, text);
    CostKernel *kernel = find_kernel(kernels, name);
    if (kernel == nullptr)
      throw bad_input(fmt::format("{} {}: expected the name of a --kernel", option, text));
    kernel->*file = path;
  }
}

std::vector<CostKernel> wanted_kernels(const CostOptions &options, const Machine &machine) {
  std::vector<CostKernel> kernels;
  for (const std::string &text : options.kernels) {
    const auto [name, path] = named_path("--kernel", text);
    if (find_kernel(kernels, name) != nullptr)
      throw bad_input(fmt::format("--kernel {}: expected a name of its own, there are two", text));
    kernels.push_back(kernel_at(name, path, machine));
  }
  add_files(kernels, "--system-map", options.system_maps, &CostKernel::system_map);
  add_files(kernels, "--module", options.modules, &CostKernel::module);
  for (const CostKernel &kernel : kernels)
    if (kernel.system_map.empty())
      throw bad_input(fmt::format("--kernel {}={}: expected a --system-map {}=FILE with it",
                                  kernel.name, kernel.image.string(), kernel.name));
  for (const auto &[option, name] :
       {std::pair{"--check", options.check}, std::pair{"--against", options.against}})
    if (!name.empty() && find_kernel(kernels, name) == nullptr)
      throw bad_input(fmt::format("{} {}: expected the name of a --kernel", option, name));
  return kernels;
}

/// The machine that all of it is measured on.
Machine measured_machine(const CostOptions &options, const Kit &kit) {
  Machine machine = read_bootable_machine(options.machine, kit);
  if (machine.board.is_native || !machine.has_user_space || !machine.board.has_device_tree)
    throw bad_input(fmt::format("--machine {}: expected one of QEMU with a device tree and a guest",
                                machine.name));
  return machine;
}

/// The trees, each of a size; to make a large one takes seconds.
std::vector<CostTree> make_trees(const Kit &kit, const Machine &machine,
                                 const std::vector<CostSize> &sizes, ProgressLine &progress) {
  progress.step("making the trees", -1);
  const std::string board = board_dtb(machine, kernel_for_dump(machine, kit, step_of(progress)));
  std::vector<CostTree> trees;
  std::ranges::transform(sizes, std::back_inserter(trees), [&](const CostSize &size) {
    return CostTree{size, make_tree(board, cost_tree(size), machine.board.memory_base)};
  });
  return trees;
}

std::vector<KernelCost> measure_all(const Kit &kit, const Machine &machine,
                                    const std::vector<CostKernel> &kernels,
                                    const std::vector<CostSize> &sizes) {
  ProgressLine progress;
  const fs::path plugin =
      build_counter_plugin(kit.guest() / "instruction_counter.c", step_of(progress));
  BootRequest base;
  base.machine = machine;
  base.init = guest_init(machine, kit, step_of(progress));
  std::vector<KernelCost> costs;
  std::ranges::transform(kernels, std::back_inserter(costs), cost_of_files);
  const std::vector<CostTree> trees = make_trees(kit, machine, sizes, progress);
  for (std::size_t index = 0; index < kernels.size(); ++index)
    for (const CostTree &tree : trees) {
      progress.step(fmt::format("{}: {}", kernels[index].name, to_string(tree.size)), -1);
      costs[index].results.push_back(measure_cost(kernels[index], tree, base, plugin));
    }
  return costs;
}

const KernelCost &cost_of(const std::vector<KernelCost> &costs, const std::string &name) {
  return *std::ranges::find(costs, name, &KernelCost::name);
}

std::vector<GrowthLine> checks_of(const CostOptions &options,
                                  const std::vector<KernelCost> &costs) {
  std::vector<GrowthLine> lines;
  if (options.check.empty())
    return lines;
  lines = check_growth(cost_of(costs, options.check));
  if (!options.against.empty())
    std::ranges::move(compare_cost(cost_of(costs, options.check), cost_of(costs, options.against)),
                      std::back_inserter(lines));
  return lines;
}

bool has(const std::vector<GrowthLine> &lines, GrowthLine::Outcome outcome) {
  return std::ranges::find(lines, outcome, &GrowthLine::outcome) != lines.end();
}

/// A kernel that booted nowhere leaves its cost unknown, as do checks that nothing answers.
ExitStatus status_of(const CostOptions &options, const std::vector<KernelCost> &costs,
                     const std::vector<GrowthLine> &checks) {
  if (has(checks, GrowthLine::Outcome::fails))
    return ExitStatus::kernel_fails;
  const bool is_measured = std::ranges::all_of(costs, [](const KernelCost &cost) {
    return std::ranges::any_of(cost.results,
                               [](const CostResult &result) { return result.counts.has_value(); });
  });
  if (!is_measured || (!options.check.empty() && !has(checks, GrowthLine::Outcome::holds)))
    return ExitStatus::unknown;
  return ExitStatus::holds;
}

ExitStatus measure_cost_of(const CostOptions &options) {
  const std::vector<CostSize> sizes = parse_cost_sizes(options.sizes);
  const Kit kit = find_kit(options.kit);
  const Machine machine = measured_machine(options, kit);
  const std::vector<CostKernel> kernels = wanted_kernels(options, machine);
  OutFolder out(options.out, "cost");
  const std::vector<KernelCost> costs = measure_all(kit, machine, kernels, sizes);
  const std::vector<GrowthLine> checks = checks_of(options, costs);
  write_file(out.path() / "cost.json", cost_json(machine.name, costs, checks));
  write_file(out.path() / "cost.svg", cost_chart(costs));
  const std::string table = cost_table(costs, options.verbose);
  write_file(out.path() / "cost.txt", table);
  out.commit();
  fmt::print("{}", table);
  if (!checks.empty())
    fmt::print("\n");
  for (const GrowthLine &line : checks)
    fmt::print("{:<9}  {}\n", to_string(line.outcome), line.text);
  fmt::print("\nresults in {}\n", options.out);
  return status_of(options, costs, checks);
}

} // namespace

void add_cost(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<CostOptions>();
  CLI::App *verb = app.add_subcommand(
      "cost", "Count the instructions that kernels spend on reserved memory at boot");
  verb->add_option("--kernel", options->kernels,
                   "A kernel and how it is called: what \"rmemcheck build --out\" leaves, or an "
                   "image")
      ->required()
      ->type_name("NAME=PATH");
  verb->add_option("--system-map", options->system_maps, "Of a kernel that is an image")
      ->type_name("NAME=FILE");
  verb->add_option("--module", options->modules,
                   "The probe for it; without it the log must show what is recorded")
      ->type_name("NAME=FILE.ko");
  verb->add_option("--sizes", options->sizes,
                   fmt::format("Static and boot-placed regions ({})", default_cost_sizes))
      ->type_name("STATIC+PLACED,...");
  verb->add_option("--machine", options->machine, "A machine's file or name (arm64)")
      ->type_name("MACHINE");
  CLI::Option *check =
      verb->add_option("--check", options->check,
                       "A kernel that must not grow faster than n log n, but for insertion")
          ->type_name("NAME");
  verb->add_option(
          "--against", options->against,
          "The kernel that it must not be dearer than, or 1.2 times as dear where that one "
          "leaves regions out")
      ->type_name("NAME")
      ->needs(check);
  verb->add_flag("--verbose", options->verbose, "The parts of each number too");
  verb->add_option("--out", options->out,
                   "Where cost.txt, cost.json and cost.svg are left; an earlier one is replaced "
                   "(out/cost)")
      ->type_name("FOLDER");
  verb->add_option("--kit", options->kit, "The kit's folder")->type_name("FOLDER");
  verb->footer("Exit status: 1 if a check fails, 3 if a kernel booted with no tree.\n\nExample:\n"
               "  rmemcheck cost --kernel v6.9=out/v6.9 --kernel ours=out/ours --kernel v7.3=out/"
               "v7.3 \\\n      --check ours --against v7.3");
  verb->callback([options, &chosen] { chosen = [options] { return measure_cost_of(*options); }; });
}

} // namespace rmemcheck
