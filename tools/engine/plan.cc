// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/plan.h"

#include "base/error.h"
#include "kernel/git_tree.h"
#include "kernel/series.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// Of a path, its last part; of a suite, its name.
std::string stem_of(const KernelSpec &spec) {
  if (spec.kind == KernelSpec::Kind::debian)
    return "debian-" + spec.base.substr(0, spec.base.find('/'));
  if (spec.base.empty())
    return "debian";
  const fs::path path = fs::weakly_canonical(spec.base);
  return is_release_tag(spec.base) ? spec.base : path.filename().string();
}

class Planner {
public:
  Planner(const Kit &kit, const Progress &progress) : kit_(kit), progress_(progress) {}

  void add(const KernelRequest &request) {
    check_mutant(request.spec);
    if (request.spec.kind != KernelSpec::Kind::tree) {
      PlannedKernel kernel = start(request, folder_name(stem_of(request.spec)));
      kernel.given = request;
      plan_.kernels.push_back(std::move(kernel));
      return;
    }
    for (const SourceTree &tree : trees_of(request.spec))
      add_tree(request, tree);
  }

  Plan finish() {
    make_names_unique();
    for (PlannedKernel &kernel : plan_.kernels)
      if (kernel.role == Role::must_pass && kernel.tree)
        kernel.baseline = baseline_of(kernel);
    return std::move(plan_);
  }

private:
  /// Nothing would be demanded of it.
  static void check_mutant(const KernelSpec &spec) {
    if (spec.role != Role::mutant)
      return;
    const bool is_broken =
        !spec.additions.empty() && (spec.additions.back().kind == Addition::Kind::patch ||
                                    spec.additions.back().kind == Addition::Kind::folder);
    if (!is_broken)
      throw bad_input(fmt::format("--kernel {}: expected +FILE.patch or +FOLDER/ at its end, which "
                                  "breaks it and says what must fail",
                                  spec.text));
  }

  std::vector<SourceTree> trees_of(const KernelSpec &spec) {
    if (!spec.from.empty())
      return find_commits(spec.base, spec.from, spec.revision, progress_);
    return {find_tree(spec.tree(), progress_)};
  }

  static PlannedKernel start(const KernelRequest &request, const std::string &name) {
    PlannedKernel kernel;
    kernel.name = request.name.empty() ? name : request.name;
    kernel.role = request.spec.role.value_or(Role::must_pass);
    kernel.spec = request.spec.text;
    kernel.cases = request.cases;
    kernel.machines = request.machines;
    kernel.config = request.config;
    kernel.has_array = request.has_array;
    return kernel;
  }

  static std::string name_of(const KernelSpec &spec, const SourceTree &tree) {
    std::string name = stem_of(spec);
    if (!spec.from.empty())
      name += '@' + tree.commit;
    else if (!spec.revision.empty())
      name += '@' + spec.revision;
    return folder_name(name);
  }

  /// Additions are taken one after the other; those that stand for several kernels multiply them.
  /// Of a mutant the last one breaks it.
  void add_tree(const KernelRequest &request, const SourceTree &tree) {
    PlannedKernel kernel = start(request, name_of(request.spec, tree));
    kernel.tree = tree;
    kernel.title = tree.subject;
    std::vector<PlannedKernel> kernels = {std::move(kernel)};
    for (const Addition &addition : request.spec.additions) {
      std::vector<PlannedKernel> more;
      for (const PlannedKernel &each : kernels)
        std::ranges::move(with(each, addition, request), std::back_inserter(more));
      kernels = std::move(more);
    }
    std::ranges::move(kernels, std::back_inserter(plan_.kernels));
  }

  std::vector<PlannedKernel> with(const PlannedKernel &kernel, const Addition &addition,
                                  const KernelRequest &request) {
    switch (addition.kind) {
    case Addition::Kind::series:
      return {with_series(kernel, request, std::string::npos)};
    case Addition::Kind::each_series:
      return with_each(kernel, request);
    case Addition::Kind::patch:
      if (kernel.role == Role::mutant && &addition == &request.spec.additions.back()) {
        const std::optional<PlannedKernel> mutant = with_mutant(kernel, addition.path);
        return mutant ? std::vector{*mutant} : std::vector<PlannedKernel>();
      }
      return {with_patch(kernel, request, addition.path)};
    case Addition::Kind::folder:
      break;
    }
    std::vector<PlannedKernel> kernels;
    for (const fs::path &patch : patches_of(addition.path))
      if (kernel.role != Role::mutant)
        kernels.push_back(with_patch(kernel, request, patch));
      else if (std::optional<PlannedKernel> mutant = with_mutant(kernel, patch))
        kernels.push_back(std::move(*mutant));
    return kernels;
  }

  [[nodiscard]] PlannedKernel with_series(PlannedKernel kernel, const KernelRequest &request,
                                          std::size_t patches) const {
    Series series = find_series(kit_.patches(), kernel.tree->version);
    kernel.series = series.folder.filename().string();
    kernel.has_series = patches >= series.patches.size();
    series.patches.resize(std::min(patches, series.patches.size()));
    kernel.patches.insert(kernel.patches.end(), series.patches.begin(), series.patches.end());
    if (request.name.empty())
      kernel.name += "+series";
    return kernel;
  }

  /// Each patch of the series on top of those before it.
  [[nodiscard]] std::vector<PlannedKernel> with_each(const PlannedKernel &kernel,
                                                     const KernelRequest &request) const {
    const Series series = find_series(kit_.patches(), kernel.tree->version);
    std::vector<PlannedKernel> kernels;
    for (std::size_t count = 1; count <= series.patches.size(); ++count) {
      kernels.push_back(with_series(kernel, request, count));
      kernels.back().name = folder_name(series.patches[count - 1].stem().string());
    }
    return kernels;
  }

  static PlannedKernel with_patch(PlannedKernel kernel, const KernelRequest &request,
                                  const fs::path &patch) {
    kernel.patches.push_back(patch);
    if (request.name.empty())
      kernel.name += folder_name('+' + patch.stem().string());
    return kernel;
  }

  /// Nothing where it is made for another series.
  std::optional<PlannedKernel> with_mutant(const PlannedKernel &kernel, const fs::path &patch) {
    const Mutant mutant = read_mutant(patch);
    if (!mutant.series.empty() && mutant.series != kernel.series) {
      plan_.unserved.push_back(fmt::format("{}: not on {}, which has not the series {}",
                                           patch.stem().string(), kernel.name, mutant.series));
      return std::nullopt;
    }
    PlannedKernel result = kernel;
    result.config.insert(result.config.end(), mutant.config.begin(), mutant.config.end());
    result.patches.insert(result.patches.end(), mutant.below.begin(), mutant.below.end());
    result.control = control_for(result, mutant);
    result.patches.push_back(patch);
    result.name = folder_name(patch.stem().string());
    result.mutant = mutant;
    result.title = mutant.title;
    result.cases.clear();
    result.machines.clear();
    add_demands(result, mutant);
    return result;
  }

  /// What a mutant and its control must both be booted with.
  static void add_demands(PlannedKernel &kernel, const Mutant &mutant) {
    for (const Demand &demand : mutant.demands) {
      add_once(kernel.cases, demand.case_name);
      add_once(kernel.machines, demand.machine);
      add_once(kernel.cases_on[demand.machine], demand.case_name);
    }
  }

  static void add_once(std::vector<std::string> &words, const std::string &word) {
    if (std::ranges::find(words, word) == words.end())
      words.push_back(word);
  }

  /// The kernel without the mutant, which several may share.
  std::size_t control_for(const PlannedKernel &without, const Mutant &mutant) {
    const auto is_it = [&](const PlannedKernel &each) {
      return each.role == Role::told && each.tree && each.tree->key == without.tree->key &&
             each.patches == without.patches && each.config == without.config;
    };
    auto control = std::ranges::find_if(plan_.kernels, is_it);
    if (control == plan_.kernels.end()) {
      PlannedKernel kernel = without;
      kernel.role = Role::told;
      kernel.name += mutant.below.empty() ? "" : '+' + mutant.below.back().stem().string();
      kernel.name = folder_name(kernel.name);
      kernel.cases.clear();
      kernel.machines.clear();
      control = plan_.kernels.insert(plan_.kernels.end(), std::move(kernel));
    }
    add_demands(*control, mutant);
    return static_cast<std::size_t>(control - plan_.kernels.begin());
  }

  [[nodiscard]] std::optional<std::size_t> baseline_of(const PlannedKernel &kernel) const {
    for (std::size_t index = 0; index < plan_.kernels.size(); ++index) {
      const PlannedKernel &other = plan_.kernels[index];
      if (other.role == Role::baseline && other.tree && other.tree->key == kernel.tree->key &&
          other.config == kernel.config)
        return index;
    }
    return std::nullopt;
  }

  void make_names_unique() {
    for (std::size_t index = 0; index < plan_.kernels.size(); ++index) {
      const std::string wanted = plan_.kernels[index].name;
      std::string name = wanted;
      const auto is_taken = [&] {
        return std::any_of(plan_.kernels.begin(),
                           plan_.kernels.begin() + static_cast<std::ptrdiff_t>(index),
                           [&](const PlannedKernel &each) { return each.name == name; });
      };
      for (int number = 2; is_taken(); ++number)
        name = fmt::format("{}-{}", wanted, number);
      plan_.kernels[index].name = name;
    }
  }

  const Kit &kit_;
  const Progress &progress_;
  Plan plan_;
};

} // namespace

std::string folder_name(const std::string &text) {
  std::string name = text;
  for (char &letter : name)
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0 &&
        std::string_view("._@+-").find(letter) == std::string_view::npos)
      letter = '-';
  return name.empty() || name.front() == '.' ? "kernel" + name : name;
}

const std::vector<std::string> &cases_of(const PlannedKernel &kernel, const std::string &machine) {
  const auto demanded = kernel.cases_on.find(machine);
  return demanded == kernel.cases_on.end() ? kernel.cases : demanded->second;
}

Plan make_plan(const std::vector<KernelRequest> &requests, const Kit &kit,
               const Progress &progress) {
  Planner planner(kit, progress);
  for (const KernelRequest &request : requests)
    planner.add(request);
  return planner.finish();
}

} // namespace rmemcheck
