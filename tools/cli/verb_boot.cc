// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "base/out_folder.h"
#include "base/plural.h"
#include "base/printable.h"
#include "catalogue/kit.h"
#include "cli/module_option.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "devicetree/dtb.h"
#include "engine/conclusion.h"
#include "engine/crash.h"
#include "engine/guest_init.h"
#include "engine/read_boot.h"
#include "guest/boot.h"
#include "report/json.h"
#include "report/text.h"

#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct BootOptions {
  std::string kit;
  std::string kernel;
  std::string dtb;
  std::string machine = "arm64";
  std::vector<std::string> modules;
  std::string append;
  std::string out;
  bool judge = false;
  double silence_seconds = BootRequest{}.silence_seconds;
  double limit_seconds = BootRequest{}.limit_seconds;
};

ExitStatus exit_status(Ending ending) {
  switch (ending) {
  case Ending::powered_off:
    return ExitStatus::holds;
  case Ending::panic:
  case Ending::oops:
  case Ending::hang:
    return ExitStatus::kernel_fails;
  case Ending::died:
  case Ending::cut_short:
    break;
  }
  return ExitStatus::unknown;
}

BootRequest boot_request(const BootOptions &options, ProgressLine &progress) {
  demand_modules(options.modules);
  if (!is_file(options.kernel))
    throw bad_input(fmt::format("--kernel {}: no such file", options.kernel));
  const Kit kit = find_kit(options.kit);
  BootRequest request;
  request.machine = read_bootable_machine(options.machine, kit);
  request.image = options.kernel;
  if (request.machine.board.has_device_tree == options.dtb.empty())
    throw bad_input(fmt::format("--dtb: expected {}: the machine {} hands the kernel {}",
                                options.dtb.empty() ? "a tree" : "none", request.machine.name,
                                options.dtb.empty() ? "one" : "no tree"));
  if (request.machine.board.has_device_tree) {
    request.dtb = read_file(options.dtb);
    read_reserved_memory(request.dtb, options.dtb); // a broken one is known before it boots
  }
  request.modules.assign(options.modules.begin(), options.modules.end());
  request.append = options.append;
  request.silence_seconds = options.silence_seconds;
  request.limit_seconds = options.limit_seconds;
  if (request.machine.has_user_space)
    request.init = guest_init(request.machine, kit, step_of(progress));
  else if (!options.modules.empty())
    throw bad_input(fmt::format("--module: expected none: the machine {} has no user space",
                                request.machine.name));
  add_crash_images(request);
  return request;
}

/// As the verb judge does it, without reading all of it again.
ExitStatus judge_one(const KeptBoot &kept, const std::string &folder) {
  const TextStyle style{is_colour_wanted(), 0};
  CaseResult result = judge_kept(kept, folder);
  result.name = folder;
  fmt::print("{}\n{}", case_line(result, style), findings_text(result, style));
  return exit_status(result.verdict.outcome);
}

/// What CLI11 says of a time that nobody waits for; empty for others.
std::string seconds_trouble(const std::string &text) {
  constexpr double most = 86400;
  char *end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  const bool is_number = end != text.c_str() && *end == '\0' && std::isfinite(seconds);
  return is_number && seconds > 0 && seconds <= most
             ? ""
             : fmt::format("expected seconds, more than 0 and at most {}, not {}", most, text);
}

/// What a tree is of: "linux,dummy-virt"; empty if it does not say.
std::string board_of(const std::string &dtb) {
  return std::string(Dtb(dtb, "the tree").string(0, "compatible").value_or(""));
}

/// A kernel that has the tree of another board looks for hardware that is not there.
void tell_of_another_board(const BootOptions &options, const BootRequest &request) {
  const std::string given = request.dtb.empty() ? "" : board_of(request.dtb);
  if (given.empty())
    return;
  const std::string own = board_of(board_dtb(request.machine, request.image));
  if (!own.empty() && given != own)
    fmt::print(stderr,
               "note: {} is of {}, and the machine {} is {}: \"rmemcheck dt transplant\" lays a "
               "board's regions into its tree\n",
               printable(options.dtb), printable(given), request.machine.name, printable(own));
}

/// What PID 1 says on the console that it could not load, a line each.
std::vector<std::string> not_loaded(const std::string &console) {
  constexpr std::string_view start = "rmemcheck-init: cannot load ";
  std::vector<std::string> lines;
  for (auto at = console.find(start); at != std::string::npos; at = console.find(start, at + 1)) {
    const auto begin = at + start.size();
    lines.push_back(console.substr(begin, console.find_first_of("\r\n", begin) - begin));
  }
  return lines;
}

ExitStatus boot_one(const BootOptions &options) {
  OutFolder out(options.out, "boot");
  KeptBoot kept;
  BootRequest request;
  {
    ProgressLine progress;
    request = boot_request(options, progress);
    kept.dtb = request.dtb;
    note_machine(kept, request.machine);
    for (const std::filesystem::path &module : request.modules)
      kept.modules.push_back({module.string(), sha256_of_file(module)});
    progress.step("booting " + options.kernel, -1);
    kept.boot = boot(request);
  }
  save(out.path(), kept);
  out.commit();
  const BootResult &result = kept.boot;
  fmt::print("{}{}{} after {:.1f} s, {} of evidence in {}\n", to_string(result.ending),
             result.ending_reason.empty() ? "" : ": ", result.ending_reason, result.seconds,
             plural(result.evidence.size(), "file"), options.out);
  if (result.ending != Ending::powered_off)
    tell_of_another_board(options, request);
  const std::vector<std::string> missing = not_loaded(result.console);
  for (const std::string &line : missing)
    fmt::print(stderr, "the guest could not load {}\n", printable(line));
  if (options.judge)
    return judge_one(kept, options.out);
  return missing.empty() ? exit_status(result.ending) : ExitStatus::unknown;
}

} // namespace

void add_boot(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<BootOptions>();
  const CLI::Validator seconds(seconds_trouble, "SECONDS");
  CLI::App *verb = app.add_subcommand("boot", "Boot one kernel with one DTB, keep the evidence");
  verb->add_option("--kernel", options->kernel, "The boot image")->required()->type_name("FILE");
  verb->add_option("--dtb", options->dtb,
                   "The tree that it is given, on every machine that has one")
      ->type_name("FILE.dtb");
  verb->add_option("--out", options->out, "Where the evidence is kept; an earlier boot is replaced")
      ->required()
      ->type_name("FOLDER");
  verb->add_option("--machine", options->machine, "A machine's file or name (arm64)")
      ->type_name("MACHINE");
  verb->add_option("--module", options->modules,
                   "A module to load; the probe, reserved_mem_probe.ko, comes last")
      ->type_name("FILE.ko");
  verb->add_option("--append", options->append, "More kernel command line")->type_name("WORDS");
  verb->add_option(
          "--silence", options->silence_seconds,
          fmt::format("No console output for so long is a hang ({})", options->silence_seconds))
      ->check(seconds)
      ->type_name("SECONDS");
  verb->add_option(
          "--limit", options->limit_seconds,
          fmt::format("One that takes so long in all is a hang, too ({})", options->limit_seconds))
      ->check(seconds)
      ->type_name("SECONDS");
  verb->add_flag("--judge", options->judge, "Judge it too; the exit status is the verdict's");
  verb->add_option("--kit", options->kit, "The kit's folder")->type_name("FOLDER");
  verb->footer(
      "Exit status: 0 powered off, 1 panic, oops or hang, 3 otherwise and where a module was "
      "not loaded.\n\nExample:\n"
      "  rmemcheck boot --kernel Image --dtb many.dtb --module reserved_mem_probe.ko "
      "--out out/boot --judge");
  verb->callback([options, &chosen] { chosen = [options] { return boot_one(*options); }; });
}

} // namespace rmemcheck
