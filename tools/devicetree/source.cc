// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/source.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "devicetree/dtb.h"

#include <fmt/format.h>
#include <libfdt.h>

namespace rmemcheck {
namespace {

namespace fs = std::filesystem;

ChildResult run_dtc(std::vector<std::string> words, const fs::path &path) {
  words.insert(words.begin(), "dtc");
  words.push_back(fs::absolute(path).string());
  return run_child({words, ".", {}, {}});
}

/// dtc names the file and the line of what it cannot read.
std::string tree_of(const ChildResult &result, const fs::path &path, const char *remedy = "") {
  if (result.status != 0)
    throw bad_input(fmt::format("{}: expected a device tree{}: {}", path.string(), remedy,
                                result.err.substr(0, result.err.find_last_not_of('\n') + 1)));
  return result.out;
}

/// As those of the kernel's own boards, which make dtbs hands to the preprocessor first.
bool has_include(const std::string &text) {
  return text.starts_with("#include") || text.find("\n#include") != std::string::npos;
}

/// What of a source comes first, but for blank space and comments.
bool is_source(const fs::path &path, const std::string &bytes) {
  return path.extension() == ".dts" || bytes.find("/dts-v1/") != std::string::npos;
}

} // namespace

std::string compiled_tree(const fs::path &source) {
  const ChildResult result = run_dtc({"-q", "-I", "dts", "-O", "dtb"}, source);
  if (result.status != 0 && has_include(read_file(source)))
    return tree_of(result, source,
                   ", without #include: the DTB that \"make dtbs\" makes of it will do");
  return tree_of(result, source);
}

std::string read_tree(const fs::path &path) {
  // A folder's names and values are what they are: nothing in it is refused.
  if (is_folder(path)) {
    if (!is_found(path / "#address-cells") && !is_found(path / "compatible"))
      throw bad_input(fmt::format("{}: expected a device tree's folder, such as /proc/device-tree: "
                                  "it has neither #address-cells nor compatible",
                                  path.string()));
    return tree_of(run_dtc({"-q", "-q", "-f", "-I", "fs", "-O", "dtb"}, path), path);
  }
  std::string bytes = read_file(path);
  constexpr std::string_view dtb_magic = "\xd0\x0d\xfe\xed";
  if (!bytes.starts_with(dtb_magic) && is_source(path, bytes))
    return compiled_tree(path);
  return bytes;
}

void refuse_overlay(const std::string &dtb, const std::string &origin) {
  const Dtb tree(dtb, origin);
  int node = 0;
  fdt_for_each_subnode(node, tree.blob(), 0) {
    if (fdt_subnode_offset(tree.blob(), node, "__overlay__") >= 0)
      throw bad_input(fmt::format("{}: expected a board's tree, and /{}/__overlay__ is for one: "
                                  "fdtoverlay puts them together",
                                  origin, fdt_get_name(tree.blob(), node, nullptr)));
  }
}

} // namespace rmemcheck
