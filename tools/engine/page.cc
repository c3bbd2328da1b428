// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/page.h"

#include "base/contains.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "engine/read_boot.h"
#include "report/page.h"

#include <algorithm>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// Results come from elsewhere, and may name any folder: only one below the run's is looked at.
bool is_below(const fs::path &folder) {
  const fs::path normal = folder.lexically_normal();
  return !normal.empty() && normal.is_relative() && *normal.begin() != "..";
}

/// What the boot's folder has to tell beyond the results.
void read_folder(PageBoot &boot, const fs::path &run) {
  const fs::path folder = run / boot.result.folder;
  try {
    if (!is_below(boot.result.folder) || !is_found(folder / "run.json")) {
      boot.no_map_why = "it takes the run's folder, and " + folder.string() + " is not there";
      return;
    }
    boot.again.push_back(to_shell({"rmemcheck", "judge", folder.string()}));
    const KeptBoot kept = load(folder);
    const ReadBoot read = read_boot(kept, folder.string());
    if (read.trouble.empty())
      boot.map = memory_map(read.expectation, read.evidence);
    else
      boot.no_map_why = read.trouble;
    if (!kept.boot.qemu_argv.empty())
      boot.again.push_back(to_shell(kept.boot.qemu_argv));
  } catch (const Error &error) {
    boot.no_map_why = error.what();
  }
}

PageBoot boot_of(const KeptRun &run, const CaseResult &result) {
  PageBoot boot;
  boot.result = result;
  if (const auto words = words_to_see_again(run.results, result); !words.empty())
    boot.again.push_back(to_shell(words));
  read_folder(boot, run.folder);
  return boot;
}

} // namespace

void append_kernel(std::vector<std::string> &words, const KernelResult &kernel) {
  if (kernel.modules.empty()) {
    if (!contains(words, kernel.spec))
      words.insert(words.end(), {"--kernel", kernel.spec});
    return;
  }
  words.insert(words.end(), {"--image", kernel.spec, "--name", kernel.name});
  for (const LoadedModule &module : kernel.modules)
    words.insert(words.end(), {"--module", module.file});
}

void append_cases(std::vector<std::string> &words, const std::vector<const CaseResult *> &boots) {
  std::vector<std::string> cases;
  std::vector<std::string> boards;
  for (const CaseResult *each : boots) {
    const bool is_case = each->file.empty() || each->file.ends_with(".toml");
    (is_case ? cases : boards).push_back(each->file.empty() ? each->name : each->file);
  }
  if (!cases.empty())
    words.insert(words.end(), {"--cases", fmt::format("{}", fmt::join(cases, ","))});
  if (!boards.empty())
    words.insert(words.end(), {"--boards", fmt::format("{}", fmt::join(boards, ","))});
}

std::vector<std::string> words_to_see_again(const RunResults &results, const CaseResult &result) {
  std::vector<std::string> words = {"rmemcheck", "run"};
  for (const KernelResult &kernel : results.kernels) {
    const bool is_it = kernel.name == result.kernel;
    const bool is_held_against =
        result.role == Role::must_pass && kernel.role == Role::baseline && !kernel.spec.empty();
    if (is_it && kernel.spec.empty())
      return {};
    if (is_it || is_held_against)
      append_kernel(words, kernel);
  }
  words.insert(words.end(), {"--machine", results.machine});
  append_cases(words, {&result});
  return words;
}

std::string page_of(const std::vector<KeptRun> &runs) {
  std::vector<PageRun> pages;
  for (const KeptRun &run : runs) {
    PageRun page;
    page.results = run.results;
    for (const CaseResult &result : run.results.cases)
      page.boots.push_back(boot_of(run, result));
    pages.push_back(std::move(page));
  }
  return html_page(pages);
}

} // namespace rmemcheck
