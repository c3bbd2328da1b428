// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rmemcheck {

/// A node that speaks of reserved memory, and is no child of /reserved-memory.
struct StrayNode {
  std::string path;
  std::string sign; ///< what shows it: "compatible ramoops", "no-map"
};

/// One entry of a device's `memory-region`.
struct RegionReference {
  std::string path; ///< of the device
  std::uint32_t phandle = 0;
  std::string target; ///< path of the node with that phandle; empty: there is none
};

/// Addresses of children of /reserved-memory that its `ranges` says lie elsewhere.
struct Translation {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

/// What of a tree beside /reserved-memory is about reserved memory.
struct Surroundings {
  std::vector<StrayNode> strays;
  std::vector<RegionReference> references; ///< of devices that are enabled with all above
  /// What is wrong with enabled memory nodes: "/memory@0: reg: length 12 is no multiple of 16".
  std::vector<std::string> broken_memory;
  /// What is wrong with /chosen's linux,usable-memory-range; empty: nothing.
  std::string broken_usable_memory;
  /// Paths of enabled nodes that go by the name memory and have a reg, and no device_type that says
  /// so.
  std::vector<std::string> untyped_memory;
  /// Paths of nodes below the root, other than the one that the kernel reads, that go by the name
  /// reserved-memory with or without a unit address.
  std::vector<std::string> other_parents;
  /// Paths of enabled nodes below a region that ask for memory as regions do. None of those below
  /// one with a compatible, whose driver may read them.
  std::vector<std::string> nested;
  std::optional<Translation> translation; ///< the first; nothing if addresses are as they stand
  /// ARCH= of the kernel's make, where the CPUs' compatible tells it: "arm" of cores that have no
  /// 64-bit mode, "riscv"; else empty.
  std::string arch;
};

/// Reads them out of a DTB; errors as of read_reserved_memory().
Surroundings read_surroundings(const std::string &dtb, const std::string &origin);

} // namespace rmemcheck
