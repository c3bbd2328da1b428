// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/make.h"

#include "base/error.h"
#include "base/printable.h"
#include "devicetree/dtb.h"
#include "devicetree/insert.h"
#include "devicetree/reserved_memory.h"
#include "devicetree/root_cells.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fmt/format.h>
#include <libfdt.h>
#include <limits>
#include <set>
#include <sstream>

namespace rmemcheck {
namespace {

/// Far above what any kernel can hold; it keeps a slip of the pen from filling the host.
constexpr std::uint64_t most_regions = 100000;

/// A child of /reserved-memory, ready to be written.
struct Child : NewNode {
  std::string wanted_name; ///< as it was asked for
  bool may_share_name = false;
};

/// A DTB that can be changed. Every failure of libfdt ends the work: the room is
/// reckoned beforehand, so none is expected.
class EditableTree {
public:
  EditableTree(const std::string &dtb, std::size_t extra) : bytes_(dtb.size() + extra, '\0') {
    if (bytes_.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
      throw bad_input("device tree: too large, expected less than 2 GiB");
    check_libfdt(fdt_open_into(dtb.data(), blob(), static_cast<int>(bytes_.size())), "open");
  }

  void delete_node(const char *path) {
    const int node = fdt_path_offset(blob(), path);
    if (node >= 0)
      check_libfdt(fdt_del_node(blob(), node), path);
  }
  /// libfdt puts a new node before its elder siblings and a new property before the others.
  int add_node(int parent, const std::string &name) {
    return check_libfdt(fdt_add_subnode(blob(), parent, name.c_str()), name);
  }
  /// The node right below the root, made where it is not there.
  int root_node(const std::string &name) {
    const int node = fdt_path_offset(blob(), ("/" + name).c_str());
    return node >= 0 ? node : add_node(0, name);
  }
  /// The node at a path below the root, each of its ancestors made where it is not there.
  void add_path(const std::string &path) {
    int node = 0;
    std::size_t begin = 0;
    while (begin < path.size()) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      const std::string name = path.substr(begin, end - begin);
      const int child = fdt_subnode_offset(blob(), node, name.c_str());
      node = child >= 0 ? child : add_node(node, name);
      begin = end + 1;
    }
  }
  void add_property(int node, const Property &property) {
    check_libfdt(fdt_setprop(blob(), node, property.name.c_str(), property.value.data(),
                             static_cast<int>(property.value.size())),
                 property.name);
  }
  void add_memreserve(std::uint64_t base, std::uint64_t size) {
    check_libfdt(fdt_add_mem_rsv(blob(), base, size), "/memreserve/");
  }
  std::string pack() {
    check_libfdt(fdt_pack(blob()), "pack");
    return bytes_.substr(0, fdt_totalsize(blob()));
  }

private:
  void *blob() { return bytes_.data(); }
  std::string bytes_;
};

std::uint64_t add(std::uint64_t a, std::uint64_t b, const std::string &what) {
  if (b > std::numeric_limits<std::uint64_t>::max() - a)
    throw bad_input(
        fmt::format("{}: {:#x} + {:#x}: expected an address within 64 bits", what, a, b));
  return a + b;
}

std::uint64_t multiply(std::uint64_t a, std::uint64_t b, const std::string &what) {
  if (a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a)
    throw bad_input(
        fmt::format("{}: {:#x} * {:#x}: expected an address within 64 bits", what, a, b));
  return a * b;
}

/// Turns numbers into big-endian cells of the base tree's width.
class Encoder {
public:
  Encoder(const Cells &cells, std::uint64_t memory_base)
      : cells_(cells), memory_base_(memory_base) {}

  [[nodiscard]] std::uint64_t address(std::uint64_t offset, const std::string &what) const {
    return add(memory_base_, offset, what);
  }
  [[nodiscard]] std::string address_cells(std::uint64_t value, const std::string &what) const {
    return encode(value, cells_.address, what);
  }
  [[nodiscard]] std::string size_cells(std::uint64_t value, const std::string &what) const {
    return encode(value, cells_.size, what);
  }
  /// The same, of any size and without a look at where they end.
  [[nodiscard]] std::string
  unchecked_tuples(const std::vector<std::pair<std::uint64_t, std::uint64_t>> &ranges,
                   const std::string &what) const {
    std::string value;
    for (const auto &[offset, size] : ranges)
      value += address_cells(memory_base_ + offset, what) + size_cells(size, what);
    return value;
  }
  /// Tuples of (offset from the memory base, size).
  [[nodiscard]] std::string
  tuples(const std::vector<std::pair<std::uint64_t, std::uint64_t>> &ranges,
         const std::string &what) const {
    std::string value;
    for (const auto &[offset, size] : ranges) {
      if (size == 0)
        throw bad_input(fmt::format("{}: zero size, expected at least 1 byte", what));
      const std::uint64_t base = address(offset, what);
      add(base, size, what);
      value += address_cells(base, what) + size_cells(size, what);
    }
    return value;
  }
  [[nodiscard]] static std::string encode(std::uint64_t value, int cells, const std::string &what) {
    if (cells == 1 && value > std::numeric_limits<std::uint32_t>::max())
      throw bad_input(fmt::format(
          "{}: {:#x}: expected a number of one cell, as the base tree has it", what, value));
    return cell_bytes(value, cells);
  }

private:
  Cells cells_;
  std::uint64_t memory_base_;
};

void check_name(std::string_view name) {
  static constexpr std::string_view allowed = // Devicetree Specification v0.4, 2.2.1
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,._+-";
  if (name.empty() || name.find_first_not_of(allowed) != std::string::npos)
    throw bad_input(fmt::format("region \"{}\": expected a name of letters, digits and ,._+-",
                                printable(name)));
}

void check_request(const RegionRequest &request) {
  const auto refuse = [&](const std::string &expected) {
    throw bad_input(fmt::format("region {}: expected {}", request.name, expected));
  };
  check_name(request.name);
  if (!request.raw_name.empty())
    check_name(without_unit_address(request.raw_name));
  const bool is_raw = request.raw.contains("reg") || request.raw.contains("size");
  if (request.reg.empty() == (request.size == 0) && !is_raw && !request.unchecked_reg &&
      request.has_place)
    refuse("either reg or a size that is not zero");
  if (!request.reg.empty() && !request.unchecked_reg &&
      (request.alignment != 0 || !request.alloc_ranges.empty()))
    refuse("alignment and alloc-ranges only where there is no reg");
  if (request.alignment != 0 && !std::has_single_bit(request.alignment) &&
      !request.has_odd_alignment)
    refuse(fmt::format("an alignment that is a power of two, not {:#x}", request.alignment));
}

std::string strings_value(const std::vector<std::string> &strings, const std::string &what) {
  std::string value;
  for (const std::string &one : strings) {
    if (one.empty() || one.find('\0') != std::string::npos)
      throw bad_input(fmt::format("{}: compatible: expected strings that are not empty", what));
    value += one + '\0';
  }
  return value;
}

void add_static(Child &child, const RegionRequest &request, const Encoder &encoder) {
  child.properties.push_back({"reg", request.unchecked_reg
                                         ? encoder.unchecked_tuples(request.reg, child.name)
                                         : encoder.tuples(request.reg, child.name)});
  child.name +=
      fmt::format("@{:x}", encoder.address(request.reg.front().first, "region " + request.name));
}

void add_boot_placed(Child &child, const RegionRequest &request, const Encoder &encoder) {
  const std::string &what = child.name;
  child.properties.push_back({"size", encoder.size_cells(request.size, what)});
  if (request.alignment != 0)
    child.properties.push_back({"alignment", encoder.address_cells(request.alignment, what)});
  if (!request.alloc_ranges.empty())
    child.properties.push_back({"alloc-ranges", encoder.tuples(request.alloc_ranges, what)});
}

/// Puts each of `raw` in the place of a property of its name, or behind the others.
void replace(std::vector<Property> &properties, const std::map<std::string, std::string> &raw) {
  for (const auto &[name, value] : raw) {
    check_name(name.starts_with('#') ? name.substr(1) : name);
    const auto property = std::ranges::find(properties, name, &Property::name);
    if (property != properties.end())
      property->value = value;
    else
      properties.push_back({name, value});
  }
}

Child make_child(const RegionRequest &request, const Encoder &encoder, std::uint32_t phandle) {
  check_request(request);
  Child child{{request.name, {}}, request.name, !request.raw_name.empty()};
  if (!request.compatible.empty())
    child.properties.push_back({"compatible", strings_value(request.compatible, child.name)});
  if (!request.reg.empty())
    add_static(child, request, encoder);
  if (request.size != 0)
    add_boot_placed(child, request, encoder);
  if (!request.raw_name.empty())
    child.name = request.raw_name;
  if (request.no_map)
    child.properties.push_back({"no-map", ""});
  if (request.reusable)
    child.properties.push_back({"reusable", ""});
  for (const std::string &flag : request.flags) {
    check_name(flag);
    child.properties.push_back({flag, ""});
  }
  if (!request.enabled)
    child.properties.push_back({"status", std::string("disabled") + '\0'});
  child.properties.push_back({"phandle", Encoder::encode(phandle, 1, child.name)});
  replace(child.properties, request.raw);
  return child;
}

RegionRequest block_member(const RegionBlock &block, std::uint64_t index) {
  RegionRequest request;
  request.name = block.name;
  request.no_map =
      block.no_map == NoMapShare::all || (block.no_map == NoMapShare::alternate && index % 2 == 1);
  if (block.boot_placed) {
    request.name += fmt::format("-{}", index);
    request.size = block.region_size;
    request.alignment = block.alignment;
    request.alloc_ranges = block.alloc_ranges;
    return request;
  }
  const std::string what = "block " + block.name;
  const std::uint64_t step = add(block.region_size, block.gap, what);
  request.reg = {{add(block.offset, multiply(step, index, what), what), block.region_size}};
  return request;
}

void check_block(const RegionBlock &block, std::uint64_t regions_so_far) {
  const auto refuse = [&](const std::string &expected) {
    throw bad_input(fmt::format("block {}: expected {}", block.name, expected));
  };
  check_name(block.name);
  if (block.count > most_regions - std::min(regions_so_far, most_regions))
    refuse(fmt::format("at most {} regions in all", most_regions));
  if (block.region_size == 0)
    refuse("a region size that is not zero");
  if (block.boot_placed && block.offset != 0)
    refuse("no offset for boot-placed regions");
  if (!block.boot_placed && block.alignment != 0)
    refuse("an alignment only for boot-placed regions");
  if (!block.boot_placed && !block.alloc_ranges.empty())
    refuse("alloc-ranges only for boot-placed regions");
}

/// Spreads the boot-placed ones evenly among the static ones; both keep their own order.
std::vector<RegionRequest> spread(std::vector<RegionRequest> requests) {
  const auto middle =
      std::stable_partition(requests.begin(), requests.end(),
                            [](const RegionRequest &request) { return !request.reg.empty(); });
  const auto statics = static_cast<std::size_t>(middle - requests.begin());
  const std::size_t boot_placed = requests.size() - statics;
  std::vector<RegionRequest> result;
  std::size_t next_static = 0;
  for (std::size_t index = 0; index < boot_placed; ++index) {
    const std::size_t before = (index + 1) * statics / (boot_placed + 1);
    while (next_static < before)
      result.push_back(requests[next_static++]);
    result.push_back(requests[statics + index]);
  }
  while (next_static < statics)
    result.push_back(requests[next_static++]);
  return result;
}

std::vector<RegionRequest> all_regions(const TreeRequest &request) {
  std::vector<RegionRequest> regions;
  for (const RegionBlock &block : request.blocks) {
    check_block(block, regions.size());
    for (std::uint64_t index = 0; index < block.count; ++index)
      regions.push_back(block_member(block, index));
  }
  regions.insert(regions.end(), request.regions.begin(), request.regions.end());
  return request.mixed_order ? spread(std::move(regions)) : regions;
}

std::vector<Child> make_children(const TreeRequest &request, const Encoder &encoder,
                                 std::uint32_t highest_phandle) {
  const std::vector<RegionRequest> regions = all_regions(request);
  if (regions.size() >= FDT_MAX_PHANDLE - highest_phandle)
    throw bad_input("base tree: its phandles leave no numbers free above them");
  std::vector<Child> children;
  std::set<std::string> names;
  for (const RegionRequest &region : regions) {
    children.push_back(make_child(region, encoder, ++highest_phandle));
    if (!names.insert(children.back().name).second && !children.back().may_share_name)
      throw bad_input(fmt::format("region {}: expected a name of its own, there are two",
                                  children.back().name));
  }
  return children;
}

/// An upper bound of the bytes that all but the children take, struct and strings block together.
std::size_t room_for(const TreeRequest &request) {
  std::size_t room = 4096 + request.memreserve.size() * sizeof(fdt_reserve_entry);
  for (const auto &[name, value] : request.node_raw)
    room += name.size() + value.size() + 32;
  for (const DeviceRequest &device : request.devices)
    room += device.name.size() + 4 * device.regions.size() + 128;
  for (const std::string &path : request.nodes)
    room += path.size() + 16 * static_cast<std::size_t>(1 + std::ranges::count(path, '/'));
  return room;
}

/// What /reserved-memory itself has.
std::vector<Property> node_properties(const TreeRequest &request, const Cells &cells) {
  std::vector<Property> properties;
  for (const auto &[name, count] :
       {std::pair{"#address-cells", cells.address}, std::pair{"#size-cells", cells.size}})
    properties.push_back({name, Encoder::encode(static_cast<std::uint64_t>(count), 1, name)});
  properties.push_back({"ranges", ""});
  replace(properties, request.node_raw);
  for (const std::string &name : request.node_without)
    if (std::erase_if(properties, [&](const Property &each) { return each.name == name; }) == 0)
      throw bad_input(
          fmt::format("node-without: \"{}\": expected a property that /reserved-memory has", name));
  return properties;
}

/// libfdt puts each new one in front of the others: last first.
void add_properties(EditableTree &tree, int node, const std::vector<Property> &properties) {
  for (auto property = properties.rbegin(); property != properties.rend(); ++property)
    tree.add_property(node, *property);
}

/// With a new /reserved-memory in the place of that of the base, or without any.
std::string with_reserved_memory(const std::string &base_dtb, const Cells &cells,
                                 const TreeRequest &request, const std::vector<Child> &children) {
  EditableTree tree(base_dtb, room_for(request));
  tree.delete_node("/reserved-memory");
  check_name(without_unit_address(request.node_name));
  if (!request.node)
    return tree.pack();
  add_properties(tree, tree.add_node(0, request.node_name), node_properties(request, cells));
  return insert_children(tree.pack(), "/" + request.node_name, {children.begin(), children.end()});
}

/// The phandle of the region that was asked for under this name, as the tree has it.
std::string phandle_of(const std::vector<Child> &children, const std::string &reference,
                       const std::string &device) {
  const std::string name = reference.substr(0, reference.find('#'));
  const std::string number = reference.substr(std::min(name.size() + 1, reference.size()));
  std::size_t before = number.empty() ? 0 : std::strtoul(number.c_str(), nullptr, 10) - 1;
  for (const Child &child : children)
    if ((child.wanted_name == name || child.name == name) && before-- == 0)
      return std::ranges::find(child.properties, "phandle", &Property::name)->value;
  throw bad_input(fmt::format("device {}: regions: expected the name of a region, not \"{}\"",
                              device, reference));
}

void add_devices(EditableTree &tree, const TreeRequest &request,
                 const std::vector<Child> &children) {
  for (const DeviceRequest &device : request.devices) {
    check_name(device.name);
    std::string phandles;
    for (const std::string &name : device.regions)
      phandles += phandle_of(children, name, device.name);
    const int node = tree.add_node(0, device.name);
    if (!phandles.empty())
      tree.add_property(node, {"memory-region", phandles});
    tree.add_property(node, {"compatible", std::string(consumer_compatible) + '\0'});
  }
}

void add_nodes(EditableTree &tree, const TreeRequest &request) {
  for (const std::string &path : request.nodes) {
    std::string name;
    for (std::istringstream names(path); std::getline(names, name, '/');)
      check_name(without_unit_address(name));
    tree.add_path(path);
  }
}

void add_chosen(EditableTree &tree, const TreeRequest &request, const Encoder &encoder) {
  if (request.elfcorehdr.size() > 1)
    throw bad_input("elfcorehdr: expected one offset and size");
  for (const auto &[name, ranges] :
       {std::pair{"linux,elfcorehdr", &request.elfcorehdr},
        std::pair{"linux,usable-memory-range", &request.usable_memory}})
    if (!ranges->empty())
      tree.add_property(tree.root_node("chosen"), {name, encoder.tuples(*ranges, name)});
}

void add_memreserves(EditableTree &tree, const TreeRequest &request, const Encoder &encoder) {
  for (const auto &[offset, size] : request.memreserve) {
    if (size == 0)
      throw bad_input("memreserve: zero size, expected at least 1 byte");
    const std::uint64_t base = encoder.address(offset, "memreserve");
    add(base, size, "memreserve");
    tree.add_memreserve(base, size);
  }
}

/// Behind a property there may be bytes of another one that was there before.
void clear_padding(std::string &dtb) {
  const std::size_t base = fdt_off_dt_struct(dtb.data());
  int next = 0;
  for (int offset = 0; next >= 0; offset = next) {
    const std::uint32_t tag = fdt_next_tag(dtb.data(), offset, &next);
    if (tag == FDT_END)
      return;
    if (tag != FDT_PROP)
      continue;
    const auto at = base + static_cast<std::size_t>(offset);
    const auto *property = reinterpret_cast<const struct fdt_property *>(dtb.data() + at);
    const std::size_t used = at + sizeof(struct fdt_property) + fdt32_to_cpu(property->len);
    std::fill(dtb.begin() + static_cast<std::ptrdiff_t>(used),
              dtb.begin() + static_cast<std::ptrdiff_t>(base) + next, '\0');
  }
}

} // namespace

void check_names(const TreeRequest &request) {
  for (const RegionBlock &block : request.blocks)
    check_name(block.name);
  for (const RegionRequest &region : request.regions) {
    check_name(region.name);
    if (!region.raw_name.empty())
      check_name(without_unit_address(region.raw_name));
  }
  for (const DeviceRequest &device : request.devices)
    check_name(device.name);
}

std::string make_tree(const std::string &board_dtb, const TreeRequest &request,
                      std::uint64_t memory_base) {
  const std::string base_dtb =
      request.root_cells ? with_root_cells(board_dtb, *request.root_cells) : board_dtb;
  if (!request.node && !(request.blocks.empty() && request.regions.empty()))
    throw bad_input("tree without /reserved-memory: expected no blocks and no regions");
  const Dtb base(base_dtb, "base tree");
  const Encoder encoder(base.root_cells(), memory_base);
  std::uint32_t highest_phandle = 0;
  if (const int error = fdt_find_max_phandle(base.blob(), &highest_phandle); error != 0)
    throw bad_input(fmt::format("base tree: phandles: {}", fdt_strerror(error)));
  const std::vector<Child> children = make_children(request, encoder, highest_phandle);

  EditableTree tree(with_reserved_memory(base_dtb, base.root_cells(), request, children),
                    room_for(request));
  add_devices(tree, request, children);
  add_nodes(tree, request);
  add_chosen(tree, request, encoder);
  add_memreserves(tree, request, encoder);
  return tree.pack();
}

std::string without_seeds(const std::string &dtb) {
  std::string bytes = dtb;
  const int chosen = fdt_path_offset(bytes.data(), "/chosen");
  if (chosen < 0)
    return dtb;
  for (const char *name : {"rng-seed", "kaslr-seed"})
    (void)fdt_delprop(bytes.data(), chosen, name);
  (void)fdt_pack(bytes.data());
  bytes.resize(fdt_totalsize(bytes.data()));
  clear_padding(bytes);
  return bytes;
}

std::string without_siblings(const std::string &dtb, const std::string &node,
                             const std::string &where) {
  if (fdt_subnode_offset(dtb.data(), 0, node.c_str()) < 0)
    throw bad_input(
        fmt::format("{}: expected a node of the board's tree, found \"{}\"", where, node));
  const std::string kind = node.substr(0, node.find('@') + 1);
  std::vector<std::string> others;
  int child = 0;
  fdt_for_each_subnode(child, dtb.data(), 0) {
    const std::string name = fdt_get_name(dtb.data(), child, nullptr);
    if (name.starts_with(kind) && name != node)
      others.push_back('/' + name);
  }
  EditableTree tree(dtb, 0);
  for (const std::string &path : others)
    tree.delete_node(path.c_str());
  return tree.pack();
}

std::string with_chosen(const std::string &dtb, const std::string &bootargs,
                        const std::optional<PhysicalRange> &initrd) {
  EditableTree tree(dtb, bootargs.size() + 512);
  const int chosen = tree.root_node("chosen");
  tree.add_property(chosen, {"bootargs", bootargs + '\0'});
  if (initrd) {
    // Two cells each, whatever the root says: the kernel goes by the property's length.
    tree.add_property(chosen, {"linux,initrd-start", Encoder::encode(initrd->begin, 2, "initrd")});
    tree.add_property(chosen, {"linux,initrd-end", Encoder::encode(initrd->end, 2, "initrd")});
  }
  return tree.pack();
}

} // namespace rmemcheck
