// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/measure.h"

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "evidence/dmesg.h"
#include "evidence/probe.h"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>
#include <utility>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// A counted boot is slower, and nothing is printed while the early scan runs.
constexpr double counted_silence_seconds = 300;

/// Without what prints before the console's driver is there.
std::string without_earlycon(const std::string &words) {
  std::istringstream in(words);
  std::string text;
  for (std::string word; in >> word;)
    if (!word.starts_with("earlycon"))
      text += (text.empty() ? "" : " ") + word;
  return text;
}

/// The kernel's symbols, what is watched, and where the plugin leaves what it counts.
class CountedBoot {
public:
  CountedBoot(const CostKernel &kernel, fs::path plugin)
      : watched_(watched_functions(read_system_map(kernel.system_map), kernel.system_map)),
        plugin_(std::move(plugin)) {
    // Names that need no quoting among the plugin's arguments
    fs::create_symlink(fs::absolute(kernel.system_map), folder_.path() / "map");
    write_file(folder_.path() / "watch", watch_text(watched_));
  }

  [[nodiscard]] std::vector<std::string> qemu_words() const {
    const auto path = [&](const char *name) { return (folder_.path() / name).string(); };
    return {"-plugin", fmt::format("{},map={},watch={},out={}", plugin_.string(), path("map"),
                                   path("watch"), path("counts"))};
  }

  [[nodiscard]] std::optional<Counts> counts() const {
    const fs::path out = folder_.path() / "counts";
    if (!fs::exists(out))
      throw could_not_find_out("QEMU's plugin has left no counts");
    return parse_counts(read_file(out), watched_);
  }

private:
  TemporaryFolder folder_;
  std::vector<WatchedFunction> watched_;
  fs::path plugin_;
};

const std::string *evidence_of(const BootResult &result, const char *name) {
  const auto found = result.evidence.find(name);
  return found == result.evidence.end() ? nullptr : &found->second;
}

/// By the probe, or by the log's line a region, which is there since v6.9.
std::optional<std::uint64_t> recorded_by(const BootResult &result) {
  if (const std::string *probe = evidence_of(result, "probe")) {
    const ProbeReport report = parse_probe(*probe);
    return static_cast<std::uint64_t>(
        std::ranges::count(report.regions, true, &ProbedRegion::found));
  }
  const std::string *log = evidence_of(result, "dmesg");
  const std::size_t regions = log != nullptr ? parse_dmesg(*log).regions.size() : 0;
  return regions > 0 ? std::optional<std::uint64_t>(regions) : std::nullopt;
}

std::optional<std::uint64_t> allocated_by(BootRequest request) {
  request.append += " memblock=debug";
  const BootResult result = boot(request);
  const std::string *log = evidence_of(result, "dmesg");
  if (result.ending != Ending::powered_off || log == nullptr)
    return std::nullopt;
  return allocated_memory(*log);
}

} // namespace

KernelCost cost_of_files(const CostKernel &kernel) {
  const std::vector<Symbol> symbols = read_system_map(kernel.system_map);
  KernelCost cost;
  cost.name = kernel.name;
  cost.memory = static_memory(symbols);
  const std::vector<WatchedFunction> watched = watched_functions(symbols, kernel.system_map);
  const auto late = std::ranges::find(watched, Work::late, &WatchedFunction::work);
  if (late != watched.end())
    cost.late_function = late->name;
  return cost;
}

CostResult measure_cost(const CostKernel &kernel, const CostTree &tree, BootRequest base,
                        const fs::path &plugin) {
  base.image = kernel.image;
  base.dtb = tree.dtb;
  if (!kernel.module.empty())
    base.modules = {kernel.module};
  base.machine.board.console = without_earlycon(base.machine.board.console);
  base.append = "nokaslr";
  base.silence_seconds = counted_silence_seconds;
  const CountedBoot counted(kernel, plugin);
  BootRequest first = base;
  first.qemu_words = counted.qemu_words();
  const BootResult result = boot(first);
  CostResult cost{tree.size, std::nullopt, "", std::nullopt, std::nullopt};
  if (result.ending != Ending::powered_off) {
    cost.reason = result.ending_reason;
    return cost;
  }
  cost.recorded = recorded_by(result);
  if (cost.recorded == 0) {
    cost.reason = "the kernel records nothing";
    return cost;
  }
  cost.counts = counted.counts();
  if (!cost.counts)
    cost.reason = "the kernel has not come through the functions that are counted";
  else
    cost.allocated = allocated_by(base);
  return cost;
}

} // namespace rmemcheck
