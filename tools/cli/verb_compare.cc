// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/verb.h"
#include "engine/changes.h"
#include "engine/conclusion.h"

#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct CompareOptions {
  std::string before;
  std::string after;
  bool is_json = false;
};

ExitStatus compare_runs(const CompareOptions &options) {
  const std::vector<KeptRun> before = read_runs(options.before);
  const std::vector<KeptRun> after = read_runs(options.after);
  if (has_random(before) || has_random(after))
    throw bad_input("compare: expected runs of cases: trees by chance have no names that stay");
  const Changes changes = changes_between(before, after);
  fmt::print("{}", options.is_json ? changes_json(changes) : changes_text(changes));
  return exit_status(conclusion(changes));
}

} // namespace

void add_compare(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App *verb = app.add_subcommand("compare", "What has changed between two runs");
  verb->add_option("old", options->before, "The folder of a run, or its results.json")
      ->required()
      ->type_name("OLD");
  verb->add_option("new", options->after,
                   "Another one: of another day, another computer or another kernel")
      ->required()
      ->type_name("NEW");
  verb->add_flag("--json", options->is_json,
                 "As JSON: outcome, compared, and lists (new_failures, repaired, not_compared, "
                 "moved, log, no_evidence, paired) of machine, kernel, case, rule, region, before, "
                 "after, text");
  verb->footer(
      "Machine by machine, kernels of the same name are compared; where each run has one kernel of "
      "a\n"
      "machine, these two. Moved regions and lines of the log are told, and change no status.\n\n"
      "Exit status: 1 for new failures; 3 where a boot is missing, inconclusive or skipped in one\n"
      "of them, a rule is not decided any more, a kernel was not to be had, or a run was stopped;\n"
      "else 0.\n\n"
      "Examples:\n  rmemcheck compare out/monday out/tuesday\n"
      "  rmemcheck compare --json monday/results.json tuesday/results.json");
  verb->callback([options, &chosen] { chosen = [options] { return compare_runs(*options); }; });
}

} // namespace rmemcheck
