// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "cli/verb.h"
#include "engine/mail.h"
#include "engine/page.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/kcidb.h"
#include "report/ktap.h"
#include "report/text.h"

#include <array>
#include <fmt/format.h>
#include <memory>

namespace rmemcheck {
namespace {

struct ReportOptions {
  std::string run;
  std::string out; ///< a file; empty: standard output
  std::string origin = "rmemcheck";
  std::vector<const char *> formats; ///< flags that were given
};

std::string text_report(const std::vector<KeptRun> &runs, const ReportOptions & /*options*/) {
  std::string text;
  for (const KeptRun &run : runs) {
    if (runs.size() > 1)
      text += fmt::format("{}{}:\n", text.empty() ? "" : "\n", run.results.machine);
    text += run.results.random ? random_text(*run.results.random)
                               : table_text(run.results, {}) + modules_text(run.results) +
                                     troubles_text(run.results) + summary_text(run.results, {});
  }
  return text;
}

struct Format {
  const char *flag;
  const char *help;
  std::string (*make)(const std::vector<KeptRun> &, const ReportOptions &);
  bool takes_random = false; ///< it has a form for trees by chance, which are no cases
};

constexpr std::array formats = {
    Format{"--text", "As a table for a terminal; so it is without any of these", text_report, true},
    Format{"--mail", "As plain text of 72 columns, for a mail to maintainers",
           [](const std::vector<KeptRun> &runs, const ReportOptions &) { return mail_text(runs); }},
    Format{"--ktap", "As KTAP version 1: machines, kernels, cases, rules",
           [](const std::vector<KeptRun> &runs, const ReportOptions &) { return ktap_text(runs); }},
    Format{"--junit", "As JUnit XML, for GitLab and Jenkins",
           [](const std::vector<KeptRun> &runs, const ReportOptions &) { return junit_xml(runs); }},
    Format{"--kcidb", "As JSON for KernelCI's database, schema 5.3",
           [](const std::vector<KeptRun> &runs, const ReportOptions &options) {
             return kcidb_json(runs, options.origin);
           }},
    Format{"--html", "As one page for a browser, with maps of memory; it loads nothing",
           [](const std::vector<KeptRun> &runs, const ReportOptions &) { return page_of(runs); }},
    Format{"--json", "As results.json has it; of several machines an array",
           [](const std::vector<KeptRun> &runs, const ReportOptions &) {
             std::vector<RunResults> results;
             results.reserve(runs.size());
             for (const KeptRun &run : runs)
               results.push_back(run.results);
             return all_results_json(results);
           },
           true}};

const Format &chosen_format(const ReportOptions &options) {
  if (options.formats.size() > 1)
    throw bad_input(
        fmt::format("report: expected one format, not {}", fmt::join(options.formats, " and ")));
  for (const Format &format : formats)
    if (!options.formats.empty() && options.formats.front() == format.flag)
      return format;
  return formats.front();
}

ExitStatus report(const ReportOptions &options) {
  const Format &format = chosen_format(options);
  if (!is_origin(options.origin))
    throw bad_input(fmt::format("--origin {}: expected lower-case letters, digits and \"_\" alone",
                                options.origin));
  const std::vector<KeptRun> runs = read_runs(options.run);
  if (!format.takes_random && has_random(runs))
    throw bad_input(fmt::format("{}: {} is for cases, and this is a run of trees by chance; "
                                "expected --text or --json",
                                options.run, format.flag));
  const std::string text = format.make(runs, options);
  if (options.out.empty())
    fmt::print("{}", text);
  else if (is_folder(options.out))
    throw bad_input(fmt::format("--out {}: expected a file, it is a folder", options.out));
  else
    write_output(options.out, text);
  return ExitStatus::holds;
}

} // namespace

void add_report(CLI::App &app, ChosenVerb &chosen) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App *verb = app.add_subcommand("report", "The results of a run, for people and programs");
  verb->add_option("run", options->run,
                   "The folder of a run, or its results.json, which has no maps for --html")
      ->required()
      ->type_name("RUN");
  for (const Format &format : formats)
    verb->add_flag_callback(
        format.flag, [options, flag = format.flag] { options->formats.push_back(flag); },
        format.help);
  verb->add_option("--out", options->out, "A file to write it to, instead of standard output")
      ->type_name("FILE");
  verb->add_option("--origin", options->origin, "Of --kcidb: the CI system's name (rmemcheck)")
      ->type_name("NAME")
      ->needs("--kcidb");
  verb->footer("Exit status 0, whatever the results are.\n\nExamples:\n"
               "  rmemcheck report --text out/validate\n"
               "  rmemcheck report --mail out/validate\n"
               "  rmemcheck report --html --out report.html out/validate\n"
               "  rmemcheck report --ktap out/validate | "
               "linux/tools/testing/kunit/kunit.py parse\n"
               "  rmemcheck report --junit --out junit.xml out/validate\n"
               "  rmemcheck report --kcidb --origin my_ci out/validate\n"
               "  rmemcheck report --json out/validate");
  verb->callback([options, &chosen] { chosen = [options] { return report(*options); }; });
}

} // namespace rmemcheck
