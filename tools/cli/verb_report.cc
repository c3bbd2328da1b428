// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/verb.h"
#include "engine/mail.h"
#include "report/text.h"

#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct ReportOptions {
  std::string run;
  bool mail = false;
};

ExitStatus report(const ReportOptions &options) {
  const std::vector<KeptRun> runs = read_runs(options.run);
  if (options.mail) {
    fmt::print("{}", mail_text(runs));
    return ExitStatus::holds;
  }
  for (const KeptRun &run : runs)
    fmt::print("{}\n{}", table_text(run.results, {}), summary_text(run.results, {}));
  return ExitStatus::holds;
}

} // namespace

void add_report(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App *verb = app.add_subcommand("report", "The results of a run, for people");
  verb->add_option("run", options->run, "The folder of a run, or its results.json")
      ->required()
      ->type_name("RUN");
  verb->add_flag("--mail", options->mail, "As plain text of 72 columns, for a mail to maintainers");
  verb->footer("Example:\n  rmemcheck report --mail out/validate");
  verb->callback([options, &chosen] { chosen = [options] { return report(*options); }; });
}

} // namespace rmemcheck
