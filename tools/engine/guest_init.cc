// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/guest_init.h"

#include "base/file.h"
#include "base/process.h"
#include "kernel/cache.h"

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
  return sha256(read_file(source) + program_identity(machine.compiler_prefix + "gcc") +
                to_shell(compile_command(machine, "", "")));
}

} // namespace

fs::path guest_init(const Machine &machine, const Kit &kit, const Progress &progress) {
  const fs::path source = kit.guest() / "init.c";
  const CacheEntry entry =
      cached("init", content_key(machine, source), progress, [&](const fs::path &folder) {
        progress("compiling PID 1 of the guest", -1);
        run_child_or_throw({compile_command(machine, source, folder / "init"), ".", {}, {}});
      });
  return entry.path / "init";
}

fs::path kernel_for_dump(const Machine &machine, const Kit &kit, const Progress &progress) {
  return machine.board.dumps_tree_with_kernel ? guest_init(machine, kit, progress) : fs::path();
}

} // namespace rmemcheck
