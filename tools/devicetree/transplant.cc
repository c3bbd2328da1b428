// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/transplant.h"

#include "base/error.h"
#include "base/range_set.h"
#include "devicetree/address_map.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libfdt.h>

namespace rmemcheck {
namespace {

/// What the kernel's init functions of reserved memory go by. Drivers of others would look for what
/// only the board's firmware leaves in its memory.
constexpr std::array known_compatibles = {"shared-dma-pool", "restricted-dma-pool",
                                          "nvidia,tegra210-emc-table"};

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024;
  return bytes % kib == 0 ? fmt::format("{} KiB", bytes / kib) : fmt::format("{} B", bytes);
}

/// The child of /reserved-memory that is the nth.
int nth_child(const Dtb &dtb, std::size_t number) {
  const int parent = fdt_path_offset(dtb.blob(), "/reserved-memory");
  int node = fdt_first_subnode(dtb.blob(), parent);
  while (number-- > 0)
    node = fdt_next_subnode(dtb.blob(), node);
  return node;
}

/// A value that is no multiple of so many bytes, as the board's was not of those of its own cells.
std::string odd(std::string value, std::size_t bytes) {
  while (!value.empty() && value.size() % bytes == 0)
    value += std::string(4, '\0');
  return value;
}

/// The regions of one board, on their way into one machine.
class Surgery {
public:
  Surgery(const std::string &dtb, const std::string &origin, const Bed &bed)
      : dtb_(dtb, origin), board_(read_reserved_memory(dtb, origin)), bed_(bed),
        map_(make_map(origin)) {}

  Transplant operator()() {
    result_.alignment = map_.alignment();
    result_.request.node = board_.has_node;
    keep_node();
    shrink_boot_placed();
    for (std::size_t index = 0; index < board_.regions.size(); ++index)
      take(board_.regions[index], index);
    for (const PhysicalRange &range : board_.memreserve)
      take_memreserve(range);
    return std::move(result_);
  }

private:
  [[nodiscard]] AddressMap make_map(const std::string &origin) const {
    std::vector<PhysicalRange> ranges = board_.memreserve;
    for (const ReservedRegion &region : board_.regions)
      ranges.insert(ranges.end(), region.reg.begin(), region.reg.end());
    const std::uint64_t quarter = bed_.memory.size() / 4;
    const PhysicalRange room{bed_.memory.begin + quarter, bed_.memory.end - quarter};
    if (const auto map = AddressMap::make(ranges, room))
      return *map;
    throw bad_input(fmt::format("{}: {} regions do not fit into {}, even at a page each", origin,
                                board_.regions.size(), to_string(room)));
  }

  /// What the kernel does not read /reserved-memory for.
  void keep_node() {
    const std::string &why = board_.unsupported;
    if (why.starts_with("no "))
      result_.request.node_without.push_back(why.substr(3));
    else if (!why.empty()) { // "#size-cells is 1, the root has 2"
      const std::string name = why.substr(0, why.find(' '));
      const int right = name == "#size-cells" ? bed_.cells.size : bed_.cells.address;
      result_.request.node_raw[name] = std::string(3, '\0') + (right == 1 ? '\2' : '\1');
    }
  }

  /// Half of what is left behind the static regions is for those that the kernel places.
  void shrink_boot_placed() {
    tail_ = {std::max(map_.end(), bed_.memory.end - bed_.memory.size() / 4), bed_.memory.end};
    const auto total = [&] {
      std::uint64_t bytes = 0;
      for (const ReservedRegion &region : board_.regions)
        bytes += std::min(placed_size(region), tail_.size()); // does not overflow
      return bytes;
    };
    while (most_placed_ > smallest_placed && total() > tail_.size() / 2)
      most_placed_ /= 2;
  }

  /// A region that the kernel places, as large as it may be. What is left of it is as odd as it
  /// was.
  [[nodiscard]] std::uint64_t placed_size(const ReservedRegion &region) const {
    return region.size <= most_placed_ ? region.size : most_placed_ + region.size % smallest_placed;
  }

  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t>
  offset_of(const PhysicalRange &range) const {
    return {range.begin - bed_.memory_base, range.size()};
  }

  void change(const ReservedRegion &region, const std::string &what) {
    result_.changes.push_back(fmt::format("{}: {}", region.name, what));
  }

  void take(const ReservedRegion &region, std::size_t index) {
    RegionRequest request;
    request.name = without_unit_address(region.name);
    request.raw_name = region.name; // findings name what the board has
    request.no_map = region.no_map;
    request.reusable = region.reusable;
    request.enabled = region.enabled;
    if (region.cma_default)
      request.flags.emplace_back("linux,cma-default");
    if (region.dma_default)
      request.flags.emplace_back("linux,dma-default");
    take_compatible(region, request);
    if (!region.malformed.empty() && !region.is_placeholder)
      take_malformed(region, index, request);
    else
      take_place(region, request);
    result_.request.regions.push_back(std::move(request));
  }

  void take_compatible(const ReservedRegion &region, RegionRequest &request) {
    std::vector<std::string> left;
    for (const std::string &compatible : region.compatible)
      (std::ranges::find(known_compatibles, compatible) != known_compatibles.end()
           ? request.compatible
           : left)
          .push_back(compatible);
    if (!left.empty())
      change(region,
             fmt::format("without compatible {}: its driver would look for what the board's "
                         "firmware leaves there",
                         fmt::join(left, ", ")));
  }

  void take_place(const ReservedRegion &region, RegionRequest &request) {
    take_tuples(region, region.reg, request);
    take_tuples(region, region.placeholder_reg, request);
    // A size of zero is a property, too.
    if (region.is_placeholder && region.reg.empty())
      request.raw["size"] = std::string(static_cast<std::size_t>(bed_.cells.size) * 4, '\0');
    if (region.size != 0)
      take_boot_placed(region, request);
  }

  void take_tuples(const ReservedRegion &region, const std::vector<PhysicalRange> &tuples,
                   RegionRequest &request) {
    for (const PhysicalRange &tuple : tuples) {
      const PhysicalRange place = map_(tuple);
      request.unchecked_reg |= tuple.empty();
      request.reg.push_back(offset_of(place));
      if (place != tuple)
        change(region, place.size() == tuple.size()
                           ? fmt::format("moved from {} to {}", to_string(tuple), to_string(place))
                           : fmt::format("moved from {} to {}, and shrunk from {} to {}",
                                         to_string(tuple), to_string(place),
                                         size_text(tuple.size()), size_text(place.size())));
    }
  }

  void take_boot_placed(const ReservedRegion &region, RegionRequest &request) {
    request.size = placed_size(region);
    if (request.size != region.size)
      change(region,
             fmt::format("shrunk from {} to {}", size_text(region.size), size_text(request.size)));
    request.alignment = std::min(region.alignment, most_alignment);
    request.has_odd_alignment = true;
    if (request.alignment != region.alignment)
      change(region, fmt::format("aligned to {} instead of {}", size_text(request.alignment),
                                 size_text(region.alignment)));
    if (region.alloc_ranges.empty())
      return;
    request.alloc_ranges = {offset_of(tail_)};
    change(region, fmt::format("alloc-ranges are {} instead of {}", to_string(tail_),
                               to_string(RangeSet(region.alloc_ranges))));
  }

  /// The board's bytes, as wrong as they are there.
  void take_malformed(const ReservedRegion &region, std::size_t index, RegionRequest &request) {
    const int node = nth_child(dtb_, index);
    const auto bytes = [](int cells) { return static_cast<std::size_t>(cells) * 4; };
    const std::pair<const char *, std::size_t> properties[] = {
        {"reg", bed_.cells.tuple_bytes()},
        {"size", bytes(bed_.cells.size)},
        {"alignment", bytes(bed_.cells.address)},
        {"alloc-ranges", bed_.cells.tuple_bytes()}};
    request.unchecked_reg = true; // there may be neither reg nor size
    for (const auto &[name, wanted] : properties)
      if (const auto value = dtb_.property(node, name)) {
        const bool is_wrong_length = region.malformed.starts_with(std::string(name) + ": length");
        request.raw[name] =
            is_wrong_length ? odd(std::string(*value), wanted) : std::string(*value);
      }
    change(region, fmt::format("as malformed as on the board: {}", region.malformed));
  }

  void take_memreserve(const PhysicalRange &range) {
    if (range.empty())
      return;
    const PhysicalRange place = map_(range);
    result_.request.memreserve.push_back(offset_of(place));
    if (place != range)
      result_.changes.push_back(
          fmt::format("/memreserve/: moved from {} to {}", to_string(range), to_string(place)));
  }

  static constexpr std::uint64_t smallest_placed = 0x400000; // a multiple of what CMA wants
  static constexpr std::uint64_t most_alignment = 0x2000000;

  Dtb dtb_;
  ReservedMemory board_;
  Bed bed_;
  AddressMap map_;
  PhysicalRange tail_; ///< RAM behind static regions
  std::uint64_t most_placed_ = std::uint64_t{1} << 62;
  Transplant result_;
};

} // namespace

Bed bed_of(const std::string &dtb, const std::string &origin, std::uint64_t memory_base) {
  const ReservedMemory tree = read_reserved_memory(dtb, origin);
  if (tree.memory.empty())
    throw bad_input(
        fmt::format("{}: expected a /memory node with RAM to lay regions into", origin));
  return {*std::ranges::max_element(tree.memory, {}, &PhysicalRange::size), memory_base,
          Dtb(dtb, origin).root_cells()};
}

Transplant transplant(const std::string &dtb, const std::string &origin, const Bed &bed) {
  return Surgery(dtb, origin, bed)();
}

} // namespace rmemcheck
