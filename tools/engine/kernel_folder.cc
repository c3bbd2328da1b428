// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernel_folder.h"

#include "base/error.h"
#include "base/file.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// Through memory, since the library's copy does not say why it failed. Its permissions are kept.
void copy_one(const fs::path &from, const fs::path &to) {
  std::string bytes;
  try {
    bytes = read_file(from);
  } catch (const Error &error) { // a cache entry that is gone is nobody's input
    throw could_not_find_out(error.what());
  }
  write_file(to, bytes);
  fs::permissions(to, fs::status(from).permissions());
}

} // namespace

void copy_kernel(const BuiltKernel &kernel, const Machine &machine, const fs::path &folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw could_not_find_out(
        fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  copy_one(kernel.image, folder / fs::path(machine.image).filename());
  copy_one(kernel.config, folder / ".config");
  copy_one(kernel.system_map, folder / "System.map");
  if (!kernel.module.empty())
    copy_one(kernel.module, folder / kernel.module.filename());
  const fs::path vmlinux = kernel.system_map.parent_path() / "vmlinux";
  if (fs::exists(vmlinux))
    copy_one(vmlinux, folder / "vmlinux");
}

} // namespace rmemcheck
