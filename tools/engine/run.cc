// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/run.h"

#include "base/error.h"
#include "base/file.h"
#include "base/version.h"
#include "catalogue/boards.h"
#include "catalogue/serving.h"
#include "engine/engine.h"
#include "engine/guest_init.h"
#include "engine/kernel_folder.h"
#include "engine/kernels.h"
#include "engine/resumed.h"
#include "kernel/config.h"
#include "report/json.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <set>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// Whether the kernel is booted on a machine.
bool is_for(const PlannedKernel &kernel, const Machine &machine) {
  return kernel.machines.empty() ||
         std::ranges::find(kernel.machines, machine.name) != kernel.machines.end();
}

/// Whether it is booted with a case there.
bool is_for(const PlannedKernel &kernel, const Machine &machine, const PreparedCase &prepared) {
  const std::vector<std::string> &cases = cases_of(kernel, machine.name);
  return cases.empty() || std::ranges::find(cases, prepared.what.name) != cases.end();
}

/// The work for one machine, from the kernels to the results.
class MachineRun {
public:
  MachineRun(const RunRequest &request, RunFolder &folder, const Telling &telling)
      : request_(request), kit_(request.kit), plan_(request.plan), telling_(telling),
        folder_(folder), out_(request.part.empty() ? folder.path() : folder.path() / request.part) {
  }

  std::optional<RunResults> operator()(const Machine &machine) {
    start_ = std::chrono::steady_clock::now();
    choose_kernels(machine);
    if (chosen_.empty())
      return std::nullopt;
    results_.tool_version = tool_version;
    results_.machine = machine.name;
    results_.arch = machine.arch;
    results_.config = request_.config;
    results_.started = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
    prepare(machine);
    if (results_.nothing_to_do)
      return results_;
    if (request_.resume)
      check_resumed(out_, asked_for(machine));
    results_.is_complete = false;
    boots_.out = out_;
    boots_.jobs = request_.jobs;
    boots_.resume = request_.resume;
    make_kernels(machine);
    boots_.base.machine = machine;
    if (machine.has_user_space)
      boots_.base.init = guest_init(machine, kit_, step_of(""));
    if (request_.random)
      (void)kernels_by_chance(boots_.kernels); // refuses some
    take_folder(machine);
    boot_all(machine);
    results_.is_complete = true;
    save();
    return results_;
  }

private:
  /// Of the kernels that there are cases for.
  [[nodiscard]] AskedFor asked_for(const Machine &machine) const {
    AskedFor asked{machine.name, {}};
    for (const std::size_t index : chosen_) {
      const PlannedKernel &kernel = plan_.kernels[index];
      asked.kernels.push_back({kernel.name, kernel.role, kernel.spec, {}});
      for (const PreparedCase &each : boots_.cases)
        if (is_for(kernel, machine, each))
          asked.kernels.back().cases.push_back(each.what.name);
    }
    return asked;
  }

  void prepare(const Machine &machine) {
    if (request_.random) {
      results_.nothing_to_do = !machine.board.has_device_tree;
      if (!results_.nothing_to_do)
        make_given_kernels(machine);
      return;
    }
    prepare_cases_and_boards(machine);
    leave_out_idle_kernels(machine);
    make_given_kernels(machine);
    for (const std::string &line :
         take_out_unserved(boots_.cases, configured(machine), early_entries()))
      telling_.print(line + '\n');
    results_.nothing_to_do = boots_.cases.empty();
  }

  /// From here on the earlier run is gone: there is something to put in its place. What is asked
  /// for stands there before the first boot has ended.
  void take_folder(const Machine &machine) {
    if (!request_.resume)
      folder_.make_room();
    if (!fs::exists(out_ / "results.json")) {
      fs::create_directories(out_);
      save();
    }
    for (const auto &[index, ready] : ready_)
      if (ready.built)
        keep(plan_.kernels[index], *ready.built, machine);
  }

  /// What has ended is left when a person stops the rest.
  void boot_all(const Machine &machine) {
    try {
      request_.random ? boot_by_chance(machine) : boot_cases();
    } catch (const Error &error) {
      if (error.status() != ExitStatus::interrupted)
        throw;
      results_.is_interrupted = true;
      save();
      throw Error(ExitStatus::interrupted,
                  fmt::format("interrupted: what has ended is in {}{}", out_.string(),
                              request_.random ? "" : "; --resume goes on"));
    }
  }

  void boot_cases() {
    results_.cases = boot_and_judge(boots_, telling_, [this](std::vector<CaseResult> cases) {
      save_now_and_then(std::move(cases));
    });
    for (const std::string &line : apply_known(results_, request_.known, date_of_today()))
      telling_.print(line + '\n');
  }

  void boot_by_chance(const Machine &machine) {
    const std::string board = board_dtb(machine, kernel_for_dump(machine, kit_, step_of("")));
    const Machine served = configured(machine);
    const std::vector<EarlyEntries> entries = early_entries();
    const TakeOut take_out = [&](std::vector<PreparedCase> &cases) {
      (void)take_out_unserved(cases, served, entries);
    };
    const auto take = [this](const RandomResult &result) {
      results_.random = result.summary;
      save_now_and_then(result.cases);
    };
    RandomResult result = run_random(boots_, board, room_of(served, board), *request_.random,
                                     take_out, telling_, take);
    results_.random = std::move(result.summary);
    results_.cases = std::move(result.cases);
  }

  void choose_kernels(const Machine &machine) {
    for (std::size_t index = 0; index < plan_.kernels.size(); ++index)
      if (is_for(plan_.kernels[index], machine))
        chosen_.push_back(index);
  }

  void prepare_cases_and_boards(const Machine &machine) {
    const fs::path kernel = kernel_for_dump(machine, kit_, step_of(""));
    if (request_.boards.empty() || !request_.cases.empty())
      boots_.cases = prepare_cases(wanted_cases(), machine, kernel);
    std::error_code error;
    for (PreparedCase &each : boots_.cases)
      if (fs::equivalent(each.file.parent_path(), kit_.cases(), error))
        each.file.clear(); // its name finds it
    if (request_.boards.empty())
      return;
    std::vector<std::string> left_out;
    std::ranges::move(prepare_boards(request_.boards, machine, kernel, left_out),
                      std::back_inserter(boots_.cases));
    if (!left_out.empty())
      telling_.print(fmt::format("{} of the boards: no reserved memory, {}{}\n", left_out.size(),
                                 left_out.front(), left_out.size() > 1 ? " and others" : ""));
  }

  /// A kernel of a list that is for other cases than those that are asked for is not built.
  void leave_out_idle_kernels(const Machine &machine) {
    if (boots_.cases.empty())
      return; // no kernel's fault
    std::erase_if(chosen_, [&](std::size_t index) {
      const PlannedKernel &kernel = plan_.kernels[index];
      const bool is_idle = std::ranges::none_of(
          boots_.cases, [&](const PreparedCase &each) { return is_for(kernel, machine, each); });
      if (is_idle)
        telling_.print(fmt::format("{}: not booted: it is for {}, and what is asked for is {}\n",
                                   kernel.name, some_of(cases_of(kernel, machine.name)),
                                   some_of(case_names())));
      return is_idle;
    });
    if (chosen_.empty())
      boots_.cases.clear();
  }

  [[nodiscard]] std::vector<std::string> case_names() const {
    std::vector<std::string> names;
    for (const PreparedCase &each : boots_.cases)
      names.push_back(each.what.name);
    return names;
  }

  /// As many names as a line takes.
  static std::string some_of(const std::vector<std::string> &names) {
    constexpr std::size_t most = 5;
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(most, names.size()));
    return fmt::format("{}{}", fmt::join(names.begin(), end, ", "),
                       names.size() > most ? fmt::format(" and {} more", names.size() - most) : "");
  }

  /// Those that any kernel wants.
  [[nodiscard]] std::vector<fs::path> wanted_cases() const {
    std::vector<std::string> names = request_.cases;
    const bool all_name_theirs = std::ranges::all_of(
        chosen_, [&](std::size_t index) { return !plan_.kernels[index].cases.empty(); });
    if (names.empty() && all_name_theirs)
      for (const std::size_t index : chosen_)
        names.insert(names.end(), plan_.kernels[index].cases.begin(),
                     plan_.kernels[index].cases.end());
    return case_files(names, kit_);
  }

  /// The machine with all of the configuration that cases may need: that of kernels that were
  /// given, or what is built.
  [[nodiscard]] Machine configured(Machine machine) const {
    if (!request_.config.empty())
      return with_base(std::move(machine));
    std::optional<std::set<std::string>> shared;
    for (const auto &[index, ready] : ready_)
      if (!ready.config.empty())
        shared = in_both(shared, split_lines(read_file(ready.config)));
    if (shared) {
      machine.config.assign(shared->begin(), shared->end());
      return machine;
    }
    for (const ConfigLine &line : wanted_config(kit_.fragment(), machine))
      machine.config.push_back(line.text);
    return machine;
  }

  /// A kernel that is built gets the lines that we need, too.
  [[nodiscard]] Machine with_base(Machine machine) const {
    std::vector<std::string> lines = read_whole_config(request_.config);
    if (std::ranges::any_of(
            chosen_, [&](std::size_t index) { return plan_.kernels[index].tree.has_value(); }))
      for (const ConfigLine &line : wanted_config(kit_.fragment(), machine))
        lines.push_back(line.text);
    machine.config = std::move(lines);
    return machine;
  }

  static std::set<std::string> in_both(const std::optional<std::set<std::string>> &some,
                                       const std::vector<std::string> &lines) {
    std::set<std::string> both;
    for (const std::string &line : lines)
      if (!some || some->contains(line))
        both.insert(line);
    return both;
  }

  [[nodiscard]] std::vector<EarlyEntries> early_entries() const {
    std::vector<EarlyEntries> entries;
    for (const std::size_t index : chosen_) {
      const PlannedKernel &kernel = plan_.kernels[index];
      entries.push_back(kernel.role == Role::baseline ? EarlyEntries::of_baseline
                        : kernel.has_series           ? EarlyEntries::of_series
                                                      : EarlyEntries::unknown);
    }
    return entries;
  }

  /// What is said with the kernel's name in front.
  Progress step_of(const std::string &prefix) {
    return [this, prefix](const std::string &what, double share) {
      telling_.step(prefix + what, share);
    };
  }

  /// Those that need no build: their configuration says which cases there are for them.
  void make_given_kernels(const Machine &machine) {
    for (const std::size_t index : chosen_)
      if (!plan_.kernels[index].tree)
        make_kernel(index, machine);
  }

  void make_kernels(const Machine &machine) {
    for (const std::size_t index : chosen_)
      if (plan_.kernels[index].tree)
        make_kernel(index, machine);
    for (const std::size_t index : chosen_) {
      const auto ready = ready_.find(index);
      results_.kernels.push_back(ready == ready_.end() ? missing_.at(index) : ready->second.result);
      if (ready == ready_.end())
        continue;
      boots_.kernels.push_back(ready->second.kernel);
      booted_.push_back(index);
    }
    for (KernelUnderTest &kernel : boots_.kernels) {
      kernel.baseline = place_of(kernel.baseline);
      kernel.control = place_of(kernel.control);
    }
  }

  /// The plan's indices, in this machine's list.
  [[nodiscard]] std::optional<std::size_t>
  place_of(const std::optional<std::size_t> &planned) const {
    const auto place = planned ? std::ranges::find(booted_, *planned) : booted_.end();
    return place == booted_.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(place - booted_.begin()));
  }

  void make_kernel(std::size_t index, const Machine &machine) {
    const PlannedKernel &planned = plan_.kernels[index];
    if (planned.tree && results_.tree.empty()) {
      results_.tree = planned.tree->name;
      results_.tree_version = planned.tree->version;
    }
    if (results_.series.empty())
      results_.series = planned.series;
    try {
      const ReadyKernel ready =
          make_ready(planned, machine, kit_, request_.config, step_of(planned.name + ": "));
      if (ready.built)
        tell(planned, *ready.built);
      ready_.emplace(index, ready);
    } catch (const Error &error) {
      // One of many that cannot be had takes nothing from the rest.
      if (error.status() == ExitStatus::interrupted || chosen_.size() == 1 || is_pair())
        throw;
      KernelResult &result = missing_[index];
      result.name = planned.name;
      result.role = planned.role;
      result.spec = planned.spec;
      result.title = planned.title;
      result.trouble = error.what();
      telling_.print(fmt::format("{}: no kernel: {}\n", planned.name, error.what()));
    }
  }

  /// A baseline and what is held against it: one is nothing without the other.
  [[nodiscard]] bool is_pair() const {
    return chosen_.size() == 2 && plan_.kernels[chosen_.front()].role == Role::baseline;
  }

  void keep(const PlannedKernel &planned, const BuiltKernel &built, const Machine &machine) {
    const fs::path folder = out_ / "kernels" / planned.name;
    fs::remove_all(folder);
    copy_kernel(built, machine, folder);
  }

  void tell(const PlannedKernel &planned, const BuiltKernel &built) {
    telling_.print(fmt::format("{:<8}  Linux {}, {}\n", planned.name, built.version,
                               built.from_cache ? "from the cache"
                                                : fmt::format("built in {:.0f} s", built.seconds)));
  }

  /// A run of hundreds of boots would write for longer than it boots.
  void save_now_and_then(std::vector<CaseResult> cases) {
    results_.cases = std::move(cases);
    const auto now = std::chrono::steady_clock::now();
    if (now - last_saved_ < std::chrono::seconds(2))
      return;
    last_saved_ = now;
    save();
  }

  /// Of an image nobody has said which kernel it is, before it has told itself.
  void learn_versions() {
    for (KernelResult &kernel : results_.kernels)
      for (const CaseResult &each : results_.cases)
        if (kernel.version.empty() && each.kernel == kernel.name)
          kernel.version = each.kernel_version;
  }

  void save() {
    learn_versions();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    results_.seconds = elapsed.count();
    write_file(out_ / "results.json", results_json(results_));
  }

  const RunRequest &request_;
  const Kit &kit_;
  const Plan &plan_;
  const Telling &telling_;
  RunFolder &folder_;
  const fs::path out_;
  std::vector<std::size_t> chosen_;             ///< of the plan's kernels
  std::vector<std::size_t> booted_;             ///< those of them that there is a kernel of
  std::map<std::size_t, ReadyKernel> ready_;    ///< by the plan's index
  std::map<std::size_t, KernelResult> missing_; ///< those that could not be had
  Boots boots_;
  RunResults results_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_saved_{};
};

} // namespace

std::optional<RunResults> run_on(const Machine &machine, const RunRequest &request,
                                 RunFolder &folder, const Telling &telling) {
  return MachineRun(request, folder, telling)(machine);
}

} // namespace rmemcheck
