// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/reserved_memory.h"

#include "base/range_set.h"
#include "devicetree/dtb.h"

#include <algorithm>
#include <fmt/format.h>
#include <libfdt.h>
#include <limits>
#include <strings.h>
#include <utility>

namespace rmemcheck {
namespace {

constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();

/// A tuple of reg or alloc-ranges as it stands in the tree.
struct Tuple {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  bool fits = true; ///< both into 64 bits
  /// The last byte, too, must have an address.
  [[nodiscard]] bool overflows() const { return !fits || (size != 0 && size - 1 > highest - base); }
  /// Its end, for lack of a better one, is the last byte where it would be 2^64.
  [[nodiscard]] PhysicalRange range() const {
    return {base, overflows() ? base : base + std::min(size, highest - base)};
  }
};

std::vector<Tuple> read_tuples(std::string_view value, const Cells &cells) {
  std::vector<Tuple> tuples;
  for (std::size_t at = 0; at + cells.tuple_bytes() <= value.size(); at += cells.tuple_bytes())
    tuples.push_back({read_cells(value, at, cells.address),
                      read_cells(value, at + cells.address_bytes(), cells.size),
                      fits_64_bits(value, at, cells.address) &&
                          fits_64_bits(value, at + cells.address_bytes(), cells.size)});
  return tuples;
}

/// Puts the tuples of reg into the region. Returns what is wrong, or nothing.
std::string read_reg(ReservedRegion &region, std::string_view value, const Cells &cells) {
  if (value.empty())
    return "reg: empty";
  if (std::string fault = length_fault("reg", value, cells); !fault.empty())
    return fault;
  const std::vector<Tuple> tuples = read_tuples(value, cells);
  std::string wrong;
  for (const Tuple &tuple : tuples) {
    region.reg.push_back(tuple.range());
    if (wrong.empty() && tuple.overflows())
      wrong = fmt::format("reg: {:#x} and {:#x} bytes end beyond 64 bits", tuple.base, tuple.size);
  }
  return wrong.empty() && tuples.front().size == 0 ? "reg: zero size" : wrong;
}

/// Whether a reg that is read says nothing of where the region is: its first tuple has no size.
bool is_placeholder(const ReservedRegion &region, std::string_view value, const Cells &cells) {
  const std::vector<Tuple> tuples = read_tuples(value, cells);
  return !region.reg.empty() && tuples.front().size == 0 && !tuples.front().overflows();
}

/// Reads a property of exactly one number. Returns what is wrong, or nothing.
std::string read_number(std::uint64_t &number, const char *name, std::string_view value,
                        int cells) {
  const std::size_t bytes = static_cast<std::size_t>(cells) * 4;
  if (value.size() != bytes)
    return fmt::format("{}: length {} is not {}", name, value.size(), bytes);
  if (!fits_64_bits(value, 0, cells))
    return fmt::format("{}: more than 64 bits", name);
  number = read_cells(value, 0, cells);
  return "";
}

std::string read_alloc_ranges(ReservedRegion &region, std::string_view value, const Cells &cells) {
  if (value.empty())
    return "alloc-ranges: empty";
  if (std::string fault = length_fault("alloc-ranges", value, cells); !fault.empty())
    return fault;
  for (const Tuple &tuple : read_tuples(value, cells))
    region.alloc_ranges.push_back(tuple.range());
  return "";
}

constexpr const char *zero_size = "size: zero";

/// __reserved_mem_alloc_size() at v6.9. Returns what is wrong, or nothing.
std::string read_boot_placed(ReservedRegion &region, const Node &node, const Cells &cells) {
  const auto size = node.property("size");
  if (!size) {
    region.skipped_silently = true;
    return "neither reg nor size";
  }
  std::string wrong = read_number(region.size, "size", *size, cells.size);
  if (wrong.empty() && region.size == 0)
    wrong = zero_size;
  if (const auto alignment = node.property("alignment"); wrong.empty() && alignment)
    wrong = read_number(region.alignment, "alignment", *alignment, cells.address);
  if (const auto ranges = node.property("alloc-ranges"); wrong.empty() && ranges)
    wrong = read_alloc_ranges(region, *ranges, cells);
  return wrong;
}

std::vector<std::string> read_strings(std::string_view value) {
  std::vector<std::string> strings;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('\0'), value.size());
    strings.emplace_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return strings;
}

ReservedRegion read_region(const Dtb &dtb, int offset) {
  const Node node(dtb, offset);
  const Cells &cells = dtb.root_cells();
  ReservedRegion region;
  region.name = fdt_get_name(dtb.blob(), offset, nullptr);
  region.enabled = is_available(node);
  region.no_map = node.has("no-map");
  region.reusable = node.has("reusable");
  region.cma_default = node.has("linux,cma-default");
  region.dma_default = node.has("linux,dma-default");
  region.compatible = read_strings(node.property("compatible").value_or(""));
  region.phandle = node.phandle();
  // reg wins over size, even where it is malformed, but for one without a size.
  const auto reg = node.property("reg");
  if (reg)
    region.malformed = read_reg(region, *reg, cells);
  const bool is_placed_all_the_same =
      reg && node.has("size") && is_placeholder(region, *reg, cells);
  if (is_placed_all_the_same)
    region.placeholder_reg = std::exchange(region.reg, {});
  if (!reg || is_placed_all_the_same)
    region.malformed = read_boot_placed(region, node, cells);
  region.is_placeholder = !is_placed_all_the_same && reg ? is_placeholder(region, *reg, cells)
                                                         : region.malformed == zero_size;
  return region;
}

/// __reserved_mem_check_root() at v6.9. Returns why the node is not read, or nothing.
std::string check_node(const Dtb &dtb, int node) {
  const struct {
    const char *name;
    int root;
  } wanted[] = {{"#size-cells", dtb.root_cells().size},
                {"#address-cells", dtb.root_cells().address}};
  for (const auto &[name, root] : wanted) {
    const auto value = dtb.property(node, name);
    if (!value || value->size() < 4)
      return fmt::format("no {}", name);
    if (const std::uint64_t found = read_cells(*value, 0, 1);
        found != static_cast<std::uint64_t>(root))
      return fmt::format("{} is {}, the root has {}", name, found, root);
  }
  return dtb.has(node, "ranges") ? "" : "no ranges";
}

/// As memblock takes it, which caps it at the end of the address space.
PhysicalRange range_of(const Tuple &tuple) {
  return {tuple.base, tuple.overflows() ? highest : tuple.base + tuple.size};
}

/// Of one node of memory.
std::vector<PhysicalRange> memory_of(const Dtb &dtb, int node) {
  std::vector<PhysicalRange> memory;
  auto value = dtb.property(node, "linux,usable-memory");
  if (!value)
    value = dtb.property(node, "reg");
  for (const Tuple &tuple : read_tuples(value.value_or(""), dtb.root_cells()))
    if (tuple.size != 0)
      memory.push_back(range_of(tuple));
  return memory;
}

/// early_init_dt_scan_memory() at v6.9: enabled nodes right below the root.
void read_memory(ReservedMemory &result, const Dtb &dtb) {
  std::vector<PhysicalRange> memory;
  int node = 0;
  fdt_for_each_subnode(node, dtb.blob(), 0) {
    if (dtb.string(node, "device_type") != "memory")
      continue;
    std::vector<PhysicalRange> ranges = memory_of(dtb, node);
    if (is_available(dtb, node))
      memory.insert(memory.end(), ranges.begin(), ranges.end());
    else
      result.disabled_memory.push_back({fdt_get_name(dtb.blob(), node, nullptr),
                                        std::string(dtb.string(node, "status").value_or("")),
                                        std::move(ranges)});
  }
  result.memory = RangeSet(std::move(memory)).ranges();
}

std::vector<PhysicalRange> read_memreserve(const Dtb &dtb) {
  std::vector<PhysicalRange> ranges;
  const int count = fdt_num_mem_rsv(dtb.blob());
  for (int index = 0; index < count; ++index) {
    Tuple tuple;
    if (fdt_get_mem_rsv(dtb.blob(), index, &tuple.base, &tuple.size) == 0)
      ranges.push_back(range_of(tuple));
  }
  return ranges;
}

/// Tuples of a property of /chosen, whole ones alone.
std::vector<PhysicalRange> chosen_ranges(const Dtb &dtb, int chosen, const char *name) {
  std::vector<PhysicalRange> ranges;
  for (const Tuple &tuple : read_tuples(dtb.property(chosen, name).value_or(""), dtb.root_cells()))
    if (tuple.size != 0)
      ranges.push_back(range_of(tuple));
  return ranges;
}

/// early_init_dt_check_for_initrd() at v6.9: numbers of one or two cells, whatever the root says.
std::optional<PhysicalRange> read_initrd(const Dtb &dtb, int chosen) {
  std::uint64_t ends[2] = {};
  const char *const names[] = {"linux,initrd-start", "linux,initrd-end"};
  for (std::size_t index = 0; index < 2; ++index) {
    const auto value = dtb.property(chosen, names[index]);
    if (!value || (value->size() != 4 && value->size() != 8))
      return std::nullopt;
    ends[index] = read_cells(*value, 0, value->size() == 4 ? 1 : 2);
  }
  if (ends[0] >= ends[1])
    return std::nullopt;
  return PhysicalRange{ends[0], ends[1]};
}

/// early_init_dt_check_for_usable_mem_range() at v6.9: what lies in the first range, and all of the
/// second one. Others are not read.
void cap_memory(std::vector<PhysicalRange> &memory, const std::vector<Tuple> &usable) {
  if (usable.empty())
    return;
  if (const PhysicalRange first = range_of(usable.front()); !first.empty())
    memory = RangeSet(std::move(memory)).intersection(RangeSet({first})).ranges();
  if (usable.size() > 1)
    memory.push_back(range_of(usable[1]));
  memory = RangeSet(std::move(memory)).ranges();
}

std::optional<PhysicalRange> elfcorehdr_of(const Dtb &dtb, int chosen) {
  const auto ranges = chosen_ranges(dtb, chosen, "linux,elfcorehdr");
  return ranges.empty() ? std::nullopt : std::optional(ranges.front());
}

void read_chosen(ReservedMemory &result, const Dtb &dtb) {
  const int chosen = fdt_path_offset(dtb.blob(), "/chosen");
  if (chosen < 0)
    return;
  cap_memory(result.memory,
             read_tuples(dtb.property(chosen, "linux,usable-memory-range").value_or(""),
                         dtb.root_cells()));
  result.elfcorehdr = elfcorehdr_of(dtb, chosen);
  result.initrd = read_initrd(dtb, chosen);
  result.bootargs = dtb.string(chosen, "bootargs").value_or("");
}

/// Right below the root, as the case maker puts them.
std::vector<RegionConsumer> read_consumers(const Dtb &dtb) {
  std::vector<RegionConsumer> consumers;
  int node = 0;
  fdt_for_each_subnode(node, dtb.blob(), 0) {
    if (dtb.string(node, "compatible") != consumer_compatible)
      continue;
    const std::string_view phandles = dtb.property(node, "memory-region").value_or("");
    consumers.push_back(
        {fdt_get_name(dtb.blob(), node, nullptr),
         phandles.size() < 4 ? 0 : static_cast<std::uint32_t>(read_cells(phandles, 0, 1))});
  }
  return consumers;
}

} // namespace

bool ReservedRegion::has_compatible(const std::string &wanted) const {
  return std::any_of(compatible.begin(), compatible.end(), [&](const std::string &one) {
    return strcasecmp(one.c_str(), wanted.c_str()) == 0; // of_compat_cmp()
  });
}

bool ReservedRegion::is_cma_pool() const {
  return reusable && !no_map && has_compatible("shared-dma-pool");
}

ReservedMemory read_reserved_memory(const std::string &dtb, const std::string &origin) {
  const Dtb tree(dtb, origin);
  ReservedMemory result;
  read_memory(result, tree);
  result.memreserve = read_memreserve(tree);
  result.consumers = read_consumers(tree);
  read_chosen(result, tree);
  const int parent = fdt_path_offset(tree.blob(), "/reserved-memory");
  if (parent < 0)
    return result;
  result.has_node = true;
  result.unsupported = check_node(tree, parent);
  int node = 0;
  fdt_for_each_subnode(node, tree.blob(), parent) result.regions.push_back(read_region(tree, node));
  return result;
}

std::optional<PhysicalRange> read_elfcorehdr(const std::string &dtb, const std::string &origin) {
  const Dtb tree(dtb, origin);
  const int chosen = fdt_path_offset(tree.blob(), "/chosen");
  return chosen < 0 ? std::nullopt : elfcorehdr_of(tree, chosen);
}

} // namespace rmemcheck
