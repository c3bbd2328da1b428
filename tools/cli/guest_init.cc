// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest_init.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "kernel/build.h"

#include <fmt/format.h>
#include <unistd.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> compile_command(const Machine &machine, const fs::path &source,
                                         const fs::path &target) {
  return {machine.compiler_prefix + "gcc",
          "-O2",
          "-static",
          "-s",
          "-Wall",
          "-Wextra",
          source.string(),
          "-o",
          target.string()};
}

std::string content_key(const Machine &machine, const fs::path &source) {
  const ChildResult compiler =
      run_child_or_throw({{machine.compiler_prefix + "gcc", "--version"}, ".", {}, {}});
  return sha256(read_file(source) + compiler.out + to_shell(compile_command(machine, "", "")));
}

} // namespace

fs::path guest_init(const Machine &machine, const Kit &kit, ProgressLine &progress) {
  const fs::path source = kit.guest() / "init.c";
  const fs::path target = cache_folder() / "init" / content_key(machine, source);
  if (fs::exists(target))
    return target;
  progress.step("compiling PID 1 of the guest", -1);
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  if (error)
    throw could_not_find_out(
        fmt::format("{}: cannot be made: {}", target.parent_path().string(), error.message()));
  fs::path partial = target;
  partial += fmt::format(".partial-{}", ::getpid());
  try {
    run_child_or_throw({compile_command(machine, source, partial), ".", {}, {}});
    fs::rename(partial, target);
  } catch (...) {
    fs::remove(partial, error);
    throw;
  }
  return target;
}

} // namespace rmemcheck
