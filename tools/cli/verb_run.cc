// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "cli/conclusion.h"
#include "cli/guest_init.h"
#include "cli/kernel_folder.h"
#include "cli/kit.h"
#include "cli/out_folder.h"
#include "cli/validation.h"
#include "cli/verb.h"
#include "kernel/config.h"
#include "report/json.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <thread>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string kit;
  std::string tree;
  std::vector<std::string> machines = {"arm64"};
  std::vector<std::string> cases;
  std::vector<std::string> kernels = {"baseline", "patched"};
  std::string image; ///< a kernel that is built already; empty: they are built
  std::string name = "given";
  std::string config;
  std::vector<std::string> modules;
  std::string out = "out/validate";
  unsigned jobs = std::min(2u, std::max(1u, std::thread::hardware_concurrency()));
};

/// The work for one machine, from the tree to the results.
class Run {
public:
  Run(const RunOptions &options, const Kit &kit, const fs::path &out)
      : options_(options), shown_(out.string()), out_(out, "run"), kit_(kit) {}

  /// What came of it, in a line.
  std::string operator()(const Machine &machine) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<PreparedCase> cases = prepare_cases(case_files(options_.cases, kit_), machine,
                                                    kernel_for_dump(machine, kit_, progress_));
    const std::vector<std::string> names =
        options_.image.empty() ? options_.kernels : std::vector{options_.name};
    for (const std::string &line : leave_out_unserved(cases, configured(machine), names))
      progress_.print(line + '\n');
    const std::vector<KernelUnderTest> kernels =
        options_.image.empty() ? build_kernels(machine) : given_kernel();
    BootRequest base;
    base.machine = machine;
    if (machine.has_user_space)
      base.init = guest_init(machine, kit_, progress_);
    else if (!options_.modules.empty())
      throw bad_input(
          fmt::format("--module: expected none: the machine {} has no user space", machine.name));
    results_.cases = validate(cases, kernels, base, out_.path(), options_.jobs, progress_);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    results_.seconds = elapsed.count();
    return finish(machine);
  }

  [[nodiscard]] Outcome outcome() const { return conclusion(results_.cases); }

private:
  /// The machine with all of the configuration that cases may need: that of the kernel that was
  /// given, or what is built.
  [[nodiscard]] Machine configured(Machine machine) const {
    if (!options_.config.empty()) {
      machine.config = split_lines(read_file(options_.config));
      return machine;
    }
    for (const ConfigLine &line : wanted_config(kit_.fragment(), machine))
      machine.config.push_back(line.text);
    return machine;
  }

  std::vector<KernelUnderTest> given_kernel() {
    for (const std::string &file : options_.modules)
      if (!fs::is_regular_file(file))
        throw bad_input(fmt::format("--module {}: no such file", file));
    if (!fs::is_regular_file(options_.image))
      throw bad_input(fmt::format("--image {}: no such file", options_.image));
    if (options_.name.find('/') != std::string::npos)
      throw bad_input(fmt::format("--name {}: expected the name of a folder", options_.name));
    results_.kernels.push_back({options_.name, "", "", false, 0});
    KernelUnderTest kernel{options_.name, "", options_.image, {}};
    kernel.modules.assign(options_.modules.begin(), options_.modules.end());
    return {kernel};
  }

  /// What find_tree() and build_kernel() say they do, with the kernel's name in front.
  Progress progress_of(const std::string &prefix) {
    return [this, prefix](const std::string &what, double share) {
      progress_.step(prefix + what, share);
    };
  }

  std::vector<KernelUnderTest> build_kernels(const Machine &machine) {
    BuildRequest request;
    request.tree = find_tree(options_.tree, progress_of(""));
    request.machine = machine;
    request.fragment = kit_.fragment();
    request.module_source = kit_.module_source();
    results_.tree = request.tree.name;
    results_.tree_version = request.tree.version;
    const bool is_patched_wanted = has_kernel("patched");
    const std::optional<Series> series =
        is_patched_wanted ? std::optional(find_series(kit_.patches(), request.tree.version))
                          : std::nullopt;
    if (series)
      results_.series = series->folder.filename().string();
    std::vector<KernelUnderTest> kernels;
    for (const char *name : {"baseline", "patched"}) {
      if (!has_kernel(name))
        continue;
      request.series = name == std::string("patched") ? series : std::nullopt;
      const BuiltKernel built = build_kernel(request, progress_of(name + std::string(": ")));
      keep(name, built, machine);
      kernels.push_back({name, built.version, built.image, {}});
      if (!built.module.empty())
        kernels.back().modules.push_back(built.module);
    }
    return kernels;
  }

  [[nodiscard]] bool has_kernel(const std::string &name) const {
    return std::ranges::find(options_.kernels, name) != options_.kernels.end();
  }

  void keep(const std::string &name, const BuiltKernel &built, const Machine &machine) {
    copy_kernel(built, machine, out_.path() / "kernels" / name);
    results_.kernels.push_back({name, built.version, built.key, built.from_cache, built.seconds});
    progress_.print(fmt::format(
        "{:<8}  Linux {}, {}\n", name, built.version,
        built.from_cache ? "from the cache" : fmt::format("built in {:.0f} s", built.seconds)));
  }

  std::string finish(const Machine &machine) {
    results_.tool_version = tool_version;
    results_.machine = machine.name;
    write_file(out_.path() / "results.json", results_json(results_));
    out_.commit();
    const TextStyle style{is_colour_wanted(), 0};
    // The table compares two kernels.
    std::string text = "\n";
    if (options_.image.empty())
      text += table_text(results_.cases, style) + '\n';
    for (const CaseResult &result : results_.cases)
      for (const std::string &remark : result.remarks)
        text += remark + '\n';
    std::string summary = summary_text(results_.cases, style);
    progress_.print(text + summary + fmt::format("results in {}\n", shown_));
    return summary;
  }

  const RunOptions &options_;
  std::string shown_; ///< the folder as a person has named it
  OutFolder out_;
  const Kit &kit_;
  ProgressLine progress_;
  RunResults results_;
};

/// One machine's results are in the folder itself, those of several each in one of its own there.
ExitStatus run(const RunOptions &options) {
  const Kit kit = find_kit(options.kit);
  const std::vector<Machine> machines = read_bootable_machines(options.machines, kit);
  if (!options.image.empty() && machines.size() != 1)
    throw bad_input(fmt::format("--image: expected one --machine, not {}", machines.size()));
  Outcome worst = Outcome::pass;
  std::string summary;
  for (const Machine &machine : machines) {
    const fs::path out = options.out;
    Run run(options, kit, machines.size() == 1 ? out : out / machine.name);
    summary += fmt::format("{:<10}  {}", machine.name, run(machine));
    worst = worse(worst, run.outcome());
  }
  if (machines.size() > 1)
    fmt::print("\n{}", summary);
  return exit_status(worst);
}

} // namespace

/// A kernel that somebody else has built, instead of two that are built here.
void add_image_options(CLI::App &verb, RunOptions &options) {
  CLI::Option *image =
      verb.add_option("--image", options.image,
                      "Boot this kernel, built already, instead of building any; it must pass")
          ->type_name("FILE");
  for (const char *other : {"--tree", "--kernels"})
    image->excludes(verb.get_option(other));
  verb.add_option("--name", options.name, "What the results call it (given)")
      ->type_name("NAME")
      ->needs(image);
  verb.add_option("--config", options.config,
                  "Its configuration; cases that need what it lacks are left out")
      ->type_name("FILE")
      ->needs(image);
  verb.add_option("--module", options.modules,
                  "A module to load; the probe, reserved_mem_probe.ko, comes last")
      ->type_name("FILE.ko")
      ->needs(image);
}

void add_run_options(CLI::App &verb, RunOptions &options) {
  verb.add_option("--tree", options.tree,
                  "A kernel tree, a git repository, a linux-source archive or a tag; none means "
                  "the newest linux-source-6.1 of /usr/src")
      ->type_name("TREE");
  verb.add_option("--machine", options.machines,
                  "Machines: files or names, or \"all\" of the kit's (arm64)")
      ->type_name("MACHINE")
      ->delimiter(',');
  verb.add_option("--cases", options.cases,
                  "Cases: folders, files or names (all of selftests/cases)")
      ->type_name("CASE")
      ->delimiter(',');
  verb.add_option("--kernels", options.kernels, "baseline, patched or both (baseline,patched)")
      ->type_name("KERNELS")
      ->delimiter(',')
      ->check(CLI::IsMember({"baseline", "patched"}).description(""));
  verb.add_option("--out", options.out,
                  "Where the results are left; an earlier run is replaced (out/validate)")
      ->type_name("FOLDER");
  verb.add_option("--jobs", options.jobs, fmt::format("Guests at once ({})", options.jobs))
      ->check(CLI::Range(1u, 64u).description(""))
      ->type_name("N");
  verb.add_option("--kit", options.kit, "The kit's folder")->type_name("FOLDER");
}

void add_run(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<RunOptions>();
  CLI::App *verb = app.add_subcommand(
      "run", "Build a kernel with and without the series, boot both with every case, judge them");
  add_run_options(*verb, *options);
  add_image_options(*verb, *options);
  verb->footer("Exit status 0 only if the patched kernel passes every case and the baseline fails "
               "exactly\nwhere it must.\n\nExample:\n  rmemcheck run --tree ../linux --cases "
               "static-64,static-65 --out out/try");
  verb->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

} // namespace rmemcheck
