// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/counter_plugin.h"

#include "base/file.h"
#include "base/process.h"
#include "kernel/cache.h"

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> compile_command(const fs::path &source, const fs::path &target) {
  return {"gcc",   "-O2",     "-shared", "-fPIC",         "-fvisibility=hidden",
          "-Wall", "-Wextra", "-o",      target.string(), source.string()};
}

} // namespace

fs::path build_counter_plugin(const fs::path &source, const Progress &progress) {
  const std::string key =
      sha256(read_file(source) + program_identity("gcc") + to_shell(compile_command("", "")));
  const CacheEntry entry = cached("counter", key, progress, [&](const fs::path &folder) {
    progress("compiling QEMU's plugin", -1);
    run_child_or_throw({compile_command(source, folder / "counter.so"), ".", {}, {}});
  });
  return entry.path / "counter.so";
}

} // namespace rmemcheck
