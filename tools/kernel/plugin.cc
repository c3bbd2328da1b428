// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/plugin.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "kernel/cache.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// Where the compiler looks for plugins and keeps their headers. Of a folder that is not there it
/// prints the name alone.
fs::path headers_of(const std::string &compiler) {
  std::string folder = run_child_or_throw({{compiler, "-print-file-name=plugin"}, ".", {}, {}}).out;
  folder.erase(folder.find_last_not_of('\n') + 1);
  fs::path headers = fs::path(folder) / "include";
  if (!fs::is_regular_file(headers / "gcc-plugin.h"))
    throw could_not_find_out(compiler + ": the headers for its plugins are not installed");
  return headers;
}

} // namespace

fs::path build_plugin(const fs::path &source, const std::string &compiler,
                      const Progress &progress) {
  const fs::path headers = headers_of(compiler);
  const std::string key =
      sha256(fmt::format("plugin 1\n{}\n{}\n{}\n{}", sha256_of_file(source),
                         program_identity(compiler), program_identity("g++"), headers.string()));
  const CacheEntry entry = cached("plugins", key, progress, [&](const fs::path &folder) {
    progress("compiling the compiler's plugin", -1);
    run_child_or_throw({{"g++", "-shared", "-fPIC", "-fno-rtti", "-O1", "-isystem",
                         headers.string(), "-o", (folder / "plugin.so").string(), source.string()},
                        ".",
                        {{"LC_ALL", "C"}},
                        {}});
  });
  return entry.path / "plugin.so";
}

} // namespace rmemcheck
