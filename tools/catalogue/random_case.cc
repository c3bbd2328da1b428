// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue/random_case.h"

#include "base/size.h"
#include "catalogue/chance.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <utility>

namespace rmemcheck {
namespace {

constexpr std::uint64_t page = 0x1000;
constexpr std::uint64_t four_gibibytes = 0x100000000;

using Pairs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

std::uint64_t rounded(std::uint64_t number, std::uint64_t step) {
  return (number + step - 1) / step * step;
}

/// Makes one tree. RAM is shared out in sixteenths: the kernel and its files have the first four,
/// static regions the eight behind them, boot-placed ones with alloc-ranges the next three.
class RandomTree {
public:
  RandomTree(std::uint64_t seed, std::uint64_t index, const RandomRoom &room)
      : chance_(seed, index), room_(room), cells_(room.cells), share_(room.memory_bytes / 16),
        cursor_(4 * share_) {}

  Case operator()() {
    add_parent();
    if (!what_.tree.node)
      return std::move(what_);
    count_ = region_count();
    boot_placed_share_ = static_cast<unsigned>(chance_.one_of({0, 0, 20, 50, 50, 90, 100}));
    no_map_share_ = static_cast<unsigned>(chance_.one_of({0, 20, 50, 50, 100}));
    // A large tree with something odd in each node shows nothing but that.
    odd_share_ = static_cast<unsigned>(std::clamp<std::uint64_t>(200 / (count_ + 1), 1, 30));
    shared_name_ = chance_.percent(8) ? "buf@1" : "";
    for (std::uint64_t number = 0; number < count_; ++number)
      what_.tree.regions.push_back(region(number));
    add_devices();
    return std::move(what_);
  }

private:
  /// /reserved-memory itself, what stands beside it, and the command line.
  void add_parent() {
    TreeRequest &tree = what_.tree;
    if (chance_.percent(12))
      choose_cells();
    for (std::uint64_t left = chance_.percent(25) ? 1 + chance_.below(3) : 0; left > 0; --left)
      tree.memreserve.push_back(memreserve());
    if (chance_.percent(5))
      what_.append = "cma=" + std::to_string(chance_.one_of({4, 16, 32})) + "M";
    if (chance_.percent(2)) {
      tree.node = false;
      return;
    }
    if (chance_.percent(3))
      tree.node_name = "reserved-memory@0";
    if (chance_.percent(2))
      tree.node_without = {chance_.percent(50) ? "ranges" : "#size-cells"};
    else if (chance_.percent(2))
      tree.node_raw["#address-cells"] = cell_bytes(chance_.one_of({0, 1, 2, 3}), 1);
  }

  void choose_cells() {
    const bool is_low = room_.memory_base + room_.memory_bytes <= four_gibibytes;
    cells_.address = is_low ? static_cast<int>(chance_.one_of({1, 2})) : 2;
    cells_.size = static_cast<int>(chance_.one_of({1, 2}));
    what_.tree.root_cells = cells_;
  }

  std::uint64_t region_count() {
    if (chance_.percent(30))
      return chance_.one_of({63, 64, 65, 127, 128, 129, 255, 256, 257});
    return chance_.percent(80) ? chance_.below(9) : 9 + chance_.below(40);
  }

  bool is_odd() { return chance_.percent(odd_share_); }
  [[nodiscard]] bool is_large_tree() const { return count_ > 48; }

  RegionRequest region(std::uint64_t number) {
    RegionRequest region;
    region.name = fmt::format("{}{}", chance_.one_of(names), number);
    add_kind(region);
    if (chance_.percent(boot_placed_share_))
      add_boot_placed(region);
    else
      add_static(region);
    if (is_odd())
      break_it(region);
    if (is_odd() && chance_.percent(30))
      region.enabled = false;
    else if (is_odd() && chance_.percent(30))
      region.raw["status"] = chance_.one_of(statuses);
    if (!shared_name_.empty() && chance_.percent(40))
      region.raw_name = shared_name_;
    else if (is_odd() && chance_.percent(30)) // no unit address, or another one
      region.raw_name = region.name + chance_.one_of(unit_addresses);
    return region;
  }

  /// What the region is for: pools of each kind, with each flag.
  void add_kind(RegionRequest &region) {
    region.no_map = chance_.percent(no_map_share_);
    const bool is_pool = chance_.percent(is_large_tree() ? 3 : 40);
    if (is_pool)
      add_pool(region);
    if (is_pool && chance_.percent(40)) {
      region.reusable = true;
      region.no_map = is_odd() && chance_.percent(30);
    } else if (is_odd() && chance_.percent(20)) {
      region.reusable = true;
    }
    if (is_pool && chance_.percent(15))
      region.flags.emplace_back(chance_.percent(60) ? "linux,cma-default" : "linux,dma-default");
  }

  /// A pool that kernels do not know is as good as any other.
  void add_pool(RegionRequest &region) {
    region.compatible = chance_.one_of(pools);
    for (std::string &each : region.compatible)
      if ((each == "shared-dma-pool" && !room_.has_dma_pools) ||
          (each == "restricted-dma-pool" && !room_.has_restricted_pools))
        each = "vendor,pool";
  }

  [[nodiscard]] static bool is_cma(const RegionRequest &region) {
    return region.reusable && !region.compatible.empty();
  }

  std::uint64_t size_for(const RegionRequest &region) {
    if (is_odd())
      return chance_.one_of({1, 0x10, 0x100, 0xfff, 0x1001, 0x1234, 0x12345});
    if (is_cma(region))
      return mebibyte * chance_.one_of({4, 4, 8, 16});
    if (is_large_tree())
      return chance_.one_of({page, page, 2 * page, 0x10000, 0x10000});
    return chance_.one_of({page, 2 * page, 0x10000, 0x10000, 3 * page, mebibyte, 2 * mebibyte,
                           4 * mebibyte, 4 * mebibyte});
  }

  void add_static(RegionRequest &region) {
    std::uint64_t tuples = 1;
    if (chance_.percent(is_large_tree() ? 2 : 12))
      tuples += 1 + chance_.below(3);
    for (; tuples > 0; --tuples) {
      const std::uint64_t size = size_for(region);
      region.reg.emplace_back(is_odd() ? odd_offset(size) : next_offset(region, size), size);
    }
  }

  /// Behind the last one: adjacent, or with a gap.
  std::uint64_t next_offset(const RegionRequest &region, std::uint64_t size) {
    const std::uint64_t gap =
        chance_.one_of({0, 0, page, 0x10000, 0x10000, is_large_tree() ? page : mebibyte});
    const std::uint64_t step = is_cma(region) ? 4 * mebibyte : is_odd() ? 0x100 : page;
    std::uint64_t offset = rounded(cursor_ + gap, step);
    if (offset + size > 12 * share_) // full: from the beginning again, over what is there
      offset = 4 * share_;
    cursor_ = offset + size;
    return offset;
  }

  /// Over another one or in it, over what a boot has in use, over the end of RAM, beyond it.
  std::uint64_t odd_offset(std::uint64_t size) { return reachable(any_odd_offset(size)); }

  /// The same, or where an address of the tree still says something.
  [[nodiscard]] std::uint64_t reachable(std::uint64_t offset) const {
    const std::uint64_t last = four_gibibytes - 0x10000 - room_.memory_base;
    return cells_.address == 1 ? std::min(offset, last) : offset;
  }

  std::uint64_t any_odd_offset(std::uint64_t size) {
    const std::uint64_t last = last_offset();
    switch (chance_.below(8)) {
    case 0:
    case 1:
      return last;
    case 2:
      return last + chance_.one_of({page, size / 2, 0x100});
    case 3:
      return rounded(last - std::min(last, size / 2 + page), page);
    case 4:
      return chance_.below(4 * share_ / page) * page;
    case 5:
      return room_.memory_bytes - chance_.one_of({size, page, size / 2});
    case 6:
      return room_.memory_bytes + chance_.one_of({0, page, mebibyte});
    default:
      return high_offset();
    }
  }

  /// Of a region that is there already.
  std::uint64_t last_offset() {
    const auto &regions = what_.tree.regions;
    if (regions.empty())
      return cursor_;
    const RegionRequest &other = regions[chance_.below(regions.size())];
    return other.reg.empty() || other.unchecked_reg ? cursor_ : other.reg.front().first;
  }

  /// Beyond 4 GiB where an address can say so.
  std::uint64_t high_offset() {
    if (cells_.address == 1)
      return four_gibibytes - 0x10000 - room_.memory_base;
    const std::uint64_t offset = chance_.one_of({four_gibibytes, four_gibibytes - room_.memory_base,
                                                 four_gibibytes * 0x100, 0x7fffffff00000000});
    return offset - chance_.one_of({0, 0, page});
  }

  void add_boot_placed(RegionRequest &region) {
    region.size = size_for(region);
    if (!is_large_tree() && is_odd() && chance_.percent(20)) // more than there is
      region.size = chance_.one_of({room_.memory_bytes, room_.memory_bytes / 2,
                                    cells_.size == 1 ? 0xffffffff : four_gibibytes});
    if (chance_.percent(40))
      region.alignment = chance_.one_of({1, page, page, 0x10000, 2 * mebibyte, 4 * mebibyte});
    if (is_odd() && chance_.percent(30)) {
      region.alignment = chance_.one_of({3, 0x1001, 0x3000, 64 * mebibyte, 0x80000000});
      region.has_odd_alignment = !std::has_single_bit(region.alignment);
    }
    if (chance_.percent(60))
      region.alloc_ranges = alloc_ranges(region.size);
  }

  /// One window that all share, or some of their own that fit or do not.
  Pairs alloc_ranges(std::uint64_t size) {
    const std::uint64_t begin = 12 * share_;
    if (!is_odd())
      return {{begin + share_ * chance_.below(3), share_}};
    const std::uint64_t own = begin + chance_.below(3 * share_ / page) * page;
    const std::uint64_t whole = std::min(
        rounded(size, page), cells_.size == 1 ? four_gibibytes - page : 2 * four_gibibytes);
    const std::vector<Pairs> choices = {
        {{own, size}},
        {{own, whole}},
        {{own, std::max<std::uint64_t>(size / 2, 1)}},
        {{own, 1}, {begin, share_}},
        {{own, whole}, {begin, share_}, {begin + share_, share_}},
        {{room_.memory_bytes - page, 4 * page}},
        {{room_.memory_bytes, mebibyte}},
        {{high_offset(), mebibyte}, {begin, share_}},
        {{last_offset(), whole}},
        {{0, room_.memory_bytes}},
    };
    Pairs ranges = chance_.one_of(choices);
    for (auto &[offset, bytes] : ranges)
      offset = reachable(offset);
    return ranges;
  }

  std::pair<std::uint64_t, std::uint64_t> memreserve() {
    const std::uint64_t size = chance_.one_of({page, 0x10000, mebibyte, 0x1234, 1});
    switch (chance_.below(5)) {
    case 0: // where boot-placed regions go
      return {12 * share_ + chance_.below(share_ / page) * page, size};
    case 1: // where the first static ones are
      return {4 * share_, size};
    case 2:
      return {room_.memory_bytes + mebibyte, size};
    default:
      return {4 * share_ + chance_.below(8 * share_ / page) * page, size};
    }
  }

  /// Properties of no size, of a wrong one, or missing.
  void break_it(RegionRequest &region) {
    const bool is_static = !region.reg.empty();
    switch (chance_.below(10)) {
    case 0: // a reg that says nothing, beside a size: to be placed all the same
      return take_reg(region, {{is_static ? region.reg.front().first : 0, 0}}, size_for(region));
    case 1: // both
      return take_reg(region, {{next_offset(region, page), page}}, page);
    case 2:
      return take_reg(region, {{cursor_, 0}}, 0);
    case 3: // ends beyond the address space
      return take_reg(region, {{last_reachable() - room_.memory_base, page}}, 0);
    case 4:
      return take_reg(region, {{next_offset(region, page), page}, {cursor_, 0}}, 0);
    case 5:
      return take_raw(region, "reg", chance_.one_of({0, 4, 12, 20, 1}));
    case 6:
      return take_raw(region, "size", chance_.one_of({0, 2, 12, 16}));
    case 7:
      return is_static ? take_raw(region, "reg", 0) : replace_one(region);
    case 8:
      forget_place(region);
      region.has_place = false;
      return;
    default:
      return take_zero_size(region);
    }
  }

  /// Where a page more than fills what an address says.
  [[nodiscard]] std::uint64_t last_reachable() const {
    return cells_.address == 1 ? four_gibibytes - 0x800 : ~std::uint64_t{0} - 0x7ff;
  }

  static void forget_place(RegionRequest &region) {
    region.reg.clear();
    region.size = 0;
    region.alignment = 0;
    region.has_odd_alignment = false;
    region.alloc_ranges.clear();
  }

  static void take_reg(RegionRequest &region, Pairs reg, std::uint64_t size) {
    forget_place(region);
    region.reg = std::move(reg);
    region.unchecked_reg = true;
    region.size = size;
  }

  static void take_raw(RegionRequest &region, const char *name, std::uint64_t bytes) {
    forget_place(region);
    region.raw[name] = some_bytes(bytes);
  }

  void take_zero_size(RegionRequest &region) const {
    forget_place(region);
    region.raw["size"] = cell_bytes(0, cells_.size);
  }

  /// One of what a boot-placed region may have.
  void replace_one(RegionRequest &region) {
    const bool is_alignment = chance_.percent(50);
    if (is_alignment) {
      region.alignment = 0;
      region.has_odd_alignment = false;
    }
    region.raw[is_alignment ? "alignment" : "alloc-ranges"] =
        some_bytes(chance_.one_of({0, 2, 12}));
  }

  static std::string some_bytes(std::uint64_t count) {
    std::string bytes;
    while (bytes.size() < count)
      bytes += bytes.size() == 2 ? '\x50' : '\0';
    return bytes;
  }

  /// Whether a device that is given it has something to write to: of RAM, and not beside it.
  [[nodiscard]] bool is_memory_there(const RegionRequest &region) const {
    return std::ranges::all_of(region.reg, [&](const auto &tuple) {
      const auto &[offset, size] = tuple;
      return offset < room_.memory_bytes && size <= room_.memory_bytes - offset;
    });
  }

  /// Devices that take regions into use, one of which may be of no use.
  void add_devices() {
    if (what_.tree.regions.empty() || !chance_.percent(20))
      return;
    for (std::uint64_t left = 1 + chance_.below(2); left > 0; --left) {
      const RegionRequest &region = chance_.one_of(what_.tree.regions);
      if (region.raw_name.empty() && is_memory_there(region))
        what_.tree.devices.push_back({fmt::format("device{}", left), {region.name}});
    }
  }

  const std::vector<std::string> names = {
      "region", "buf", "a", "linux,pool", "video.mem+1", "very-long-name-of-a-region_"};
  const std::vector<std::string> unit_addresses = {"", "@0", "@dead0000", "@1,2"};
  const std::vector<std::string> statuses = {std::string("okay") + '\0', std::string("ok") + '\0',
                                             std::string("fail") + '\0', std::string(1, '\0'), ""};
  const std::vector<std::vector<std::string>> pools = {
      {"shared-dma-pool"},     {"shared-dma-pool"}, {"shared-dma-pool"},
      {"restricted-dma-pool"}, {"vendor,pool"},     {"vendor,pool", "shared-dma-pool"}};

  Chance chance_;
  const RandomRoom room_;
  Cells cells_;
  const std::uint64_t share_; ///< a sixteenth of RAM
  std::uint64_t cursor_;      ///< offset behind the last static region
  std::uint64_t count_ = 0;
  unsigned boot_placed_share_ = 0;
  unsigned no_map_share_ = 0;
  unsigned odd_share_ = 0;
  std::string shared_name_;
  Case what_;
};

} // namespace

RandomRoom room_of(const Machine &machine, const std::string &board) {
  const auto has = [&](const char *line) {
    return std::ranges::find(machine.config, line) != machine.config.end();
  };
  return {machine.board.memory_base, machine.board.memory_mib * mebibyte,
          Dtb(board, machine.name).root_cells(), has("CONFIG_DMA_CMA=y"),
          has("CONFIG_DMA_RESTRICTED_POOL=y")};
}

Case random_case(std::uint64_t seed, std::uint64_t index, const RandomRoom &room) {
  Case what = RandomTree(seed, index, room)();
  what.name = fmt::format("random-{}-{}", seed, index);
  what.title = fmt::format("a tree by chance, number {} of seed {}", index, seed);
  return what;
}

} // namespace rmemcheck
