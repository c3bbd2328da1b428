// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/validation.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "cli/conclusion.h"
#include "cli/parallel.h"
#include "report/json.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

void check_rule_names(const fs::path &file, const Case &what) {
  const auto is_rule = [](const std::string &name) {
    return std::ranges::find(rules(), name, &Rule::name) != rules().end();
  };
  for (const std::string &name : what.baseline_fails)
    if (!is_rule(name)) {
      std::vector<std::string> names;
      std::ranges::transform(rules(), std::back_inserter(names), &Rule::name);
      throw bad_input(fmt::format("{}: baseline-fails: \"{}\" is no rule, expected some of {}",
                                  file.string(), name, fmt::join(names, ", ")));
    }
}

/// A QEMU that never started is a result like another here: what is not known of one case must
/// not take away what is known of the rest.
BootResult boot_or_died(const BootRequest &request) {
  try {
    return boot(request);
  } catch (const Error &error) {
    if (error.status() != ExitStatus::unknown)
      throw;
    BootResult result;
    result.ending = Ending::died;
    result.ending_reason = error.what();
    return result;
  }
}

CaseResult validate_one(const PreparedCase &prepared, const KernelUnderTest &kernel,
                        BootRequest request, const fs::path &out) {
  throw_if_interrupted();
  request.image = kernel.image;
  request.modules = kernel.modules;
  request.dtb = prepared.dtb;
  request.append = prepared.what.append;
  KeptBoot kept;
  kept.kernel = kernel.name;
  kept.kernel_version = kernel.version;
  kept.case_name = prepared.what.name;
  kept.title = prepared.what.title;
  kept.dtb = prepared.dtb;
  kept.boot = boot_or_died(request);
  const std::string folder = fmt::format("runs/{}/{}", kernel.name, prepared.what.name);
  save(out / folder, kept);
  CaseResult result = judge_kept(kept, folder);
  if (kernel.name == "baseline")
    result.must_fail = prepared.what.baseline_fails;
  conclude(result);
  write_file(out / folder / "verdict.json", verdict_json(result));
  return result;
}

/// Findings are news only where the kernel is not as it must be.
std::string report_text(const CaseResult &result, const TextStyle &style) {
  return case_line(result, style) + '\n' +
         (result.conclusion == Outcome::pass ? "" : findings_text(result, style));
}

std::size_t longest_name(const std::vector<PreparedCase> &cases) {
  std::size_t longest = 0;
  for (const PreparedCase &prepared : cases)
    longest = std::max(longest, prepared.what.name.size());
  return longest;
}

} // namespace

std::vector<PreparedCase> prepare_cases(const std::vector<fs::path> &files,
                                        const Machine &machine) {
  std::vector<PreparedCase> cases;
  for (const fs::path &file : files) {
    cases.push_back({read_case(file), ""});
    const Case &what = cases.back().what;
    check_rule_names(file, what);
    for (std::size_t index = 0; index + 1 < cases.size(); ++index)
      if (cases[index].what.name == what.name)
        throw bad_input(fmt::format("{}: there is another case named {}, expected one",
                                    file.string(), what.name));
  }
  const std::string board = board_dtb(machine);
  for (PreparedCase &prepared : cases)
    prepared.dtb = make_tree(board, prepared.what.tree, machine.memory_base);
  return cases;
}

std::vector<std::string> leave_out_unserved(std::vector<PreparedCase> &cases,
                                            const Machine &machine) {
  std::vector<std::string> lines;
  std::erase_if(cases, [&](const PreparedCase &prepared) {
    for (const std::string &need : prepared.what.needs)
      if (std::ranges::find(machine.config, need) == machine.config.end()) {
        lines.push_back(
            fmt::format("{}: not on {}, which has no {}", prepared.what.name, machine.name, need));
        return true;
      }
    return false;
  });
  return lines;
}

std::vector<CaseResult> validate(const std::vector<PreparedCase> &cases,
                                 const std::vector<KernelUnderTest> &kernels,
                                 const BootRequest &base, const fs::path &out, unsigned jobs,
                                 ProgressLine &progress) {
  const TextStyle style{is_colour_wanted(), longest_name(cases)};
  std::vector<CaseResult> results(cases.size() * kernels.size());
  const std::string step =
      fmt::format("booting {} guest{}", results.size(), results.size() == 1 ? "" : "s");
  std::atomic<std::size_t> done = 0;
  const auto share = [&] {
    return static_cast<double>(done) / static_cast<double>(results.size());
  };
  progress.step(step, share());
  for_each_index(results.size(), jobs, [&](std::size_t index) {
    CaseResult &result = results[index];
    result =
        validate_one(cases[index / kernels.size()], kernels[index % kernels.size()], base, out);
    ++done;
    progress.print(report_text(result, style));
    progress.step(step, share());
  });
  return results;
}

} // namespace rmemcheck
