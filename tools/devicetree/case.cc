// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"
#include "base/file.h"
#include "devicetree/make.h"
#include "devicetree/size.h"

#include <bit>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <toml++/toml.h>

namespace rmemcheck {
namespace {

constexpr const char *size_words = "a size such as 65536, \"0x10000\", \"64K\", \"16M\" or \"1G\"";
constexpr const char *pairs_words = "a list of [offset, size], such as [[\"64M\", \"64K\"]]";

/// Reads one TOML table and remembers which keys it was asked for, so that the rest can be
/// refused.
class TableReader {
public:
  TableReader(std::string file, const toml::table &table) : file_(std::move(file)), table_(table) {}

  [[noreturn]] void refuse(const toml::source_region &where, std::string_view key,
                           std::string_view expected) const {
    throw bad_input(fmt::format("{}:{}: {}: expected {}", file_, where.begin.line, key, expected));
  }
  /// Refuses the value of a key, or the whole table if the key is not there.
  [[noreturn]] void refuse(const char *key, std::string_view expected) const {
    const toml::node *node = table_.get(key);
    refuse(node != nullptr ? node->source() : table_.source(), key, expected);
  }

  [[nodiscard]] bool has(const char *key) const { return table_.contains(key); }

  bool boolean(const char *key, bool fallback) {
    return scalar<bool>(key, "true or false").value_or(fallback);
  }
  std::optional<std::string> string(const char *key) {
    return scalar<std::string>(key, "a string");
  }
  std::vector<std::string> strings(const char *key) {
    std::vector<std::string> result;
    for_each(key, "a list of strings", [&](const toml::node &node) {
      const auto value = node.value_exact<std::string>();
      if (value)
        result.push_back(*value);
      return value.has_value();
    });
    return result;
  }
  std::optional<std::uint64_t> size(const char *key) {
    const toml::node *node = get(key);
    if (node == nullptr)
      return std::nullopt;
    const auto value = to_size(*node);
    if (!value)
      refuse(key, size_words);
    return value;
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs(const char *key) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> result;
    for_each(key, pairs_words, [&](const toml::node &node) {
      const toml::array *pair = node.as_array();
      if (pair == nullptr || pair->size() != 2)
        return false;
      const auto offset = to_size(*pair->get(0));
      const auto bytes = to_size(*pair->get(1));
      if (!offset || !bytes)
        return false;
      if (*bytes == 0)
        refuse(node.source(), key, "a size that is not zero");
      result.emplace_back(*offset, *bytes);
      return true;
    });
    return result;
  }
  std::vector<TableReader> tables(const char *key) {
    std::vector<TableReader> result;
    for_each(key, fmt::format("tables, [[{}]]", key), [&](const toml::node &node) {
      if (node.is_table())
        result.emplace_back(file_, *node.as_table());
      return node.is_table();
    });
    return result;
  }

  /// Refuses every key that nobody asked for.
  void finish() const {
    for (const auto &[key, value] : table_)
      if (!asked_.contains(std::string(key.str())))
        refuse(key.source(), key.str(), fmt::format("one of {}", fmt::join(asked_, ", ")));
  }

private:
  const toml::node *get(const char *key) {
    asked_.insert(key);
    return table_.get(key);
  }
  template <typename Value>
  std::optional<Value> scalar(const char *key, std::string_view expected) {
    const toml::node *node = get(key);
    if (node == nullptr)
      return std::nullopt;
    const auto value = node->value_exact<Value>();
    if (!value)
      refuse(key, expected);
    return value;
  }
  /// `take` returns false for an entry that is not what was expected.
  template <typename Take>
  void for_each(const char *key, const std::string &expected, const Take &take) {
    const toml::node *node = get(key);
    if (node == nullptr)
      return;
    if (!node->is_array())
      refuse(key, expected);
    for (const toml::node &entry : *node->as_array())
      if (!take(entry))
        refuse(entry.source(), key, expected);
  }
  static std::optional<std::uint64_t> to_size(const toml::node &node) {
    if (const auto number = node.value_exact<std::int64_t>(); number && *number >= 0)
      return static_cast<std::uint64_t>(*number);
    const auto text = node.value_exact<std::string>();
    return text ? parse_size(*text) : std::nullopt;
  }

  std::string file_;
  const toml::table &table_;
  std::set<std::string> asked_;
};

std::uint64_t read_alignment(TableReader &reader) {
  const std::uint64_t alignment = reader.size("alignment").value_or(0);
  if (alignment != 0 && !std::has_single_bit(alignment))
    reader.refuse("alignment", "0 or a power of two");
  return alignment;
}

NoMapShare read_no_map_share(TableReader &reader) {
  static const std::map<std::string, NoMapShare> shares = {
      {"none", NoMapShare::none}, {"alternate", NoMapShare::alternate}, {"all", NoMapShare::all}};
  const auto share = shares.find(reader.string("no-map").value_or("none"));
  if (share == shares.end())
    reader.refuse("no-map", "\"none\", \"alternate\" or \"all\"");
  return share->second;
}

RegionBlock read_block(TableReader &reader) {
  RegionBlock block;
  block.name = reader.string("name").value_or(block.name);
  block.count = reader.size("count").value_or(0);
  if (block.count == 0)
    reader.refuse("count", "a number of regions, at least 1");
  block.boot_placed = reader.boolean("boot-placed", false);
  block.offset = reader.size("offset").value_or(0);
  block.gap = reader.size("gap").value_or(block.gap);
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

void read_place(TableReader &reader, RegionRequest &region) {
  region.reg = reader.pairs("reg");
  region.size = reader.size("size").value_or(0);
  region.alignment = read_alignment(reader);
  region.alloc_ranges = reader.pairs("alloc-ranges");
  if (reader.has("reg") == reader.has("size"))
    reader.refuse(reader.has("size") ? "size" : "reg", "one of reg and size");
  if (reader.has("reg") && region.reg.empty())
    reader.refuse("reg", pairs_words);
  if (reader.has("size") && region.size == 0)
    reader.refuse("size", "a size that is not zero");
  for (const char *key : {"alignment", "alloc-ranges"})
    if (reader.has("reg") && reader.has(key))
      reader.refuse(key, "nothing where there is a reg: the place is given");
}

RegionRequest read_region(TableReader &reader) {
  RegionRequest region;
  const auto name = reader.string("name");
  if (!name)
    reader.refuse("name", "a name without unit address");
  region.name = *name;
  read_place(reader, region);
  region.no_map = reader.boolean("no-map", false);
  region.reusable = reader.boolean("reusable", false);
  region.enabled = reader.boolean("enabled", true);
  region.compatible = reader.strings("compatible");
  region.flags = reader.strings("flags");
  reader.finish();
  return region;
}

TreeRequest read_tree(TableReader &reader) {
  TreeRequest tree;
  tree.node = reader.boolean("node", true);
  tree.mixed_order = reader.boolean("mixed-order", false);
  tree.memreserve = reader.pairs("memreserve");
  for (TableReader &block : reader.tables("block"))
    tree.blocks.push_back(read_block(block));
  for (TableReader &region : reader.tables("region"))
    tree.regions.push_back(read_region(region));
  for (const char *key : {"block", "region"})
    if (!tree.node && reader.has(key))
      reader.refuse(key, "none where node is false");
  return tree;
}

} // namespace

Case read_case(const std::filesystem::path &path) {
  const std::string file = path.string();
  const std::string text = read_file(path);
  toml::table table;
  try {
    table = toml::parse(text, file);
  } catch (const toml::parse_error &error) {
    throw bad_input(fmt::format("{}:{}: expected TOML: {}", file, error.source().begin.line,
                                error.description()));
  }
  TableReader reader(file, table);
  Case result;
  result.name = path.stem().string();
  result.title = reader.string("title").value_or("");
  if (result.title.empty() || result.title.find('\n') != std::string::npos)
    reader.refuse("title", "one line that says what the case is about");
  result.baseline_fails = reader.strings("baseline-fails");
  result.append = reader.string("append").value_or("");
  result.tree = read_tree(reader);
  reader.finish();
  return result;
}

} // namespace rmemcheck
