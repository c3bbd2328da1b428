// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernels.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "kernel/build.h"
#include "kernel/cache.h"
#include "kernel/package.h"
#include "kernel/series.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

BuiltKernel build(const PlannedKernel &planned, const Machine &machine, const Kit &kit,
                  const fs::path &base_config, const Progress &progress) {
  BuildRequest request = build_request(*planned.tree, machine, kit);
  request.patches = planned.patches;
  request.config = planned.config;
  request.base_config = base_config;
  return build_kernel(request, progress);
}

void take_built(ReadyKernel &ready, const BuiltKernel &built) {
  ready.kernel.version = built.version;
  ready.kernel.key = built.key;
  ready.kernel.image = built.image;
  ready.kernel.config = split_lines(read_file(built.config));
  if (!built.module.empty())
    ready.kernel.modules.push_back(built.module);
  ready.result.from_cache = built.from_cache;
  ready.result.build_seconds = built.seconds;
  ready.built = built;
}

/// The probe beside an image, where nobody names modules.
std::vector<fs::path> modules_of(const KernelRequest &given) {
  const fs::path probe = fs::path(given.spec.base).parent_path() / probe_file;
  if (given.modules.empty() && fs::exists(probe))
    return {probe};
  return given.modules;
}

/// What the boot loader of a machine takes, of a vmlinux that it does not: the same bytes without
/// the ELF file around them, as arch/arm64/boot/Makefile makes them. Others are taken as they are.
/// `bytes` is what is in the file.
fs::path bootable(const fs::path &file, const std::string &bytes, const Machine &machine,
                  const Progress &progress) {
  const std::string wanted = fs::path(machine.image).filename().string();
  if (!bytes.starts_with("\177ELF") || wanted == "vmlinux" || machine.board.is_native)
    return file;
  if (wanted != "Image")
    throw bad_input(fmt::format("{}: expected a {}: the machine {} boots no vmlinux", file.string(),
                                wanted, machine.name));
  const std::string objcopy = machine.compiler_prefix + "objcopy";
  const CacheEntry entry = cached(
      "images", sha256(bytes + program_identity(objcopy)), progress, [&](const fs::path &folder) {
        (void)run_child_or_throw(
            {{objcopy, "-O", "binary", "-R", ".note", "-R", ".note.gnu.build-id", "-R", ".comment",
              "-S", file.string(), (folder / wanted).string()},
             ".",
             {},
             {}});
      });
  return entry.path / wanted;
}

void take_image(ReadyKernel &ready, const KernelRequest &given, const Machine &machine,
                const Progress &progress) {
  const std::string bytes = read_file(given.spec.base);
  ready.kernel.image = bootable(given.spec.base, bytes, machine, progress);
  ready.kernel.modules = modules_of(given);
  std::string lines = sha256(bytes);
  for (const fs::path &module : ready.kernel.modules) {
    const std::string sum = sha256_of_file(module);
    lines += sum;
    if (!given.modules.empty())
      ready.result.modules.push_back({module.string(), sum});
  }
  ready.kernel.key = sha256(lines);
  ready.kernel.named_modules = ready.result.modules;
}

void take_packaged(ReadyKernel &ready, const PackagedKernel &packaged) {
  ready.kernel.version = packaged.release;
  ready.kernel.key = packaged.key;
  ready.kernel.image = packaged.image;
  ready.kernel.modules = packaged.modules;
  ready.config = packaged.config;
  if (!packaged.config.empty())
    ready.kernel.config = split_lines(read_file(packaged.config));
  ready.result.title = packaged.name;
  if (!packaged.no_probe.empty())
    ready.result.title += ", without the probe: " + packaged.no_probe;
}

/// A kernel that is there already, in whatever form.
void take_given(ReadyKernel &ready, const KernelRequest &given, const Machine &machine,
                const Kit &kit, const Progress &progress) {
  switch (given.spec.kind) {
  case KernelSpec::Kind::package:
    return take_packaged(ready,
                         take_package(given.spec.base, machine, kit.module_source(), progress));
  case KernelSpec::Kind::debian:
    return take_packaged(ready,
                         take_debian(given.spec.base, machine, kit.module_source(), progress));
  case KernelSpec::Kind::image:
  case KernelSpec::Kind::tree:
    break;
  }
  take_image(ready, given, machine, progress);
}

} // namespace

ReadyKernel make_ready(const PlannedKernel &planned, const Machine &machine, const Kit &kit,
                       const fs::path &base_config, const Progress &progress) {
  ReadyKernel ready;
  ready.kernel.name = planned.name;
  ready.kernel.role = planned.role;
  ready.kernel.has_series = planned.has_series;
  ready.kernel.has_array = planned.has_array;
  ready.kernel.baseline = planned.baseline;
  ready.kernel.control = planned.control;
  ready.kernel.cases = cases_of(planned, machine.name);
  if (planned.mutant)
    for (const Demand &demand : planned.mutant->demands)
      if (demand.machine == machine.name)
        ready.kernel.demands[demand.case_name] = demand.rules;
  if (planned.tree) {
    ready.result.patchset = planned.patches.empty() ? "" : patches_key(planned.patches);
    take_built(ready, build(planned, machine, kit, base_config, progress));
  } else {
    take_given(ready, planned.given, machine, kit, progress);
  }
  ready.result.name = planned.name;
  ready.result.role = planned.role;
  ready.result.spec = planned.spec;
  if (!planned.title.empty())
    ready.result.title = planned.title;
  ready.result.version = ready.kernel.version;
  ready.result.key = ready.kernel.key;
  return ready;
}

} // namespace rmemcheck
