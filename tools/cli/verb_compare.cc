// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/verb.h"
#include "engine/changes.h"

#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct CompareOptions {
  std::string before;
  std::string after;
};

ExitStatus compare_runs(const CompareOptions &options) {
  const std::vector<KeptRun> before = read_runs(options.before);
  const std::vector<KeptRun> after = read_runs(options.after);
  if (has_random(before) || has_random(after))
    throw bad_input("compare: expected runs of cases: trees by chance have no names that stay");
  const Changes changes = changes_between(before, after);
  fmt::print("{}", changes_text(changes));
  if (!changes.new_failures.empty())
    return ExitStatus::kernel_fails;
  return changes.unknown.empty() ? ExitStatus::holds : ExitStatus::unknown;
}

} // namespace

void add_compare(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App *verb = app.add_subcommand("compare", "What has changed between two runs");
  verb->add_option("old", options->before, "The folder of a run, or its results.json")
      ->required()
      ->type_name("OLD");
  verb->add_option("new", options->after, "Another one: of another day, machine or kernel")
      ->required()
      ->type_name("NEW");
  verb->footer("Exit status: 1 for new failures, 3 for what is not known any more, else 0.\n\n"
               "Example:\n  rmemcheck compare out/monday out/tuesday");
  verb->callback([options, &chosen] { chosen = [options] { return compare_runs(*options); }; });
}

} // namespace rmemcheck
