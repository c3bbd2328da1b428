// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/random_run.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/plural.h"
#include "base/process.h"
#include "catalogue/case_text.h"
#include "catalogue/random_case.h"
#include "catalogue/shrink.h"
#include "devicetree/dts.h"
#include "devicetree/reserved_memory.h"
#include "engine/conclusion.h"
#include "engine/plan.h"
#include "judge/comparison.h"
#include "report/json.h"
#include "report/text.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// A way in which a kernel is not as it must be.
struct Failure {
  std::string rule;
  std::string region;
  std::string text;
};

/// The findings that no known fault explains, the first one of each rule, and a bad end.
std::vector<Failure> failures(const CaseResult &result) {
  std::vector<Failure> all;
  if (result.verdict.outcome == Outcome::known)
    return all;
  for (const RuleResult &rule : result.verdict.rules) {
    const auto finding = std::ranges::find(rule.findings, "", &Finding::known);
    if (rule.outcome == Outcome::fail && finding != rule.findings.end())
      all.push_back({rule.rule, finding->region, finding_line(*finding, result.folder)});
  }
  if (const std::string end = to_string(result.ending); can_fail(end))
    all.push_back({end, "", result.verdict.reason});
  return all;
}

/// Nothing was found out: that is no pass, and no failure.
bool is_open(const CaseResult &result) {
  return result.verdict.outcome == Outcome::inconclusive || result.verdict.outcome == Outcome::skip;
}

/// In words, what kind of region a tree has under that name; empty where there is none.
std::string kind_of(const std::string &name, const ReservedMemory &tree) {
  const auto region = std::ranges::find(tree.regions, name, &ReservedRegion::name);
  if (name.empty() || region == tree.regions.end())
    return "";
  std::string kind = region->is_static() ? "static" : "boot-placed";
  if (!region->enabled)
    kind = "disabled " + kind;
  if (!region->malformed.empty())
    kind = "malformed";
  if (region->no_map)
    kind += " no-map";
  if (region->reusable)
    kind += " reusable";
  if (!region->compatible.empty())
    kind += ' ' + region->compatible.front();
  return kind;
}

class RandomRun {
public:
  RandomRun(const Boots &boots, const std::string &board, const RandomRoom &room,
            const RandomRequest &request, const TakeOut &take_out, const Telling &telling,
            const SaveRandom &save)
      : boots_(boots), board_(board), request_(request), take_out_(take_out), telling_(telling),
        save_(save), room_(room) {
    boots_.kernels = kernels_by_chance(boots.kernels);
    boots_.resume = false;
    boots_.is_worth_keeping = [](const CaseResult &result) {
      return !failures_and_open(result).empty();
    };
    boots_.base.silence_seconds = silence_seconds;
    result_.summary.seed = request.seed;
  }

  RandomResult operator()() {
    start_ = std::chrono::steady_clock::now();
    const std::uint64_t first = request_.only.value_or(0);
    const std::uint64_t end = request_.only ? first + 1 : request_.count;
    for (std::uint64_t index = first; index < end;) {
      show_share(index - first, end - first);
      const std::uint64_t next = std::min(end, index + trees_at_once);
      boot_trees(index, next);
      index = next;
      sum_up();
      save_(result_);
    }
    return std::move(result_);
  }

private:
  /// Their DTBs and verdicts are held at a time, and the evidence of all.
  static constexpr std::uint64_t trees_at_once = 64;
  /// A small kernel boots in a second, and dozens of trees that hang are booted to make one small.
  static constexpr double silence_seconds = 15;
  /// Boots of each kind of finding of which the evidence stays: the first one's cause need not be
  /// that of the others.
  static constexpr std::size_t most_kept = 50;

  struct Group {
    explicit Group(std::size_t place_of_finding) : place(place_of_finding) {}
    std::size_t place; ///< among the summary's findings
    std::size_t kept = 0;
  };

  void boot_trees(std::uint64_t begin, std::uint64_t end) {
    std::vector<Case> cases;
    for (std::uint64_t index = begin; index < end; ++index)
      cases.push_back(random_case(request_.seed, index, room_));
    const std::vector<PreparedCase> prepared = prepared_cases(std::move(cases));
    result_.summary.trees += prepared.size();
    result_.summary.left_out += end - begin - prepared.size();
    const std::vector<CaseResult> results = booted(prepared, boots_.kernels, boots_.out);
    for (const PreparedCase &each : prepared)
      take(each, results);
  }

  std::vector<PreparedCase> prepared_cases(std::vector<Case> cases) {
    std::vector<PreparedCase> prepared = prepare_trees(std::move(cases), board_, room_.memory_base);
    for (const PreparedCase &each : prepared)
      if (!each.trouble.empty())
        throw could_not_find_out(each.what.name + ": " + each.trouble);
    take_out_(prepared);
    return prepared;
  }

  std::vector<CaseResult> booted(const std::vector<PreparedCase> &cases,
                                 const std::vector<KernelUnderTest> &kernels, const fs::path &out) {
    Boots some = boots_;
    some.cases = cases;
    some.kernels = kernels;
    some.out = out;
    result_.summary.boots += cases.size() * kernels.size();
    return boot_and_judge(some, silent());
  }

  /// What all kernels have done with one tree. The evidence stays where it shows something new.
  void take(const PreparedCase &prepared, const std::vector<CaseResult> &results) {
    bool is_news = false;
    for (const CaseResult &result : results) {
      if (result.name != prepared.what.name)
        continue;
      ++result_.summary.verdicts[result.kernel][to_string(result.verdict.outcome)];
      outcomes_.insert(result.conclusion); // what is told of a baseline is no failure
      for (const Failure &failure : failures_and_open(result))
        is_news |= take_failure(prepared, result, failure);
    }
    for (const CaseResult &result : results)
      if (result.name == prepared.what.name) {
        if (is_news)
          result_.cases.push_back(result);
        else
          fs::remove_all(boots_.out / result.folder);
      }
  }

  static std::vector<Failure> failures_and_open(const CaseResult &result) {
    std::vector<Failure> all = failures(result);
    if (is_open(result))
      all.push_back({open_rule, "", result.verdict.reason});
    return all;
  }

  /// Returns whether the evidence is to be kept.
  bool take_failure(const PreparedCase &prepared, const CaseResult &result,
                    const Failure &failure) {
    const std::string kind =
        failure.rule == open_rule
            ? names_with(result.verdict, Outcome::inconclusive)
            : kind_of(failure.region, read_reserved_memory(prepared.dtb, prepared.what.name));
    const auto [group, is_new] =
        groups_.try_emplace({result.kernel, failure.rule, kind}, result_.summary.findings.size());
    if (is_new)
      result_.summary.findings.push_back(first_of(prepared, result, failure, kind));
    ++result_.summary.findings[group->second.place].trees;
    if (is_new)
      telling_.print(finding_text(result_.summary.findings.back()));
    return group->second.kept++ < most_kept;
  }

  RandomFinding first_of(const PreparedCase &prepared, const CaseResult &result,
                         const Failure &failure, const std::string &kind) {
    RandomFinding finding;
    finding.kernel = result.kernel;
    finding.role = result.role;
    finding.rule = failure.rule;
    finding.kind = kind;
    finding.first = prepared.what.name;
    finding.text = failure.text;
    finding.again = command_with({"--seed", std::to_string(request_.seed), "--only",
                                  prepared.what.name.substr(prepared.what.name.rfind('-') + 1)});
    if (failure.rule != open_rule && request_.most_shrinking > 0)
      make_small(prepared.what, finding);
    return finding;
  }

  [[nodiscard]] std::string command_with(const std::vector<std::string> &words) const {
    std::vector<std::string> command = request_.command;
    command.insert(command.end(), words.begin(), words.end());
    return to_shell(command);
  }

  /// Of the kernel that fails and what it is held against.
  [[nodiscard]] std::vector<KernelUnderTest> kernels_for(const std::string &name,
                                                         bool is_compared) const {
    const auto kernel = std::ranges::find(boots_.kernels, name, &KernelUnderTest::name);
    if (!kernel->baseline || !is_compared)
      return {alone(*kernel)};
    std::vector<KernelUnderTest> both = {alone(boots_.kernels[*kernel->baseline]), *kernel};
    both.back().baseline = 0;
    return both;
  }

  static KernelUnderTest alone(KernelUnderTest kernel) {
    kernel.baseline.reset();
    return kernel;
  }

  /// Rules of one boot need no other one, but for errors that the baseline forgives.
  static bool takes_two_boots(const std::string &rule) {
    return rule == "no-error" ||
           std::ranges::find(comparisons(), rule, &Comparison::name) != comparisons().end();
  }

  void make_small(const Case &failing, RandomFinding &finding) {
    const fs::path out = boots_.out / "shrinking";
    const auto kernels = kernels_for(finding.kernel, takes_two_boots(finding.rule));
    const StillFails still_fails = [&](const std::vector<Case> &candidates) {
      telling_.step(fmt::format("{}: a smaller tree that fails {}", failing.name, finding.rule),
                    -1);
      return fail(candidates, kernels, finding, out);
    };
    const Shrunk shrunk = shrink(failing, still_fails, {boots_.jobs, request_.most_shrinking});
    finding.tried = shrunk.trees;
    finding.is_at_limit = shrunk.is_at_limit;
    keep(shrunk.smallest, finding, out);
    fs::remove_all(out);
  }

  /// Whether each of the trees fails by the finding's rule.
  std::vector<bool> fail(const std::vector<Case> &candidates,
                         const std::vector<KernelUnderTest> &kernels, const RandomFinding &finding,
                         const fs::path &out) {
    std::vector<PreparedCase> prepared = prepare_trees(candidates, board_, room_.memory_base);
    for (std::size_t index = 0; index < prepared.size(); ++index)
      prepared[index].what.name = fmt::format("tree-{}", index);
    std::erase_if(prepared, [](const PreparedCase &each) { return !each.trouble.empty(); });
    take_out_(prepared);
    const std::vector<CaseResult> results = booted(prepared, kernels, out);
    std::vector<bool> answers;
    for (std::size_t index = 0; index < candidates.size(); ++index)
      answers.push_back(std::ranges::any_of(results, [&](const CaseResult &result) {
        return result.name == fmt::format("tree-{}", index) && result.kernel == finding.kernel &&
               fails_by(result, finding.rule);
      }));
    return answers;
  }

  static bool fails_by(const CaseResult &result, const std::string &rule) {
    const std::vector<Failure> all = failures(result);
    return std::ranges::find(all, rule, &Failure::rule) != all.end();
  }

  /// As a case that says what it is about and what a baseline fails, with its tree as source.
  void keep(Case smallest, RandomFinding &finding, const fs::path &out) {
    std::vector<PreparedCase> prepared = prepare_trees({smallest}, board_, room_.memory_base);
    finding.source = reserved_memory_source(prepared.front().dtb, smallest.name);
    smallest.name =
        folder_name(fmt::format("{}-{}-{}", smallest.name, finding.kernel, finding.rule));
    prepared.front().what = smallest;
    for (const CaseResult &result : booted(prepared, kernels_for(finding.kernel, true), out)) {
      if (result.kernel == finding.kernel)
        for (const Failure &failure : failures(result))
          if (failure.rule == finding.rule)
            finding.text = failure.text;
      if (result.role == Role::told)
        smallest.baseline_fails = failed_rules(result);
    }
    smallest.title = fmt::format("{} fails {} with a tree by chance ({})", finding.kernel,
                                 finding.rule, finding.first);
    const fs::path folder = request_.keep.empty() ? boots_.out / "found" : request_.keep;
    make_folders(folder);
    const fs::path file = folder / (smallest.name + ".toml");
    write_file(file, case_text(smallest));
    finding.file = file.string();
    finding.command = command_with({"--cases", finding.file});
  }

  static std::vector<std::string> failed_rules(const CaseResult &result) {
    if (result.ending != Ending::powered_off)
      return {boots_rule};
    return failures_of(result);
  }

  void show_share(std::uint64_t done, std::uint64_t all) const {
    std::size_t failing = 0;
    for (const RandomFinding &finding : result_.summary.findings)
      failing += finding.role == Role::told ? 0 : 1;
    telling_.step(fmt::format("booting {} by chance, {} of finding", plural(all, "tree"),
                              plural(failing, "kind")),
                  static_cast<double>(done) / static_cast<double>(all));
  }

  /// What all that there is so far comes to.
  void sum_up() {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    result_.summary.seconds = elapsed.count();
    result_.summary.outcome =
        outcomes_.empty() ? Outcome::skip
                          : conclusion(std::vector<Outcome>(outcomes_.begin(), outcomes_.end()));
  }

  static constexpr const char *open_rule = "inconclusive";

  Boots boots_;
  const std::string &board_;
  const RandomRequest &request_;
  const TakeOut &take_out_;
  const Telling &telling_;
  const SaveRandom &save_;
  const RandomRoom room_;
  RandomResult result_;
  std::set<Outcome> outcomes_;
  std::map<std::tuple<std::string, std::string, std::string>, Group> groups_;
  std::chrono::steady_clock::time_point start_;
};

} // namespace

std::vector<KernelUnderTest> kernels_by_chance(std::vector<KernelUnderTest> kernels) {
  const auto baseline = std::ranges::find(kernels, Role::baseline, &KernelUnderTest::role);
  const auto reference =
      static_cast<std::size_t>(baseline == kernels.end() ? 0 : baseline - kernels.begin());
  for (std::size_t index = 0; index < kernels.size(); ++index) {
    KernelUnderTest &kernel = kernels[index];
    kernel.control.reset();
    kernel.cases.clear();
    kernel.demands.clear();
    if (kernel.role == Role::mutant)
      throw bad_input(fmt::format("--random: {}: expected no mutant: what must fail is not known "
                                  "of trees by chance",
                                  kernel.name));
    if (kernel.role == Role::baseline) {
      kernel.role = Role::told;
      kernel.baseline.reset();
    } else if (!kernel.baseline && index != reference) {
      kernel.baseline = reference;
      kernel.is_baseline_of_another_tree = true;
    }
  }
  return kernels;
}

RandomResult run_random(const Boots &boots, const std::string &board, const RandomRoom &room,
                        const RandomRequest &request, const TakeOut &take_out,
                        const Telling &telling, const SaveRandom &save) {
  return RandomRun(boots, board, room, request, take_out, telling, save)();
}

} // namespace rmemcheck
