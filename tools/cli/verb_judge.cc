// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "base/file.h"
#include "base/kernel_version.h"
#include "base/plural.h"
#include "base/printable.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "devicetree/reserved_memory.h"
#include "engine/captured.h"
#include "engine/comparison.h"
#include "engine/conclusion.h"
#include "engine/expected.h"
#include "engine/kept_boot.h"
#include "engine/kept_run.h"
#include "evidence/pools.h"
#include "judge/comparison.h"
#include "report/json.h"
#include "report/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <set>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// The folder as a person typed it, without the last slash.
std::string shown(const fs::path &folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).string();
}

struct JudgeOptions {
  std::vector<std::string> folders;
  std::string log;
  std::string dtb;
  std::string expected; ///< a file of failures that are known
  bool are_known_allowed = false;
  bool is_json = false;
  std::string against; ///< a boot of the baseline; empty: as a run has left it
};

/// Where a run has the boot of the same case by another of its kernels.
fs::path other_boot(const fs::path &boot, const std::string &kernel) {
  const fs::path whole = fs::absolute(boot / "").lexically_normal().parent_path();
  return whole.parent_path().parent_path() / kernel / whole.filename();
}

bool is_boot(const fs::path &folder) { return is_there(folder / "run.json"); }

/// "-" is standard input.
std::string input(const std::string &path) {
  return path == "-" ? read_standard_input() : read_file(path);
}

std::string input_name(const std::string &path) { return path == "-" ? "standard input" : path; }

/// The tree that was given beside what has none, proven whole; empty: none was given.
std::string given_tree(const JudgeOptions &options) {
  if (options.dtb.empty())
    return "";
  std::string dtb = read_file(options.dtb);
  read_reserved_memory(dtb, options.dtb);
  return dtb;
}

/// What a folder holds, or an archive that was captured on a live system.
KeptBoot load_boot(const fs::path &boot, const JudgeOptions &options) {
  for (const fs::path &unpacked : {boot, boot / "rmemcheck-capture"})
    if (is_folder(boot) && !is_boot(boot) && is_there(unpacked / "manifest"))
      throw bad_input(fmt::format("{}: expected the archive that \"rmemcheck capture\" has packed "
                                  "(rmemcheck-capture.tar.gz), not the folder that it unpacks to",
                                  unpacked.string()));
  if (is_folder(boot) && !options.dtb.empty())
    throw bad_input(fmt::format("--dtb: expected an archive or --log FILE: {} has its own tree",
                                boot.string()));
  if (is_folder(boot))
    return load(boot);
  return read_capture(input(boot.string()), input_name(boot.string()), given_tree(options));
}

/// Holds it against the baseline that was given, or the one that its run names. A run that had none
/// asks for none; where one was and is gone, what it would show is not known.
void hold_against_baseline(CaseResult &result, const fs::path &boot, const KeptBoot &kept,
                           const ReadBoot &read, const JudgeOptions &options) {
  if (options.against.empty() && kept.baseline.empty())
    return;
  const fs::path baseline =
      options.against.empty() ? other_boot(boot, kept.baseline) : fs::path(options.against);
  if (options.against.empty() && !is_boot(baseline))
    return compare_unknown(result.verdict,
                           fmt::format("the baseline's boot is not there: {}; remedy: name one "
                                       "with --against",
                                       baseline.string()));
  compare_boots(result, read_boot(load_boot(baseline, options), shown(baseline)), read,
                options.against.empty() && kept.is_baseline_of_another_tree);
}

/// As the run has judged it, with what it was held against.
CaseResult judge_boot(const fs::path &boot, const JudgeOptions &options) {
  const KeptBoot kept = load_boot(boot, options);
  const std::string name = input_name(shown(boot));
  const ReadBoot read = read_boot(kept, name);
  CaseResult result = judge_read(kept, read, name);
  hold_against_baseline(result, boot, kept, read, options);
  if (const fs::path control = other_boot(boot, kept.control);
      !kept.control.empty() && is_boot(control))
    result.fails_without = failures_of(judge_kept(load(control), shown(control)));
  conclude(result);
  return result;
}

/// What one log shows of regions, whatever may be demanded of them.
void print_regions(const KernelLog &log, const std::string &origin) {
  for (const LoggedRegion &region : log.regions)
    fmt::print("  region {}: {} {} {} ({}:{})\n", printable(region.name), to_string(region.range),
               region.no_map ? "nomap" : "map", region.reusable ? "reusable" : "non-reusable",
               origin, region.at.line);
  const std::vector<LoggedPool> pools = parse_pools(log);
  for (const LoggedPool &pool : pools)
    fmt::print("  pool {}: {} {} ({}:{})\n", printable(pool.name), to_string(pool.range),
               printable(pool.kind), origin, pool.at.line);
  if (log.lines.empty() || !log.regions.empty() || !pools.empty())
    return; // a log that is not understood shows nothing, and the verdict says why
  fmt::print("  no {}line of the log shows a region{}\n", log.trouble.empty() ? "" : "whole ",
             is_older(log.version, "6.5") ? ": before v6.5 kernels print none" : "");
}

/// The boot in one line. Without a tree nobody knows how many regions there must be: what the log
/// shows stands there instead of how many are recorded.
std::string line_of_log(const CaseResult &result, const Evidence &evidence, bool has_tree,
                        const TextStyle &style) {
  if (has_tree)
    return case_line(result, style);
  const std::string shown =
      evidence.log.lines.empty()
          ? ""
          : fmt::format("  the log shows {}", plural(evidence.log.regions.size(), "region"));
  return fmt::format("{}  {}{}  {}", result.name, outcome_text(result.verdict.outcome, style),
                     shown, printable(result.verdict.reason));
}

/// Rules that could not find out for the same reason have one line.
void join_inconclusive(std::vector<RuleResult> &rules) {
  std::vector<RuleResult> joined;
  for (const RuleResult &rule : rules) {
    const auto same = std::ranges::find_if(joined, [&](const RuleResult &other) {
      return rule.outcome == Outcome::inconclusive && other.outcome == rule.outcome &&
             other.reason == rule.reason;
    });
    if (same == joined.end())
      joined.push_back(rule);
    else
      same->rule += ", " + rule.rule;
  }
  rules = std::move(joined);
}

/// One boot of a log, which is named in front of its lines.
CaseResult judge_boot_of_log(const KeptBoot &kept, const std::string &origin,
                             const std::string &name, bool is_told) {
  const ReadBoot read = read_boot(kept, "");
  CaseResult result = judge_read(kept, read, "");
  conclude(result);
  result.name = name;
  for (RuleResult &rule : result.verdict.rules)
    for (Finding &finding : rule.findings)
      finding.at.file = origin;
  if (!is_told)
    return result;
  CaseResult told = result;
  join_inconclusive(told.verdict.rules);
  const TextStyle style{is_colour_wanted(), 0};
  fmt::print("{}\n", line_of_log(told, read.evidence, !kept.dtb.empty(), style));
  print_regions(read.evidence.log, origin);
  fmt::print("{}", findings_text(told, style));
  return result;
}

ExitStatus judge_log(const JudgeOptions &options) {
  const std::string origin = input_name(options.log);
  const auto boots = read_pasted(input(options.log), origin, given_tree(options));
  std::vector<CaseResult> results;
  std::vector<Outcome> outcomes;
  for (const KeptBoot &kept : boots) {
    const std::string name = boots.size() == 1 ? origin
                                               : fmt::format("{}, boot {} of {}", origin,
                                                             results.size() + 1, boots.size());
    results.push_back(judge_boot_of_log(kept, origin, name, !options.is_json));
    outcomes.push_back(results.back().conclusion);
  }
  if (options.is_json)
    fmt::print("{}", results_json(judged_results({}, results)));
  // What one of them shows to be wrong is shown, whatever the others leave open.
  const bool has_known = std::ranges::find(outcomes, Outcome::known) != outcomes.end();
  const Outcome worst = conclusion(outcomes);
  return exit_status(has_known && worst != Outcome::fail ? Outcome::known : worst,
                     options.are_known_allowed);
}

/// What is judged together: a machine of a run, or all boots that were given alone.
struct Judged {
  bool is_run = false;
  RunResults results;
};

std::vector<Judged> judge_all(const JudgeOptions &options) {
  std::vector<KeptBoots> all;
  for (const std::string &folder : options.folders)
    for (KeptBoots &kept : find_boots(folder))
      if (kept.folder.empty() && !all.empty() && all.back().folder.empty())
        all.back().boots.push_back(kept.boots.front());
      else
        all.push_back(std::move(kept));
  std::vector<Judged> judged;
  for (const KeptBoots &kept : all) {
    std::vector<CaseResult> results;
    for (const fs::path &boot : kept.boots) {
      results.push_back(judge_boot(boot, options));
      if (results.back().name.empty())
        results.back().name = results.back().folder;
    }
    judged.push_back({!kept.folder.empty(), judged_results(kept, std::move(results))});
  }
  return judged;
}

/// A line for each boot, in columns, and its findings.
void print_boots(const std::vector<Judged> &judged) {
  TextStyle style{is_colour_wanted(), 0};
  std::size_t machine_width = 0;
  for (const Judged &each : judged) {
    machine_width = std::max(machine_width, each.results.machine.size());
    for (const CaseResult &result : each.results.cases) {
      style.kernel_width = std::max(style.kernel_width, result.kernel.size());
      style.case_width = std::max(style.case_width, result.name.size());
    }
  }
  for (const Judged &each : judged)
    for (const CaseResult &result : each.results.cases) {
      if (judged.size() > 1)
        fmt::print("{:<{}}  ", printable(each.results.machine), machine_width);
      fmt::print("{}\n{}", case_line(result, style), findings_text(result, style));
    }
}

/// What runs come to, as they have said it.
void print_summaries(const std::vector<Judged> &judged) {
  for (const auto &[is_run, results] : judged)
    if (is_run)
      fmt::print("{}{}{}{}", troubles_text(results), remarks_text(results),
                 judged.size() > 1 ? fmt::format("{:<10}  ", results.machine) : "",
                 summary_text(results, {is_colour_wanted(), 0}));
}

/// As a run calls them, and those that each run of a tree has.
std::vector<std::string> names_in(const std::vector<Judged> &judged) {
  std::set<std::string> names = {"baseline", "patched"};
  for (const Judged &each : judged)
    for (const CaseResult &result : each.results.cases)
      names.insert(result.kernel);
  return {names.begin(), names.end()};
}

ExitStatus judge_folders(const JudgeOptions &options) {
  const std::vector<KnownFailure> known = options.expected.empty()
                                              ? std::vector<KnownFailure>()
                                              : read_known_failures(options.expected, {});
  std::vector<Judged> judged = judge_all(options);
  check_kernels(known, names_in(judged));
  std::vector<Outcome> outcomes;
  std::string sentences;
  for (Judged &each : judged) {
    for (const std::string &line : apply_known(each.results, known, date_of_today()))
      sentences += line + '\n';
    outcomes.push_back(conclusion(each.results));
  }
  if (options.is_json) {
    std::vector<RunResults> runs;
    std::ranges::transform(judged, std::back_inserter(runs),
                           [](Judged &each) { return std::move(each.results); });
    fmt::print("{}", all_results_json(runs));
  } else {
    print_boots(judged);
    fmt::print("{}", sentences);
    print_summaries(judged);
  }
  return exit_status(conclusion(outcomes), options.are_known_allowed);
}

ExitStatus judge_given(const JudgeOptions &options) {
  if (options.log.empty() == options.folders.empty())
    throw bad_input("judge: expected a folder or an archive, or --log FILE");
  if (!options.log.empty() && !options.against.empty())
    throw bad_input("--against: expected a folder or an archive to hold against it, not --log");
  if (!options.log.empty() && !options.expected.empty())
    throw bad_input("--expected: expected a folder, not --log: a log has no case");
  return options.log.empty() ? judge_folders(options) : judge_log(options);
}

} // namespace

void add_judge(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<JudgeOptions>();
  CLI::App *verb = app.add_subcommand(
      "judge", "Judge kept evidence, a live system's archive or a log, without booting");
  verb->add_option(
          "folder", options->folders,
          "What a boot left, or a whole run, on several machines or on one, or an archive "
          "that the script of \"rmemcheck capture\" has packed; - is one on standard input")
      ->type_name("FOLDER|ARCHIVE");
  verb->add_option(
          "--log", options->log,
          "A kernel log alone, as people paste it: plain text, with what dmesg, journalctl, "
          "syslogs, terminals and mails put around lines; - is standard input")
      ->type_name("FILE");
  verb->add_option("--dtb", options->dtb,
                   "The tree that the kernel of that log was given, or of an archive without one")
      ->type_name("FILE.dtb");
  verb->add_option("--against", options->against,
                   "The baseline's boot of the same tree, to hold the others against; in a "
                   "run's folder it is found")
      ->type_name("FOLDER");
  verb->add_option("--expected", options->expected,
                   "Failures that are known, as \"rmemcheck run\" takes them")
      ->type_name("FILE.toml");
  verb->add_flag("--json", options->is_json,
                 "As JSON, as results.json has it; of several machines an array. Folders are as "
                 "they were given");
  verb->add_flag("--allow-known", options->are_known_allowed,
                 "Exit with 0 where all that fails are known faults of such kernels");
  verb->footer(
      "A whole run has the result that it had when it was made: its kernels have the roles that\n"
      "they had. A boot that it lists and has not kept is inconclusive.\n\n"
      "A log alone never passes: what it cannot show is inconclusive (exit status 3), what "
      "it\nshows to be wrong is a failure (1).\n\n"
      "Examples:\n  rmemcheck judge out/validate/runs/baseline/static-65\n"
      "  rmemcheck judge --json out/validate\n"
      "  rmemcheck judge --expected known.toml --allow-known out/validate\n"
      "  rmemcheck judge --against out/old/runs/baseline/one out/boot\n"
      "  rmemcheck judge rmemcheck-capture.tar.gz\n"
      "  rmemcheck judge --log mail.txt --dtb board.dtb");
  verb->callback([options, &chosen] { chosen = [options] { return judge_given(*options); }; });
}

} // namespace rmemcheck
