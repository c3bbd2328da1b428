// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/source.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

#include <fmt/format.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

/// dtc names the file and the line of what it cannot read.
std::string run_dtc(std::vector<std::string> words, const fs::path &path) {
  words.insert(words.begin(), "dtc");
  words.push_back(fs::absolute(path).string());
  const ChildResult result = run_child({words, ".", {}, {}});
  if (result.status != 0)
    throw bad_input(fmt::format("{}: expected a device tree: {}", path.string(),
                                result.err.substr(0, result.err.find_last_not_of('\n') + 1)));
  return result.out;
}

/// What of a source comes first, but for blank space and comments.
bool is_source(const fs::path &path, const std::string &bytes) {
  return path.extension() == ".dts" || bytes.find("/dts-v1/") != std::string::npos;
}

} // namespace

std::string compiled_tree(const fs::path &source) {
  return run_dtc({"-q", "-I", "dts", "-O", "dtb"}, source);
}

std::string read_tree(const fs::path &path) {
  // A folder's names and values are what they are: nothing in it is refused.
  if (fs::is_directory(path)) {
    if (!fs::exists(path / "#address-cells") && !fs::exists(path / "compatible"))
      throw bad_input(fmt::format("{}: expected a device tree's folder, such as /proc/device-tree: "
                                  "it has neither #address-cells nor compatible",
                                  path.string()));
    return run_dtc({"-q", "-q", "-f", "-I", "fs", "-O", "dtb"}, path);
  }
  std::string bytes = read_file(path);
  constexpr std::string_view dtb_magic = "\xd0\x0d\xfe\xed";
  if (!bytes.starts_with(dtb_magic) && is_source(path, bytes))
    return compiled_tree(path);
  return bytes;
}

} // namespace rmemcheck
