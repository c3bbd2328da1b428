// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"
#include "devicetree/dtb.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rmemcheck {

/// A region as a case file or the command line asks for it. Addresses are offsets in
/// bytes from the machine's memory base, so that a case serves every machine.
struct RegionRequest {
  std::string name; ///< without unit address; the maker adds it to static ones
  /// The node's whole name, with its unit address if it has one. Two nodes may share it, although
  /// dtc and libfdt refuse to write them.
  std::string raw_name;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> reg; ///< offset, size; empty: boot-placed
  /// `reg` is written as it stands: sizes of zero, beside a `size` too, and ends beyond 64 bits.
  bool unchecked_reg = false;
  std::uint64_t size = 0;
  bool has_place = true; ///< false: neither reg nor size, although one of them belongs to it
  std::uint64_t alignment = 0;
  bool has_odd_alignment = false;                                    ///< it need be no power of two
  std::vector<std::pair<std::uint64_t, std::uint64_t>> alloc_ranges; ///< offset, size
  bool no_map = false;
  bool reusable = false;
  bool enabled = true;
  std::vector<std::string> compatible;
  std::vector<std::string> flags; ///< further empty properties, such as linux,cma-default
  /// Properties that are written byte by byte, in place of any other of that name. With a `reg`
  /// or a `size` among them neither of the above is needed: that is how a tree gets malformed.
  std::map<std::string, std::string> raw;
};

/// A device below the root that uses regions: the probe module drives it.
struct DeviceRequest {
  std::string name;
  /// Names of `memory-region`, as the regions were asked for; "name#2" is the second of that name.
  /// None: it has no such property.
  std::vector<std::string> regions;
};

/// Which regions of a generated block are no-map.
enum class NoMapShare { none, alternate, all };

/// Many regions of one shape: `count` of them, `region_size` bytes each, `gap` bytes apart
/// (0: adjacent).
struct RegionBlock {
  std::string name = "region";
  std::uint64_t count = 0;
  bool boot_placed = false;
  std::uint64_t offset = 0; ///< of the first static one, from the memory base
  std::uint64_t region_size = 0x10000;
  std::uint64_t gap = 0x10000;
  std::uint64_t alignment = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> alloc_ranges; ///< of boot-placed ones
  NoMapShare no_map = NoMapShare::none;
};

/// All of /reserved-memory that a case wants.
struct TreeRequest {
  bool node = true;                          ///< false: no /reserved-memory at all
  std::string node_name = "reserved-memory"; ///< it may have a unit address
  /// Of the root, 1 or 2 each; nothing: as many as the board has.
  std::optional<Cells> root_cells;
  std::vector<RegionBlock> blocks;
  std::vector<RegionRequest> regions;
  /// Tree order: blocks then regions as listed, or boot-placed ones spread among the static ones.
  bool mixed_order = false;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> memreserve; ///< offset, size
  /// Properties of /reserved-memory itself, byte by byte, and names of those that it lacks.
  std::map<std::string, std::string> node_raw;
  std::vector<std::string> node_without;
  std::vector<DeviceRequest> devices;
  /// Paths of further nodes that say nothing, such as "soc/region@50000000".
  std::vector<std::string> nodes;
  /// What a crashed kernel leaves to the one that it starts: /chosen's linux,elfcorehdr (one
  /// entry) and linux,usable-memory-range; offset, size.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> elfcorehdr;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> usable_memory;

  /// Whether it puts anything into a board's tree, so that there has to be one.
  [[nodiscard]] bool asks_for_a_tree() const {
    return node || !memreserve.empty() || !devices.empty() || !nodes.empty() ||
           !elfcorehdr.empty() || !usable_memory.empty();
  }
};

/// Names that no node can have are bad_input: letters, digits and a few others
/// (Devicetree Specification v0.4, 2.2.1).
void check_names(const TreeRequest &request);

/// Returns `board_dtb` (a board's DTB) with the wanted /reserved-memory in it; one that
/// is already there is replaced.
std::string make_tree(const std::string &board_dtb, const TreeRequest &request,
                      std::uint64_t memory_base);

/// Returns `dtb` without the random numbers that QEMU puts into /chosen (rng-seed, kaslr-seed), so
/// that two trees of one board are the same.
std::string without_seeds(const std::string &dtb);

/// Returns `dtb` without the nodes of the same name as `node`, "NAME@ADDRESS" right below the root,
/// at other addresses. A tree that has no such node is bad_input, which begins with `where`.
std::string without_siblings(const std::string &dtb, const std::string &node,
                             const std::string &where);

/// Returns `dtb` with what a boot loader writes into /chosen: the command line and the initrd, if
/// there is one.
std::string with_chosen(const std::string &dtb, const std::string &bootargs,
                        const std::optional<PhysicalRange> &initrd);

} // namespace rmemcheck
