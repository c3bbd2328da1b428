// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/engine.h"

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/process.h"
#include "catalogue/serving.h"
#include "engine/comparison.h"
#include "engine/conclusion.h"
#include "engine/crash.h"
#include "engine/kept_boot.h"
#include "engine/read_boot.h"
#include "engine/witnesses.h"
#include "judge/comparison.h"
#include "kernel/build.h"
#include "kernel/config.h"
#include "report/json.h"
#include "report/text.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <mutex>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// One boot and its verdict, and for as long as another one is held against it, what it has shown.
struct Booted {
  ReadBoot read;
  CaseResult result;
  std::optional<KeptBoot> unsaved; ///< of which it is not known yet whether it is worth keeping
};

bool boots_case(const KernelUnderTest &kernel, const std::string &name) {
  return kernel.cases.empty() || std::ranges::find(kernel.cases, name) != kernel.cases.end();
}

/// Of a board nobody has said what a baseline has wrong; with ACPI nobody can ask what it records.
bool shows_no_faults(const PreparedCase &prepared, const Machine &machine) {
  return prepared.is_board || machine.board.has_acpi;
}

std::vector<std::string> demanded(const KernelUnderTest &kernel, const PreparedCase &prepared,
                                  const Machine &machine) {
  if (kernel.role == Role::baseline)
    return shows_no_faults(prepared, machine) ? std::vector<std::string>()
                                              : must_fail(prepared, kernel.version, machine);
  if (prepared.is_board)
    return {};
  const auto demands = kernel.demands.find(prepared.what.name);
  return demands == kernel.demands.end() ? std::vector<std::string>() : demands->second;
}

/// With ACPI the tree is scanned and never unflattened. v6.9 records what it scans, where nobody
/// can ask for it, and the series what is unflattened.
Recording recording_of(const KernelUnderTest &kernel, const Machine &machine) {
  if (machine.board.has_acpi)
    return Recording::no_tree;
  return kernel.has_array ? Recording::done : Recording::no_array;
}

Showing showing(const KernelUnderTest &kernel, const Machine &machine, bool has_tree) {
  Showing shown;
  shown.config = kernel.config;
  shown.arch = machine.arch;
  shown.has_tree = has_tree;
  shown.has_probe = std::ranges::any_of(kernel.modules, [](const std::filesystem::path &module) {
    return module.filename() == probe_file;
  });
  return shown;
}

/// Whatever stops one boot must not take away what is known of the rest. Nothing has been shown
/// then, by no fault of the kernel.
BootResult boot_or_died(const PreparedCase &prepared, BootRequest request) {
  BootResult result;
  result.ending = Ending::died;
  if (!prepared.trouble.empty()) {
    result.ending_reason = "the case cannot be prepared: " + prepared.trouble;
    return result;
  }
  try {
    add_crash_images(request);
    return boot(request);
  } catch (const Error &error) {
    if (error.status() == ExitStatus::interrupted)
      throw;
    result.ending_reason = error.what();
    return result;
  }
}

/// All of the boots of one run.
class Engine {
public:
  Engine(const Boots &boots, const Telling &telling, const Save &save)
      : boots_(boots), telling_(telling),
        save_(save), style_{telling.colour, longest_name(), telling.is_verbose},
        booted_(boots.cases.size()), missing_(boots.cases.size()) {
    for (std::size_t of_case = 0; of_case < boots.cases.size(); ++of_case)
      for (std::size_t kernel = 0; kernel < boots.kernels.size(); ++kernel)
        if (boots_case(boots.kernels[kernel], boots.cases[of_case].what.name)) {
          work_.push_back({of_case, kernel});
          ++missing_[of_case];
        }
  }

  std::vector<CaseResult> operator()() {
    show_share();
    try {
      for_each_index(work_.size(), boots_.jobs, [&](std::size_t index) { take(work_[index]); });
    } catch (const Error &error) {
      if (error.status() == ExitStatus::interrupted)
        finish_interrupted();
      throw;
    }
    return results();
  }

private:
  struct Work {
    std::size_t of_case;
    std::size_t kernel;
  };

  void take(const Work &work) {
    throw_if_interrupted();
    const PreparedCase &prepared = boots_.cases[work.of_case];
    const std::string name =
        fmt::format("{}/{}", boots_.kernels[work.kernel].name, prepared.what.name);
    begin(name);
    Booted booted = boot_one(prepared, boots_.kernels[work.kernel]);
    if (!is_compared(work.kernel)) // evidence of hundreds of boots is much
      booted.read = {};
    const std::lock_guard lock(mutex_);
    booted_[work.of_case][work.kernel] = std::move(booted);
    ++done_;
    std::erase(running_, name);
    if (--missing_[work.of_case] == 0)
      finish_case(booted_[work.of_case]);
    show_share();
  }

  void begin(const std::string &name) {
    const std::lock_guard lock(mutex_);
    running_.push_back(name);
    show_share();
  }

  /// With its baseline, or as one.
  [[nodiscard]] bool is_compared(std::size_t kernel) const {
    return boots_.kernels[kernel].baseline ||
           std::ranges::any_of(boots_.kernels, [&](const KernelUnderTest &each) {
             return each.baseline == kernel;
           });
  }

  Booted boot_one(const PreparedCase &prepared, const KernelUnderTest &kernel) {
    BootRequest request = boots_.base;
    request.image = kernel.image;
    request.modules = kernel.modules;
    request.dtb = prepared.dtb;
    request.append = prepared.what.append;
    KeptBoot kept = about(prepared, kernel);
    const std::string folder = fmt::format("runs/{}/{}", kernel.name, prepared.what.name);
    const fs::path path = boots_.out / folder;
    std::optional<BootResult> earlier;
    if (boots_.resume)
      earlier = earlier_boot(path, kept);
    if (earlier) {
      kept.boot = std::move(*earlier);
    } else {
      fs::remove_all(path);
      kept.boot = boot_or_died(prepared, request);
      if (!boots_.is_worth_keeping)
        save(path, kept);
    }
    ReadBoot read = read_boot(kept, folder);
    CaseResult result = judge_read(kept, read, folder);
    Booted booted{std::move(read), std::move(result), std::nullopt};
    if (boots_.is_worth_keeping)
      booted.unsaved = std::move(kept);
    return booted;
  }

  /// All but the boot itself.
  [[nodiscard]] KeptBoot about(const PreparedCase &prepared, const KernelUnderTest &kernel) const {
    KeptBoot kept;
    kept.kernel = kernel.name;
    kept.role = kernel.role == Role::baseline && shows_no_faults(prepared, boots_.base.machine)
                    ? Role::told
                    : kernel.role;
    kept.must_fail = demanded(kernel, prepared, boots_.base.machine);
    kept.baseline = name_of(kernel.baseline);
    kept.is_baseline_of_another_tree = kernel.is_baseline_of_another_tree;
    kept.control = name_of(kernel.control);
    kept.kernel_version = kernel.version;
    kept.case_name = prepared.what.name;
    kept.title = prepared.what.title;
    kept.case_file = prepared.file.string();
    kept.hazards = prepared.what.hazards;
    kept.left_out = prepared.what.left_out;
    note_machine(kept, boots_.base.machine);
    kept.recording = recording_of(kernel, boots_.base.machine);
    kept.dtb = prepared.dtb;
    kept.has_series = kernel.has_series;
    kept.modules = kernel.named_modules;
    const Showing shown = showing(kernel, boots_.base.machine, !kept.dtb.empty());
    kept.default_cma = default_cma_area(shown.config);
    kept.max_order = forced_max_order(shown.config);
    if (kept.has_user_space)
      kept.witnesses = witnesses_of(shown);
    kept.key =
        sha256(fmt::format("{}\n{}\n{}\n{}\n{}", kernel.key, boots_.base.machine.key,
                           boots_.base.init.string(), sha256(prepared.dtb), prepared.what.append));
    return kept;
  }

  [[nodiscard]] std::string name_of(const std::optional<std::size_t> &kernel) const {
    return kernel ? boots_.kernels[*kernel].name : "";
  }

  /// One that all is the same of, and that was not lost.
  [[nodiscard]] std::optional<BootResult> earlier_boot(const fs::path &path,
                                                       const KeptBoot &wanted) const {
    if (!fs::exists(path / "run.json"))
      return std::nullopt;
    try {
      KeptBoot kept = load(path);
      if (kept.key == wanted.key && kept.boot.ending != Ending::died)
        return std::move(kept.boot);
      if (kept.key != wanted.key)
        telling_.print(fmt::format("{}/{}: booted again: kernel, tree or machine have changed\n",
                                   wanted.kernel, wanted.case_name));
    } catch (const Error &) { // half of one: it is made anew
    }
    return std::nullopt;
  }

  /// What the kernels do with one case, once all have booted it.
  void finish_case(std::map<std::size_t, Booted> &of_case) {
    for (auto &[index, each] : of_case)
      compare(of_case, boots_.kernels[index], each);
    for (auto &[index, each] : of_case) {
      conclude(each.result);
      if (const auto &control = boots_.kernels[index].control;
          is_awaited(of_case, control, each.result)) {
        each.result.conclusion = worse(each.result.conclusion, Outcome::inconclusive);
        each.result.remarks.push_back(
            fmt::format("{}: {} {}", each.result.name, each.result.kernel, not_awaited(control)));
      }
    }
    if (std::ranges::any_of(of_case, [&](const auto &each) {
          return !boots_.is_worth_keeping || boots_.is_worth_keeping(each.second.result);
        }))
      keep(of_case);
    for (auto &[index, each] : of_case) {
      telling_.print(report_text(each.result));
      each.read = {};
      each.unsaved.reset();
    }
    if (save_)
      save_(results());
  }

  void keep(const std::map<std::size_t, Booted> &of_case) const {
    for (const auto &[index, each] : of_case) {
      const fs::path path = boots_.out / each.result.folder;
      if (each.unsaved)
        save(path, *each.unsaved);
      write_file(path / "verdict.json", verdict_json(each.result));
    }
  }

  /// The boots that have ended of cases that not all kernels have booted.
  void finish_interrupted() {
    for (std::size_t of_case = 0; of_case < booted_.size(); ++of_case)
      if (missing_[of_case] > 0 && !booted_[of_case].empty()) {
        missing_[of_case] = 0;
        for (auto &[index, each] : booted_[of_case])
          if (const auto &baseline = boots_.kernels[index].baseline;
              is_awaited(booted_[of_case], baseline, each.result))
            compare_unknown(each.result.verdict, not_awaited(baseline));
        finish_case(booted_[of_case]);
      }
  }

  /// Whether another kernel would have booted the case, but for the interruption.
  [[nodiscard]] bool is_awaited(const std::map<std::size_t, Booted> &of_case,
                                const std::optional<std::size_t> &other,
                                const CaseResult &result) const {
    return other && !of_case.contains(*other) && boots_case(boots_.kernels[*other], result.name);
  }

  [[nodiscard]] std::string not_awaited(const std::optional<std::size_t> &other) const {
    return fmt::format("interrupted before {} was booted", name_of(other));
  }

  static void compare(std::map<std::size_t, Booted> &of_case, const KernelUnderTest &kernel,
                      Booted &booted) {
    const auto other = [&](const std::optional<std::size_t> &index) {
      return index ? of_case.find(*index) : of_case.end();
    };
    if (const auto baseline = other(kernel.baseline); baseline != of_case.end())
      compare_boots(booted.result, baseline->second.read, booted.read,
                    kernel.is_baseline_of_another_tree);
    if (const auto control = other(kernel.control); control != of_case.end())
      booted.result.fails_without = failures_of(control->second.result);
  }

  /// Findings are news only where the kernel is not as it must be.
  [[nodiscard]] std::string report_text(const CaseResult &result) const {
    return case_line(result, style_) + '\n' + (telling_.is_verbose ? durations_text(result) : "") +
           (result.conclusion == Outcome::pass && !telling_.is_verbose
                ? ""
                : findings_text(result, style_));
  }

  static std::string durations_text(const CaseResult &result) {
    return fmt::format("  booted in {:.2f} s, judged in {:.3f} s, kept in {}\n",
                       result.boot_seconds, result.judge_seconds, result.folder);
  }

  void show_share() const {
    BootsSoFar so_far{work_.size(), done_, running_};
    if (done_ > 0) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
      so_far.seconds_left =
          elapsed.count() / static_cast<double>(done_) * static_cast<double>(work_.size() - done_);
    }
    telling_.boots(so_far);
  }

  /// Of cases that all of their kernels have booted.
  [[nodiscard]] std::vector<CaseResult> results() const {
    std::vector<CaseResult> results;
    for (std::size_t of_case = 0; of_case < booted_.size(); ++of_case)
      if (missing_[of_case] == 0)
        for (const auto &[kernel, each] : booted_[of_case])
          results.push_back(each.result);
    return results;
  }

  [[nodiscard]] std::size_t longest_name() const {
    std::size_t longest = 0;
    for (const PreparedCase &prepared : boots_.cases)
      longest = std::max(longest, prepared.what.name.size());
    return longest;
  }

  const Boots &boots_;
  const Telling &telling_;
  const Save &save_;
  TextStyle style_;
  std::vector<Work> work_;
  std::mutex mutex_;
  std::vector<std::map<std::size_t, Booted>> booted_; ///< by case, then by kernel
  std::vector<std::size_t> missing_;                  ///< boots of each case that have not ended
  std::size_t done_ = 0;
  std::vector<std::string> running_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace

std::vector<CaseResult> boot_and_judge(const Boots &boots, const Telling &telling,
                                       const Save &save) {
  return Engine(boots, telling, save)();
}

} // namespace rmemcheck
