// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/case.h"

#include "base/error.h"
#include "base/toml_table.h"

#include <bit>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <regex>

namespace rmemcheck {
namespace {

/// The hazards are numbered from 1 to this.
constexpr std::uint64_t most_hazard = 26;

/// A power of two, but for a region that is to have a wrong one, which says so.
std::uint64_t read_alignment(TomlTable &reader, bool is_odd = false) {
  const std::uint64_t alignment = reader.size("alignment").value_or(0);
  if (is_odd == (alignment == 0 || std::has_single_bit(alignment)))
    reader.refuse("alignment",
                  is_odd ? "no power of two where odd-alignment is true" : "0 or a power of two");
  return alignment;
}

NoMapShare read_no_map_share(TomlTable &reader) {
  static const std::map<std::string, NoMapShare> shares = {
      {"none", NoMapShare::none}, {"alternate", NoMapShare::alternate}, {"all", NoMapShare::all}};
  const auto share = shares.find(reader.string("no-map").value_or("none"));
  if (share == shares.end())
    reader.refuse("no-map", "\"none\", \"alternate\" or \"all\"");
  return share->second;
}

RegionBlock read_block(TomlTable &reader) {
  RegionBlock block;
  block.name = reader.string("name").value_or(block.name);
  block.count = reader.size("count").value_or(0);
  if (block.count == 0)
    reader.refuse("count", "a number of regions, at least 1");
  block.boot_placed = reader.boolean("boot-placed", false);
  block.offset = reader.size("offset").value_or(0);
  block.gap = reader.size("gap").value_or(block.gap);
  block.alloc_ranges = reader.pairs("alloc-ranges");
  if (!block.boot_placed && reader.has("alloc-ranges"))
    reader.refuse("alloc-ranges", "nothing where boot-placed is false: the place is given");
  for (const char *key : {"offset", "gap"})
    if (block.boot_placed && reader.has(key))
      reader.refuse(key, "nothing where boot-placed is true: the kernel finds the place");
  if (!block.boot_placed && !reader.has("offset"))
    reader.refuse("offset", "the offset of the first region from the memory base");
  block.region_size = reader.size("region-size").value_or(block.region_size);
  if (block.region_size == 0)
    reader.refuse("region-size", "a size that is not zero");
  block.alignment = read_alignment(reader);
  if (!block.boot_placed && block.alignment != 0)
    reader.refuse("alignment", "nothing or 0 where boot-placed is false");
  block.no_map = read_no_map_share(reader);
  reader.finish();
  return block;
}

void read_place(TomlTable &reader, RegionRequest &region) {
  region.unchecked_reg = reader.has("unchecked-reg");
  region.reg = reader.pairs(region.unchecked_reg ? "unchecked-reg" : "reg", region.unchecked_reg);
  region.size = reader.size("size").value_or(0);
  region.has_odd_alignment = reader.boolean("odd-alignment", false);
  region.alignment = read_alignment(reader, region.has_odd_alignment);
  region.alloc_ranges = reader.pairs("alloc-ranges");
  const bool is_raw = region.raw.contains("reg") || region.raw.contains("size");
  for (const char *key : {"reg", "size"})
    if (region.raw.contains(key) && reader.has(key))
      reader.refuse("raw", "no reg and no size where there is one already");
  if (region.unchecked_reg && (is_raw || reader.has("reg")))
    reader.refuse("unchecked-reg", "no other reg beside it");
  region.has_place = !reader.boolean("no-place", false);
  for (const char *key : {"reg", "unchecked-reg", "size", "alignment", "alloc-ranges"})
    if (!region.has_place && (reader.has(key) || region.raw.contains(key)))
      reader.refuse("no-place", "no place beside it");
  if (region.has_place && !is_raw && !region.unchecked_reg &&
      reader.has("reg") == reader.has("size"))
    reader.refuse(reader.has("size") ? "size" : "reg", "one of reg and size");
  if (reader.has("reg") && region.reg.empty())
    reader.refuse("reg", pairs_words);
  if (reader.has("size") && region.size == 0)
    reader.refuse("size", "a size that is not zero");
  for (const char *key : {"alignment", "alloc-ranges"})
    if (reader.has("reg") && reader.has(key))
      reader.refuse(key, "nothing where there is a reg: the place is given");
}

RegionRequest read_region(TomlTable &reader) {
  RegionRequest region;
  const auto name = reader.string("name");
  if (!name)
    reader.refuse("name", "a name without unit address");
  region.name = *name;
  region.raw_name = reader.string("raw-name").value_or("");
  region.raw = reader.bytes("raw");
  read_place(reader, region);
  region.no_map = reader.boolean("no-map", false);
  region.reusable = reader.boolean("reusable", false);
  region.enabled = reader.boolean("enabled", true);
  region.compatible = reader.strings("compatible");
  region.flags = reader.strings("flags");
  reader.finish();
  return region;
}

DeviceRequest read_device(TomlTable &reader) {
  DeviceRequest device;
  device.name = reader.required_string("name", "a name without unit address");
  device.regions = reader.strings("regions");
  reader.finish();
  return device;
}

/// What the kernel of a crash has left in /chosen.
void read_crash(TomlTable &reader, TreeRequest &tree) {
  tree.elfcorehdr = reader.pairs("elfcorehdr");
  tree.usable_memory = reader.pairs("usable-memory");
  if (tree.elfcorehdr.size() > 1)
    reader.refuse("elfcorehdr", "one [offset, size] in a list");
}

/// "6.5" and the like.
std::string read_version(TomlTable &reader) {
  auto version = reader.string("version").value_or("");
  static const std::regex dotted("[0-9]+\\.[0-9]+");
  if (!std::regex_match(version, dotted))
    reader.refuse("version", "a kernel version such as \"6.5\"");
  return version;
}

FailsWhere read_fails_where(TomlTable &reader) {
  FailsWhere fails;
  if (reader.has("version"))
    fails.before = read_version(reader);
  fails.machines = reader.strings("machines");
  fails.rules = reader.strings("rules");
  if (fails.before.empty() && fails.machines.empty())
    reader.refuse("machines", "names of machines, or a version");
  if (fails.rules.empty())
    reader.refuse("rules", "names of rules");
  reader.finish();
  return fails;
}

std::optional<Cells> read_root_cells(TomlTable &reader) {
  const std::vector<std::uint64_t> cells = reader.numbers("root-cells", 1, 2);
  if (cells.empty())
    return std::nullopt;
  if (cells.size() != 2)
    reader.refuse("root-cells", "[cells of an address, cells of a size]");
  return Cells{static_cast<int>(cells[0]), static_cast<int>(cells[1])};
}

TreeRequest read_tree(TomlTable &reader) {
  TreeRequest tree;
  tree.node = reader.boolean("node", true);
  tree.node_name = reader.string("node-name").value_or(tree.node_name);
  tree.root_cells = read_root_cells(reader);
  tree.nodes = reader.strings("nodes");
  tree.mixed_order = reader.boolean("mixed-order", false);
  tree.memreserve = reader.pairs("memreserve");
  for (TomlTable &block : reader.tables("block"))
    tree.blocks.push_back(read_block(block));
  for (TomlTable &region : reader.tables("region"))
    tree.regions.push_back(read_region(region));
  for (TomlTable &device : reader.tables("device"))
    tree.devices.push_back(read_device(device));
  tree.node_raw = reader.bytes("node-raw");
  tree.node_without = reader.strings("node-without");
  read_crash(reader, tree);
  for (const char *key : {"block", "region", "node-name", "node-raw", "node-without"})
    if (!tree.node && reader.has(key))
      reader.refuse(key, "none where node is false");
  return tree;
}

} // namespace

Case read_case(const std::filesystem::path &path) {
  const TomlFile file(path);
  TomlTable reader = file.root();
  Case result;
  result.name = path.stem().string();
  result.title = reader.string("title").value_or("");
  if (result.title.empty() || result.title.find('\n') != std::string::npos)
    reader.refuse("title", "one line that says what the case is about");
  result.baseline_fails = reader.strings("baseline-fails");
  for (const char *key : {"baseline-fails-before", "baseline-fails-on"})
    for (TomlTable &fails : reader.tables(key))
      result.baseline_fails_where.push_back(read_fails_where(fails));
  result.hazards = reader.numbers("hazards", 1, most_hazard);
  result.left_out = reader.size("left-out").value_or(0);
  result.needs = reader.strings("needs");
  result.needs_cells = reader.size("needs-cells").value_or(0);
  result.append = reader.string("append").value_or("");
  result.tree = read_tree(reader);
  reader.finish();
  try {
    check_names(result.tree);
  } catch (const Error &error) {
    throw bad_input(fmt::format("{}: {}", path.string(), error.what()));
  }
  return result;
}

} // namespace rmemcheck
