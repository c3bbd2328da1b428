// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "devicetree/reserved_memory.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// What the kernel must do with one node.
enum class Fate {
  recorded, ///< reserved or marked no-map, and found by of_reserved_mem_lookup()
  kept,     ///< reserved or marked no-map, but this kernel records nothing
  refused,  ///< the kernel must name it in an error and must not record it
  ignored   ///< disabled, or in a node the kernel does not read: no trace of it
};

struct ExpectedRegion {
  ReservedRegion node;
  Fate fate = Fate::recorded;
  /// Static: the first tuple of reg, which is what lookup returns. Boot-placed: nothing,
  /// the place is found by the kernel.
  std::optional<PhysicalRange> range;
  std::uint64_t size = 0; ///< of the recorded region, bytes
  /// Boot-placed: what the base must be a multiple of, or 0. For a reusable
  /// shared-dma-pool the kernel raises it to CMA_MIN_ALIGNMENT_BYTES, which depends on
  /// its configuration: at least the value here.
  std::uint64_t alignment = 0;
  /// The tree's alignment is no power of two: the kernel must say that it takes the next one.
  bool is_alignment_rounded = false;
  /// The kernel takes the first tuple of reg, and must say that it leaves the others.
  bool is_cut_to_first_tuple = false;
  /// Boot-placed: the alloc-ranges that have addresses. None means anywhere where the node has none
  /// either.
  std::vector<PhysicalRange> windows{};
  /// Absent from the linear mapping in the end. False for a no-map node that is refused. True
  /// for one region hides bytes from the mapping even where a mapped region lies over them.
  bool no_map = false;
  bool cma = false; ///< must become the CMA area that its node asks to be
  /// Tuples of reg that the kernel must name in an error and leave alone; the region itself is
  /// refused if the first tuple is among them.
  std::vector<PhysicalRange> refused_tuples;
  /// Refused by its init function: its memory goes back to the system, but for what anybody else
  /// takes of it.
  bool given_back = false;
  /// Ignored with the whole of /reserved-memory: the kernel must name it in an error.
  bool must_be_named = false;
  /// A default CMA pool that makes way for the command line's.
  bool bypassed = false;
  bool is_no_ram_for_cma =
      false; ///< refused because a CMA area would have pages that are not there
  /// Added to the tree by firmware, which may keep even mapped memory of its own from the kernel,
  /// as OpenSBI does by physical memory protection.
  bool from_firmware = false;
  /// A boot-placed CMA area for which there is no room where the kernel's configuration asks for
  /// much of its alignment.
  bool may_find_no_place = false;
  bool left_out = false; ///< by a kernel that may leave out so many; see may_leave_out
  std::string reason;    ///< why, in one sentence, for `dt explain`
};

/// Whether the tree gives the region no place, so that the kernel has to find one.
inline bool is_boot_placed(const ExpectedRegion &region) { return region.node.reg.empty(); }

/// All addresses that there are: where a region may lie that nothing binds.
inline constexpr PhysicalRange anywhere{0, std::numeric_limits<std::uint64_t>::max()};

/// Where boot may place it: within alloc-ranges that have addresses, or anywhere.
std::vector<PhysicalRange> windows_for(const ExpectedRegion &region);

/// Makes it one that the kernel must refuse, and says why.
void refuse(ExpectedRegion &region, std::string reason);

/// Whether the region has memory of its own, recorded or not.
inline bool takes_memory(const ExpectedRegion &region) {
  return region.fate == Fate::recorded || region.fate == Fate::kept;
}

/// base | size: a power of two divides it where it divides both. Of a boot-placed region it is the
/// size, since the kernel aligns the base itself.
inline std::uint64_t bits_of_place(const ExpectedRegion &region) {
  return region.size | (region.range ? region.range->begin : 0);
}

struct Expectation;

/// Whether there are regions that are kept, which this kernel does not record.
bool records_nothing(const Expectation &expectation);

/// A pair of static regions that overlap: the kernel prints OVERLAP DETECTED! for those
/// that are neighbours in its sorted array.
struct ExpectedOverlap {
  std::string first;
  std::string second;
  /// False where the line depends on whether the kernel keeps a refused node in its array
  /// (v6.9 does): then it may be printed and need not.
  bool required = true;
};

/// A device that takes a region into use (devicetree/reserved_memory.h).
struct ExpectedConsumer {
  std::string name;
  std::string region;    ///< name of its node; empty if it has none
  std::size_t index = 0; ///< of the region, where it has one: two may share a name
};

/// Whether a kernel records what it has reserved.
enum class Recording {
  done,
  no_tree, ///< it boots with ACPI: the tree is scanned and never unflattened
  no_array ///< there is no memory for the array: every region is named in an error
};

/// What is demanded of a boot besides what its tree leads to.
struct BootDemands {
  /// Boot-placed regions that a kernel may leave out of its array (devicetree/make.h).
  std::uint64_t may_leave_out = 0;
  /// Whether there is a guest that asks for every region. Where there is none, what its evidence
  /// alone could show is skipped.
  bool has_user_space = true;
  /// Whether the kernel must have run the KUnit suite of the series: any but a baseline that
  /// has a tree and no user space.
  bool must_run_suite = false;
  std::string arch{}; ///< ARCH= of the kernel's make; empty where nobody knows
  /// Whether what such a kernel is known to have wrong is known of this one too: it has no series,
  /// and is not there to be caught.
  bool may_have_known_faults = false;
  /// Bytes of the default CMA area that the kernel makes of itself where neither the tree nor the
  /// command line has one; 0: none, or not known.
  std::uint64_t default_cma = 0;
  /// Files of evidence that this kernel can show, and "linear mapping".
  std::vector<std::string> witnesses{};
  /// Bytes that the kernel may reserve for itself; 0: a share of RAM (judge/own_memory.cc).
  std::uint64_t most_own_memory = 0;
  Recording recording = Recording::done;
  /// A board's own system, which has run for a while: its drivers complain of what is no tree's.
  bool is_live = false;
  /// False where there is a log and no tree: then the log alone is judged, by itself.
  bool is_tree_known = true;
  /// Text that the log must have to show that the kernel is what it is booted for: of KASAN, say,
  /// whose silence tells nothing where it is off.
  std::vector<std::string> must_log{};
};

/// What the kernel that booted decides and finds, as the expectation goes by it and the judge does.
struct KernelDecisions {
  /// Taken before any region: the kernel's image, the initrd, the DTB.
  std::vector<PhysicalRange> taken{};
  std::uint64_t page_size = 0x1000; ///< bytes
  /// 32-bit ARM: shared-dma-pools must be no-map or CMA areas.
  bool refuses_mapped_pools = false;
  /// A pool that is both no-map and reusable is a region like any other, since no init function
  /// wants it: since v7.1 by decision (7fd3981202b9).
  bool passes_over_hidden_pools = false;
  /// Overlaps are looked for when what is refused is not in the array any more: since v7.1
  /// (34e0e2a8ea9e).
  bool checks_overlaps_last = false;
  /// An init function may say why it refuses a node long before the line that names it: since v7.1
  /// (7fd3981202b9), where it is asked before anything is reserved.
  bool refuses_before_reserving = false;
};

/// What is known of a boot besides the tree: what the kernel finds when it scans the tree, and
/// what is demanded of it.
struct BootFacts : BootDemands, KernelDecisions {
  /// /memreserve/ comes before the static regions, as on v6.1, and not behind them, as on v6.9.
  bool memreserve_first = false;
  /// Of a reg with several tuples the first one alone is taken, with a warning: since v7.2 by
  /// decision (7b9f263909a5, "of: reserved_mem: only support one <base size> entry in reg
  /// property").
  bool takes_first_tuple_only = false;
  /// RAM of the tree that the kernel does not take, because it cannot.
  std::vector<PhysicalRange> ignored_memory{};
  /// Width of phys_addr_t.
  unsigned address_bits = 64;
  /// As many as the page allocator hands out at once, by the configuration; 0: it does not tell.
  std::uint64_t most_pages = 0;
  std::vector<std::string> from_firmware{}; ///< names of regions that firmware has added
  /// The tree has no RAM, since firmware fills it in: whatever depends on RAM is taken for right.
  bool is_memory_unknown = false;
};

/// What a tree must lead to, computed from the tree and those facts alone.
struct Expectation : BootDemands, KernelDecisions {
  std::vector<PhysicalRange> memory;
  bool is_memory_unknown = false; ///< as in BootFacts: `memory` is empty then
  std::vector<PhysicalRange> memreserve;
  std::vector<ExpectedRegion> regions; ///< tree order
  std::vector<ExpectedOverlap> overlaps;
  std::vector<ExpectedConsumer> consumers;
  std::optional<PhysicalRange> elfcorehdr;
  /// The kernel must say that it does not read /reserved-memory, whatever is in it.
  bool is_format_unsupported = false;
  std::uint64_t last_address = std::numeric_limits<std::uint64_t>::max(); ///< of phys_addr_t
  /// Bytes; the kernel demands a multiple of so many of a CMA area, or of less
  /// (CMA_MIN_ALIGNMENT_BYTES).
  std::uint64_t most_cma_alignment = 0x400000;
  /// Bytes of the default CMA area that the command line asks for ("cma="), which then goes
  /// before that of the tree.
  std::optional<std::uint64_t> cmdline_cma;
  /// That area cannot be had: nowhere is so much room, or its place is not RAM or is taken.
  bool is_cmdline_cma_without_room = false;
};

/// Applies the rules of drivers/of/of_reserved_mem.c at v6.9 (each cited beside its code), and
/// where these lose memory or cut numbers, those of the series.
Expectation expect(const ReservedMemory &tree, const BootFacts &facts = {});

} // namespace rmemcheck
