// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/case_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rmemcheck {
namespace {

using Pairs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// Names that a tree may have need no escape, but other text may.
std::string quoted(const std::string &text) {
  std::string value = "\"";
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\')
      value += fmt::format("\\{}", letter);
    else
      value +=
          code < 0x20 || code == 0x7f ? fmt::format("\\u{:04x}", code) : std::string(1, letter);
  }
  return value + '"';
}

std::string hex(std::uint64_t number) { return fmt::format("\"{:#x}\"", number); }

std::string list_of(const std::vector<std::string> &items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string strings(const std::vector<std::string> &texts) {
  std::vector<std::string> items;
  items.reserve(texts.size());
  for (const std::string &text : texts)
    items.push_back(quoted(text));
  return list_of(items);
}

std::string pairs(const Pairs &ranges) {
  std::vector<std::string> items;
  items.reserve(ranges.size());
  for (const auto &[offset, size] : ranges)
    items.push_back(list_of({hex(offset), hex(size)}));
  return list_of(items);
}

std::string bytes(const std::map<std::string, std::string> &properties) {
  std::vector<std::string> items;
  for (const auto &[name, value] : properties) {
    std::string digits;
    for (const char each : value)
      digits += fmt::format("{:02x}", static_cast<unsigned char>(each));
    items.push_back(fmt::format("{} = \"{}\"", quoted(name), digits));
  }
  return fmt::format("{{ {} }}", fmt::join(items, ", "));
}

/// Lines "key = value" of one table; what says nothing is left out.
class Table {
public:
  void value(const char *key, const std::string &text) {
    text_ += fmt::format("{} = {}\n", key, text);
  }
  void string(const char *key, const std::string &text) {
    if (!text.empty())
      value(key, quoted(text));
  }
  void number(const char *key, std::uint64_t number) {
    if (number != 0)
      value(key, hex(number));
  }
  void flag(const char *key, bool is_set) {
    if (is_set)
      value(key, "true");
  }
  /// A list or a table, `write` of `items`.
  template <typename Items>
  void list(const char *key, const Items &items, std::string (*write)(const Items &)) {
    if (!items.empty())
      value(key, write(items));
  }
  void heading(const char *name) { text_ += fmt::format("\n[[{}]]\n", name); }
  std::string text() { return std::move(text_); }

private:
  std::string text_;
};

constexpr const char *share_names[] = {"none", "alternate", "all"}; // NoMapShare

void add_block(Table &table, const RegionBlock &block) {
  table.heading("block");
  table.string("name", block.name);
  table.value("count", std::to_string(block.count));
  table.flag("boot-placed", block.boot_placed);
  if (!block.boot_placed) {
    table.value("offset", hex(block.offset));
    table.value("gap", hex(block.gap));
  }
  table.value("region-size", hex(block.region_size));
  table.number("alignment", block.alignment);
  table.list("alloc-ranges", block.alloc_ranges, pairs);
  table.string("no-map", share_names[static_cast<int>(block.no_map)]);
}

void add_region(Table &table, const RegionRequest &region) {
  table.heading("region");
  table.string("name", region.name);
  table.string("raw-name", region.raw_name);
  table.list(region.unchecked_reg ? "unchecked-reg" : "reg", region.reg, pairs);
  table.number("size", region.size);
  table.flag("no-place", !region.has_place);
  table.number("alignment", region.alignment);
  table.flag("odd-alignment", region.has_odd_alignment);
  table.list("alloc-ranges", region.alloc_ranges, pairs);
  table.flag("no-map", region.no_map);
  table.flag("reusable", region.reusable);
  if (!region.enabled)
    table.value("enabled", "false");
  table.list("compatible", region.compatible, strings);
  table.list("flags", region.flags, strings);
  table.list("raw", region.raw, bytes);
}

void add_tree(Table &table, const TreeRequest &tree) {
  if (!tree.node)
    table.value("node", "false");
  else if (tree.node_name != TreeRequest().node_name)
    table.string("node-name", tree.node_name);
  if (tree.root_cells)
    table.value("root-cells",
                fmt::format("[{}, {}]", tree.root_cells->address, tree.root_cells->size));
  table.list("nodes", tree.nodes, strings);
  table.flag("mixed-order", tree.mixed_order);
  table.list("memreserve", tree.memreserve, pairs);
  table.list("node-raw", tree.node_raw, bytes);
  table.list("node-without", tree.node_without, strings);
  table.list("elfcorehdr", tree.elfcorehdr, pairs);
  table.list("usable-memory", tree.usable_memory, pairs);
  for (const RegionBlock &block : tree.blocks)
    add_block(table, block);
  for (const RegionRequest &region : tree.regions)
    add_region(table, region);
  for (const DeviceRequest &device : tree.devices) {
    table.heading("device");
    table.string("name", device.name);
    table.list("regions", device.regions, strings);
  }
}

void add_fails_where(Table &table, const FailsWhere &fails) {
  table.heading(fails.before.empty() ? "baseline-fails-on" : "baseline-fails-before");
  table.string("version", fails.before);
  table.list("machines", fails.machines, strings);
  table.list("rules", fails.rules, strings);
}

std::string numbers(const std::vector<std::uint64_t> &all) {
  return fmt::format("[{}]", fmt::join(all, ", "));
}

} // namespace

std::string case_text(const Case &what) {
  Table table;
  table.string("title", what.title);
  table.list("hazards", what.hazards, numbers);
  table.list("baseline-fails", what.baseline_fails, strings);
  table.number("left-out", what.left_out);
  table.list("needs", what.needs, strings);
  table.number("needs-cells", what.needs_cells);
  table.string("append", what.append);
  add_tree(table, what.tree);
  for (const FailsWhere &fails : what.baseline_fails_where)
    add_fails_where(table, fails);
  return "# SPDX-License-Identifier: GPL-2.0-or-later\n" + table.text();
}

} // namespace rmemcheck
