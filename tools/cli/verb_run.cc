// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "base/out_folder.h"
#include "base/process.h"
#include "catalogue/boards.h"
#include "catalogue/kit.h"
#include "cli/module_option.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "engine/conclusion.h"
#include "engine/kernel_list.h"
#include "engine/run.h"
#include "judge/comparison.h"
#include "kernel/cache.h"
#include "kernel/config.h"
#include "report/json.h"
#include "report/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#include <unistd.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string kit;
  std::string tree;
  std::vector<std::string> specs;
  std::string list; ///< of kernels, a file; empty: there is none
  std::vector<std::string> machines;
  std::vector<std::string> cases;
  std::vector<std::string> boards; ///< folders of them
  std::vector<std::string> kernels = {"baseline", "patched"};
  std::string image; ///< a kernel that is built already; empty: they are built
  std::string name = "given";
  std::string config;
  std::vector<std::string> modules;
  std::string out;          ///< empty: out/validate
  std::string bisect;       ///< a rule; empty: no bisection
  std::string expected;     ///< a file of failures that are known
  std::uint64_t random = 0; ///< trees by chance; 0: cases
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> only; ///< the tree of that number alone
  std::string keep;
  std::size_t most_shrinking = RandomRequest().most_shrinking;
  bool resume = false;
  bool are_known_allowed = false;
  bool is_quiet = false;
  bool is_verbose = false;
  bool is_json = false;
  unsigned jobs = std::min(2u, std::max(1u, std::thread::hardware_concurrency()));
};

/// What the command line asks for: SPECs and a list, an image, or a tree without and with the
/// series that serves it.
std::vector<KernelRequest> kernel_requests(const RunOptions &options,
                                           const std::vector<std::string> &cases) {
  std::vector<KernelRequest> requests;
  for (const std::string &text : options.specs)
    requests.push_back({parse_spec(text), "", {}, {}, {}, {}});
  if (!options.list.empty())
    std::ranges::move(read_kernel_list(options.list, options.tree, cases),
                      std::back_inserter(requests));
  if (!options.image.empty()) {
    if (!is_file(options.image))
      throw bad_input(fmt::format("--image {}: no such file", options.image));
    if (options.name.empty() || options.name != folder_name(options.name))
      throw bad_input(fmt::format("--name {}: expected the name of a folder", options.name));
    demand_modules(options.modules);
    KernelSpec spec;
    spec.text = options.image;
    spec.kind = KernelSpec::Kind::image;
    spec.base = options.image;
    requests.push_back({spec, options.name, {}, {}, {}, {}});
    requests.back().modules.assign(options.modules.begin(), options.modules.end());
  }
  if (!requests.empty())
    return requests;
  for (const std::string &name : options.kernels) {
    KernelSpec spec;
    const bool is_patched = name == "patched";
    if (is_found(options.tree)) // what is no tree is told by who reads it
      spec.base = options.tree;
    else
      spec = parse_spec(options.tree);
    spec.text = (is_patched ? "" : "baseline=") + options.tree + (is_patched ? "+series" : "");
    spec.role = is_patched ? Role::must_pass : Role::baseline;
    if (is_patched)
      spec.additions = {{Addition::Kind::series, {}}};
    requests.push_back({spec, name, {}, {}, {}, {}});
  }
  return requests;
}

/// Of mutants and lists their own machines, where the command line names none. Kernels that are
/// asked for have them as those of a plan do.
template <typename Kernel>
std::vector<std::string> machine_names(const RunOptions &options,
                                       const std::vector<Kernel> &kernels) {
  if (!options.machines.empty())
    return options.machines;
  std::vector<std::string> names;
  for (const Kernel &kernel : kernels)
    for (const std::string &name :
         kernel.machines.empty() ? std::vector<std::string>{"arm64"} : kernel.machines)
      if (std::ranges::find(names, name) == names.end())
        names.push_back(name);
  return names;
}

bool is_by_chance(const RunOptions &options) { return options.random > 0 || options.only; }

/// Where results go that nobody wants a place for. A bisection runs in the tree itself, which must
/// not change by it.
fs::path out_of(const RunOptions &options) {
  if (!options.out.empty())
    return options.out;
  if (is_by_chance(options)) // one tree again must not take what many have found
    return options.only ? "out/only" : "out/random";
  if (!options.boards.empty() && options.cases.empty())
    return "out/boards";
  return options.bisect.empty() ? fs::path("out/validate") : cache_folder() / "bisect";
}

/// What is known of all machines.
struct Results {
  std::vector<RunResults> runs;
  std::vector<Outcome> outcomes;
};

/// Whether words on standard output may be coloured: they are for a person, on a terminal.
bool is_colour_wanted(const RunOptions &options) {
  return !options.is_json && rmemcheck::is_colour_wanted();
}

/// The table but where that is too much, what is not as it must be, and what the run comes to.
std::string text_of(const RunResults &results, const fs::path &out, const RunOptions &options) {
  const TextStyle style{is_colour_wanted(options), 0};
  if (results.nothing_to_do)
    return fmt::format("skip: no case is left for {}\n", results.machine);
  if (results.random)
    return random_text(*results.random) + fmt::format("results in {}\n", out.string());
  std::string text = options.is_quiet ? "" : "\n" + table_text(results, style) + '\n';
  if (options.is_quiet)
    text += troubles_text(results);
  text += remarks_text(results);
  text += summary_text(results, style);
  return options.is_quiet ? text : text + fmt::format("results in {}\n", out.string());
}

/// What the engine tells, as far as it is wanted.
Telling telling_of(ProgressLine &progress, const RunOptions &options) {
  if (options.is_quiet)
    return silent();
  return {step_of(progress), [&progress](const std::string &text) { progress.print(text); },
          [&progress](const BootsSoFar &so_far) { progress.boots(so_far); },
          is_colour_wanted(options), options.is_verbose};
}

void check_machines(const RunOptions &options, const std::vector<Machine> &machines) {
  if (!options.image.empty() && machines.size() != 1)
    throw bad_input(fmt::format("--image: expected one --machine, not {}", machines.size()));
  for (const Machine &machine : machines)
    if (!machine.has_user_space && !options.modules.empty())
      throw bad_input(
          fmt::format("--module: expected none: the machine {} has no user space", machine.name));
}

/// The part of this command that says what is booted.
std::vector<std::string> command_of(const RunOptions &options, const Machine &machine) {
  std::vector<std::string> command = {"rmemcheck", "run"};
  const auto add = [&](const char *option, const std::string &word) {
    if (!word.empty())
      command.insert(command.end(), {option, word});
  };
  for (const std::string &spec : options.specs)
    add("--kernel", spec);
  add("--list", options.list);
  add("--image", options.image);
  for (const std::string &module : options.modules)
    add("--module", module);
  add("--tree", options.tree);
  if (options.kernels.size() == 1)
    add("--kernels", options.kernels.front());
  add("--config", options.config);
  const auto given = std::ranges::find_if(options.machines, [&](const std::string &name) {
    return fs::path(name).stem() == machine.name;
  });
  add("--machine", given == options.machines.end() ? machine.name : *given);
  return command;
}

RandomRequest random_request(const RunOptions &options, const Machine &machine) {
  RandomRequest random;
  random.count = options.random;
  random.seed = options.seed;
  random.only = options.only;
  random.keep = options.keep;
  random.most_shrinking = options.most_shrinking;
  random.command = command_of(options, machine);
  return random;
}

/// What a run on these machines has in its folder, when it has been stopped.
std::vector<std::string> parts_of(const std::vector<Machine> &machines) {
  if (machines.size() == 1)
    return {"results.json", "kernels", "runs"};
  std::vector<std::string> names;
  std::ranges::transform(machines, std::back_inserter(names), &Machine::name);
  return names;
}

/// All that a list of kernels or of known failures may name: the kit's, and those that are given.
/// Without a list nobody asks.
std::vector<std::string> names_of_cases(const RunOptions &options, const Kit &kit) {
  if (options.list.empty() && options.expected.empty())
    return {};
  std::vector<std::string> names = board_names({options.boards.begin(), options.boards.end()});
  for (const auto &given : {std::vector<std::string>(), options.cases})
    for (const fs::path &file : case_files(given, kit))
      names.push_back(file.stem().string());
  return names;
}

/// What --expected lists.
std::vector<KnownFailure> known_failures(const RunOptions &options, const Kit &kit,
                                         std::vector<std::string> cases) {
  if (options.expected.empty())
    return {};
  KnownNames names{machine_names(kit), {}};
  for (const std::string &machine : options.machines)
    names.machines.push_back(fs::path(machine).stem().string());
  names.cases = std::move(cases);
  return read_known_failures(options.expected, names);
}

/// As results call them; those that nobody names are called so whatever is booted now.
std::vector<std::string> names_of(const Plan &plan) {
  std::vector<std::string> names = RunOptions().kernels;
  for (const PlannedKernel &kernel : plan.kernels)
    if (std::ranges::find(names, kernel.name) == names.end())
      names.push_back(kernel.name);
  return names;
}

/// What the words of the command name.
struct Command {
  Kit kit;
  std::vector<KernelRequest> kernels;
  std::vector<KnownFailure> known;
};

/// Reads what needs no tree to be found wrong.
Command read_command(const RunOptions &options) {
  Command command{find_kit(options.kit), {}, {}};
  (void)case_files(options.cases, command.kit);
  (void)board_files({options.boards.begin(), options.boards.end()});
  if (!options.machines.empty())
    check_machines(options, read_bootable_machines(options.machines, command.kit));
  std::vector<std::string> cases = names_of_cases(options, command.kit);
  command.kernels = kernel_requests(options, cases);
  command.known = known_failures(options, command.kit, std::move(cases));
  return command;
}

/// Before a run takes the place of an earlier one: what it needs of that would be gone.
void check_inputs_outside(const RunOptions &options, const std::vector<KernelRequest> &kernels) {
  std::vector<std::pair<const char *, fs::path>> inputs = {
      {"--config", options.config}, {"--expected", options.expected}, {"--list", options.list}};
  for (const std::string &name : options.cases)
    inputs.emplace_back("--cases", name);
  for (const std::string &name : options.boards)
    inputs.emplace_back("--boards", name);
  for (const KernelRequest &kernel : kernels) {
    inputs.emplace_back(options.image.empty() ? "--kernel" : "--image", kernel.spec.base);
    for (const fs::path &module : kernel.modules)
      inputs.emplace_back("--module", module);
    for (const Addition &addition : kernel.spec.additions)
      inputs.emplace_back("--kernel", addition.path);
  }
  for (const auto &[option, path] : inputs)
    check_outside(path, option, out_of(options));
}

/// Kernels that --expected names; a bisection ends where there are none, since no commit has them.
void check_known_kernels(const RunOptions &options, const Command &command, const Plan &plan) {
  try {
    check_kernels(command.known, names_of(plan));
  } catch (const Error &error) {
    throw Error(options.bisect.empty() ? error.status() : ExitStatus::bisect_stop, error.what());
  }
}

/// Of kernels that are all for other machines.
std::string none_is_for(const std::vector<Machine> &machines,
                        const std::vector<PlannedKernel> &kernels) {
  std::vector<std::string> wanted;
  std::ranges::transform(machines, std::back_inserter(wanted), &Machine::name);
  std::string text = fmt::format("skip: no kernel is for {}\n", fmt::join(wanted, ", "));
  for (const PlannedKernel &kernel : kernels)
    text += fmt::format("{}: is for {}\n", kernel.name, fmt::join(kernel.machines, ", "));
  return text;
}

/// One machine's results are in the folder itself, those of several each in one of its own there.
Results run_all(const RunOptions &options, const Command &command) {
  ProgressLine progress(options.is_json ? stderr : stdout, stderr, ::isatty(STDERR_FILENO) == 1);
  const Telling telling = telling_of(progress, options);
  RunRequest request;
  request.kit = command.kit;
  request.plan = make_plan(command.kernels, request.kit, telling.step);
  check_known_kernels(options, command, request.plan);
  request.cases = options.cases;
  request.boards.assign(options.boards.begin(), options.boards.end());
  request.config = options.config;
  request.jobs = options.jobs;
  request.resume = options.resume;
  request.known = command.known;
  for (const std::string &line : request.plan.unserved)
    telling.print(line + '\n');
  const std::vector<Machine> machines =
      read_bootable_machines(machine_names(options, request.plan.kernels), request.kit);
  check_machines(options, machines);
  const auto say = [&](const std::string &text) { // one who wants JSON and quiet wants that alone
    if (!options.is_json || !options.is_quiet)
      progress.print(text);
  };
  if (!options.resume)
    check_inputs_outside(options, command.kernels);
  RunFolder folder(out_of(options), "run");
  if (options.resume)
    folder.check_holds_only(parts_of(machines));
  Results results;
  std::string summary;
  for (const Machine &machine : machines) {
    request.part = machines.size() == 1 ? "" : machine.name;
    if (is_by_chance(options))
      request.random = random_request(options, machine);
    const std::optional<RunResults> run = run_on(machine, request, folder, telling);
    if (!run)
      continue;
    const fs::path out = out_of(options);
    say(text_of(*run, request.part.empty() ? out : out / request.part, options));
    summary +=
        fmt::format("{:<10}  {}", machine.name, summary_text(*run, {is_colour_wanted(options), 0}));
    results.outcomes.push_back(conclusion(*run));
    results.runs.push_back(*run);
  }
  if (results.runs.empty()) {
    say(none_is_for(machines, request.plan.kernels));
    results.outcomes.push_back(Outcome::skip);
  }
  if (machines.size() > 1)
    say('\n' + summary);
  if (options.is_json)
    fmt::print("{}", all_results_json(results.runs));
  return results;
}

bool fails(const Results &results, const std::string &rule) {
  for (const RunResults &run : results.runs)
    for (const CaseResult &each : run.cases) {
      const std::vector<std::string> failed = failures_of(each);
      if (std::ranges::find(failed, rule) != failed.end())
        return true;
    }
  return false;
}

void check_rule(const std::string &rule) {
  if (!can_fail(rule))
    throw bad_input(
        fmt::format("--bisect {}: expected one of {}", rule, fmt::join(failing_words(), ", ")));
}

/// Those that are named, and what runs them.
void check_named_machines(const RunOptions &options, const Command &command) {
  const std::vector<Machine> machines =
      read_bootable_machines(machine_names(options, command.kernels), command.kit);
  check_machines(options, machines);
  for (const Machine &machine : machines)
    if (!machine.board.is_native)
      (void)find_program(machine.board.program);
}

/// What else is wrong with the command whatever the commit is. A kernel with a revision of its own
/// is the same at each of them.
void check_bisection(const RunOptions &options, const Command &command) {
  if (!options.config.empty())
    (void)read_whole_config(options.config);
  check_named_machines(options, command);
  for (const KernelRequest &request : command.kernels)
    if (!request.spec.revision.empty())
      (void)make_plan({request}, command.kit, silent().step);
  check_replaceable(out_folder_path(out_of(options)), "run");
}

/// For "git bisect run": a commit is bad by the rule alone, and whatever else stands in the way
/// tells nothing about it. What is no commit's fault ends the bisection.
ExitStatus bisect(const RunOptions &options) {
  check_rule(options.bisect);
  const Command command = read_command(options);
  check_bisection(options, command);
  try {
    const Results results = run_all(options, command);
    if (fails(results, options.bisect))
      return ExitStatus::kernel_fails;
    return conclusion(results.outcomes) == Outcome::pass ? ExitStatus::holds
                                                         : ExitStatus::bisect_skip;
  } catch (const Error &error) {
    if (error.status() == ExitStatus::interrupted || error.status() == ExitStatus::bisect_stop)
      throw;
    throw Error(ExitStatus::bisect_skip, error.what());
  }
}

ExitStatus run(const RunOptions &options) {
  if (!options.bisect.empty())
    return bisect(options);
  const Results results = run_all(options, read_command(options));
  return exit_status(conclusion(results.outcomes), options.are_known_allowed);
}

} // namespace

/// A kernel that somebody else has built, instead of two that are built here.
void add_image_options(CLI::App &verb, RunOptions &options) {
  CLI::Option *image =
      verb.add_option("--image", options.image,
                      "Boot this kernel, built already, instead of building any; it must pass")
          ->type_name("FILE");
  for (const char *other : {"--tree", "--kernels", "--kernel", "--list"})
    image->excludes(verb.get_option(other));
  verb.add_option("--name", options.name, "What the results call it (given)")
      ->type_name("NAME")
      ->needs(image);
  verb.add_option("--module", options.modules,
                  "A module to load; the probe, reserved_mem_probe.ko, comes last")
      ->type_name("FILE.ko")
      ->needs(image);
}

void add_kernel_options(CLI::App &verb, RunOptions &options) {
  CLI::Option *kernel = verb.add_option("--kernel", options.specs,
                                        "A kernel, or several, and what is demanded of it (below)")
                            ->type_name("SPEC");
  CLI::Option *list =
      verb.add_option("--list", options.list, "Kernels with names, roles and cases, in a file")
          ->type_name("FILE.toml");
  CLI::Option *tree =
      verb.add_option(
              "--tree", options.tree,
              "Short for --kernel baseline=TREE --kernel TREE+series; with --list, the tree of "
              "specs that name none; none means the newest linux-source-6.1 of /usr/src")
          ->type_name("TREE");
  CLI::Option *kernels =
      verb.add_option("--kernels", options.kernels, "One of these two alone (baseline,patched)")
          ->type_name("KERNELS")
          ->delimiter(',')
          ->check(CLI::IsMember({"baseline", "patched"}).description(""));
  kernel->excludes(tree);
  for (CLI::Option *other : {kernel, list})
    other->excludes(kernels);
}

/// What reads a number without a sign takes -1 for the largest one there is.
std::string not_negative(const std::string &text) {
  return text.starts_with('-') ? "expected a number that is not negative, not " + text : "";
}

/// Trees by chance, instead of cases.
void add_random_options(CLI::App &verb, RunOptions &options) {
  const auto number = [&](const char *name, auto &value, std::uint64_t least, const char *what) {
    return verb.add_option(name, value, what)
        ->check(CLI::Range(least, std::numeric_limits<std::uint64_t>::max()).description(""))
        ->check(not_negative);
  };
  CLI::Option *random =
      number("--random", options.random, 1,
             "Boot so many trees by chance instead of cases: unpatched kernels are told as they "
             "are, and the others held against them")
          ->type_name("N");
  CLI::Option *only =
      number("--only", options.only, 0, "Boot the tree of that number alone")->type_name("INDEX");
  CLI::Option *seed =
      number("--seed", options.seed, 0, "Which trees: the same seed makes the same ones (1)")
          ->type_name("S");
  CLI::Option *keep =
      verb.add_option("--keep", options.keep,
                      "Where the smallest tree of each failure is kept as a case (OUT/found)")
          ->type_name("FOLDER");
  CLI::Option *limit =
      number("--most-shrinking", options.most_shrinking, 0,
             "Trees that are booted at most to find each smallest one (300); 0: none is looked for")
          ->type_name("N");
  for (CLI::Option *chance : {random, only})
    for (const char *other : {"--cases", "--expected", "--bisect", "--resume"})
      chance->excludes(verb.get_option(other));
  verb.parse_complete_callback([random, only, others = std::vector{seed, keep, limit}] {
    for (const CLI::Option *other : others)
      if (other->count() > 0 && random->count() + only->count() == 0)
        throw bad_input(other->get_name() + ": expected --random or --only beside it");
  });
}

/// How much it says.
void add_telling_options(CLI::App &verb, RunOptions &options) {
  CLI::Option *quiet =
      verb.add_flag("-q,--quiet", options.is_quiet,
                    "Say nothing but what is not as it must be and what the run comes to");
  verb.add_flag("-v,--verbose", options.is_verbose,
                "Of each boot, tell how long it took and every finding, demanded ones too")
      ->excludes(quiet);
  verb.add_flag("--json", options.is_json,
                "The results as JSON on standard output, as in results.json, and nothing else "
                "there; of several machines an array");
}

void add_run_options(CLI::App &verb, RunOptions &options) {
  add_telling_options(verb, options);
  add_kernel_options(verb, options);
  verb.add_option("--machine", options.machines,
                  "Machines: files or names, or \"all\" of the kit's (arm64)")
      ->type_name("MACHINE")
      ->delimiter(',');
  verb.add_option("--cases", options.cases,
                  "Cases: folders, files or names (all of selftests/cases)")
      ->type_name("CASE")
      ->delimiter(',');
  verb.add_option(
          "--boards", options.boards,
          "Boards, a folder of DTBs and DTSs or such a file: the regions of each, laid into "
          "the machine's RAM, are a case, and without --cases there are no others")
      ->type_name("FOLDER")
      ->delimiter(',');
  CLI::Option *out =
      verb.add_option("--out", options.out,
                      "Where the results are left; an earlier run is replaced (out/validate)")
          ->type_name("FOLDER");
  out->check([](const std::string &text) {
    return text.empty() ? std::string("expected the name of a folder") : std::string();
  });
  out->get_validator()->description("");
  verb.add_option("--config", options.config,
                  "A whole .config, a distribution's say, that the machine's lines are put into; "
                  "of an --image, what it was built with: cases that need what it lacks are left "
                  "out")
      ->type_name("FILE");
  verb.add_option("--expected", options.expected,
                  "Failures that are known, and until when: tables [[known]] with case, rule, "
                  "reason, and if wanted kernel, machine and until = \"YYYY-MM-DD\"")
      ->type_name("FILE.toml");
  verb.add_option(
          "--bisect", options.bisect,
          "For git bisect run: exit with 1 if that rule fails, with 125 if the commit tells "
          "nothing, with 0 if all is right, and with 128, which ends the bisection, if the "
          "command is wrong or this machine cannot run it")
      ->type_name("RULE");
  verb.add_flag("--allow-known", options.are_known_allowed,
                "Exit with 0 where all that fails are known faults of such kernels");
  verb.add_flag("--resume", options.resume,
                "Go on where an earlier run of the same command was stopped, or of one that asked "
                "for less");
  verb.add_option("--jobs", options.jobs, fmt::format("Guests at once ({})", options.jobs))
      ->check(CLI::Range(1u, 64u).description(""))
      ->type_name("N");
  verb.add_option("--kit", options.kit, "The kit's folder")->type_name("FOLDER");
}

void add_run(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<RunOptions>();
  CLI::App *verb = app.add_subcommand("run", "Boot kernels with every case and judge them");
  add_run_options(*verb, *options);
  add_image_options(*verb, *options);
  add_random_options(*verb, *options);
  verb->footer(
      "SPEC is [ROLE=]BASE[@COMMIT | @FROM..TO][+ADDITION]...\n"
      "  BASE      a folder, a repository, a linux-source archive, a release (v6.9), a boot "
      "image,\n"
      "            a vmlinux, a kernel's .deb, or debian:SUITE[/PATTERN][/ARCHITECTURE]\n"
      "  FROM..TO  every commit of the range\n"
      "  ADDITION  series (the one that serves the tree), series/each (a kernel after every "
      "patch),\n"
      "            FILE.patch, FOLDER/ (a kernel with each patch of it)\n"
      "  ROLE      pass (every case; without a role), baseline (fails where the case says),\n"
      "            mutant (fails what its patch says), told (whatever it does is told)\n\n"
      "Exit status 0 only if every kernel does what its role demands; under git bisect run as\n"
      "--bisect says.\n\nExamples:\n"
      "  rmemcheck run --kernel baseline=../linux --kernel ../linux+series --cases "
      "static-64,static-65\n"
      "  rmemcheck run --kernel ../linux@v7.0..my-branch --out out/branch --resume\n"
      "  rmemcheck run --tree ../linux --kernels patched --machine arm,riscv64 --jobs 4 --verbose\n"
      "  rmemcheck run --list selftests/peers.toml --quiet --allow-known\n"
      "  rmemcheck run --kernel ../linux --config /boot/config-6.1 --expected known.toml --json\n"
      "  rmemcheck run --image Image --name mine --module virtio_console.ko --module "
      "reserved_mem_probe.ko\n"
      "  rmemcheck run --kernel ../linux --boards /usr/lib/linux-image-6.1.0-50-arm64/qcom\n"
      "  rmemcheck run --random 1000 --seed 1 --keep found --most-shrinking 100\n"
      "  rmemcheck run --only 17 --seed 1 --kernels patched\n"
      "  git bisect run rmemcheck run --kernel . --cases static-65 --bisect recorded");
  verb->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

} // namespace rmemcheck
