// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/physical_range.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// One child of /reserved-memory, as the tree has it
/// (Documentation/devicetree/bindings/reserved-memory/reserved-memory.yaml).
struct ReservedRegion {
  std::string name;    ///< node name with its unit address, as the kernel prints it
  bool enabled = true; ///< status absent, "okay" or "ok"
  /// Static: every tuple of `reg` in order. Empty for a boot-placed region. One that ends beyond
  /// 64 bits is an empty range at its base; see malformed. One that ends with them lacks the last
  /// byte.
  std::vector<PhysicalRange> reg;
  /// Boot-placed all the same: the tuples of a `reg` whose first one has no size, beside a `size`.
  std::vector<PhysicalRange> placeholder_reg;
  std::uint64_t size = 0;      ///< boot-placed: bytes; 0 if there is no `size`
  std::uint64_t alignment = 0; ///< boot-placed: bytes; 0 if there is no `alignment`
  /// Boot-placed; no entry means anywhere, and so does one of 0 and 0. One that ends beyond 64 bits
  /// is an empty range at its base.
  std::vector<PhysicalRange> alloc_ranges;
  bool no_map = false;
  bool reusable = false;
  bool cma_default = false; ///< linux,cma-default
  bool dma_default = false; ///< linux,dma-default
  std::vector<std::string> compatible;
  std::uint32_t phandle = 0; ///< 0 if none
  /// What is wrong with the node, in words ("reg: length 12 is no multiple of 16");
  /// empty if nothing is. The kernel skips such a node with an error, if not skipped_silently.
  std::string malformed;
  /// Malformed in a way that the kernel passes over without a word: neither reg nor size
  /// (fdt_scan_reserved_mem() at v6.9).
  bool skipped_silently = false;
  /// Malformed for a number that firmware is to fill in: the first tuple of reg, or size, is 0.
  bool is_placeholder = false;

  [[nodiscard]] bool is_static() const { return size == 0 || !reg.empty(); }
  bool operator==(const ReservedRegion &) const = default;
  /// Whether `wanted` is in the list; upper and lower case are the same, as for the kernel.
  [[nodiscard]] bool has_compatible(const std::string &wanted) const;
  /// Whether it asks to be a CMA area, whatever becomes of it: a reusable shared-dma-pool that is
  /// mapped (rmem_cma_setup(), kernel/dma/contiguous.c).
  [[nodiscard]] bool is_cma_pool() const;
};

/// The probe module drives devices of this kind: it takes their region into use.
inline constexpr const char *consumer_compatible = "rmemcheck,consumer";

/// Such a device.
struct RegionConsumer {
  std::string name;
  std::uint32_t phandle = 0; ///< the first of `memory-region`; 0 if it has none
};

/// A memory node that is not enabled: since v6.1 at least the kernel does not take it for RAM
/// (early_init_dt_scan_memory()).
struct DisabledMemory {
  std::string node;   ///< "memory@40000000"
  std::string status; ///< "disabled", say
  std::vector<PhysicalRange> ranges;
};

/// What a DTB says of memory. Regions are in tree order, disabled ones included.
struct ReservedMemory {
  bool has_node = false; ///< whether there is a /reserved-memory at all
  /// Why the kernel ignores the whole node (wrong #address-cells, no ranges); empty if it does not.
  std::string unsupported;
  /// Enabled /memory nodes, sorted, neighbours merged; where /chosen has
  /// linux,usable-memory-range only what lies in its first range, and the second.
  std::vector<PhysicalRange> memory;
  std::vector<DisabledMemory> disabled_memory;
  std::vector<PhysicalRange> memreserve; ///< /memreserve/ entries of the DTB header
  std::vector<ReservedRegion> regions;
  std::vector<RegionConsumer> consumers;
  std::optional<PhysicalRange> elfcorehdr; ///< /chosen: linux,elfcorehdr, not empty
  std::optional<PhysicalRange> initrd;     ///< /chosen: linux,initrd-start and -end
  std::string bootargs;                    ///< /chosen
};

/// Reads the reserved memory of a DTB with libfdt. `origin` names the DTB in messages.
/// A truncated or broken DTB is bad_input that says what is wrong and where.
ReservedMemory read_reserved_memory(const std::string &dtb, const std::string &origin);

/// ReservedMemory::elfcorehdr alone.
std::optional<PhysicalRange> read_elfcorehdr(const std::string &dtb, const std::string &origin);

} // namespace rmemcheck
