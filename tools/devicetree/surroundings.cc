// SPDX-License-Identifier: GPL-2.0-or-later
#include "devicetree/surroundings.h"

#include "devicetree/dtb.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <libfdt.h>
#include <map>

namespace rmemcheck {
namespace {

/// Bindings of children of /reserved-memory (Documentation/devicetree/bindings/reserved-memory/)
/// that mean nothing elsewhere.
constexpr std::array region_compatibles = {"shared-dma-pool", "restricted-dma-pool", "ramoops",
                                           "nvidia,tegra210-emc-table"};
/// Properties that the kernel reads of such children alone.
constexpr std::array region_properties = {"no-map", "reusable", "linux,cma-default",
                                          "linux,dma-default"};

/// Why a node outside is about reserved memory; empty if it is not. One that only names a region
/// by phandle is a device.
std::string sign_of(const Dtb &dtb, int node, const std::string &name) {
  if (dtb.has(node, "memory-region"))
    return "";
  const auto compatible = dtb.property(node, "compatible").value_or("");
  for (const char *wanted : region_compatibles)
    if (fdt_stringlist_contains(compatible.data(), static_cast<int>(compatible.size()), wanted) !=
        0)
      return fmt::format("compatible {}", wanted);
  for (const char *property : region_properties)
    if (dtb.has(node, property))
      return property;
  const std::string_view stem = without_unit_address(name);
  if (stem == "reserved-memory" || stem == "reserved_memory")
    return "its name";
  return "";
}

/// early_init_dt_scan_memory() at v6.9 reads whole tuples, and passes over the rest.
std::string broken_memory(const Dtb &dtb, int node) {
  const auto reg = dtb.property(node, "reg");
  if (dtb.string(node, "device_type") != "memory" || !reg)
    return "";
  return length_fault("reg", *reg, dtb.root_cells());
}

/// early_init_dt_check_for_usable_mem_range() at v6.9 reads on behind the property.
std::string broken_usable_memory(const Dtb &dtb) {
  constexpr const char *name = "linux,usable-memory-range";
  const int chosen = fdt_path_offset(dtb.blob(), "/chosen");
  const auto value = chosen < 0 ? std::nullopt : dtb.property(chosen, name);
  return length_fault(name, value.value_or(""), dtb.root_cells());
}

/// early_init_dt_scan_memory() knows RAM by its device_type alone.
bool is_untyped_memory(const Dtb &dtb, int node, const std::string &name) {
  return without_unit_address(name) == "memory" &&
         !dtb.property(node, "reg").value_or("").empty() &&
         dtb.string(node, "device_type") != "memory";
}

/// Cores without a 64-bit mode (Documentation/devicetree/bindings/arm/cpus.yaml).
constexpr std::array cores_of_32_bits = {
    "arm,cortex-a5",   "arm,cortex-a7",   "arm,cortex-a8",     "arm,cortex-a9",
    "arm,cortex-a12",  "arm,cortex-a15",  "arm,cortex-a17",    "arm,arm926ej-s",
    "arm,arm920t",     "arm,arm1136jf-s", "arm,arm1176jzf-s",  "arm,arm11mpcore",
    "brcm,brahma-b15", "faraday,fa526",   "marvell,feroceon",  "marvell,mohawk",
    "marvell,pj4a",    "marvell,pj4b",    "marvell,sheeva-v5", "marvell,sheeva-v7",
    "qcom,krait",      "qcom,scorpion"};

std::string arch_of_cpus(const Dtb &dtb) {
  int cpu = 0;
  fdt_for_each_subnode(cpu, dtb.blob(), fdt_path_offset(dtb.blob(), "/cpus")) {
    const std::string_view compatible = dtb.property(cpu, "compatible").value_or("");
    const auto has = [&](const char *wanted) {
      return fdt_stringlist_contains(compatible.data(), static_cast<int>(compatible.size()),
                                     wanted) != 0;
    };
    if (has("riscv"))
      return "riscv";
    if (std::ranges::any_of(cores_of_32_bits, has))
      return "arm";
  }
  return "";
}

/// Empty `ranges`, and those that lead to the same address, translate nothing. Cells are the root's
/// where the kernel reads the node at all.
std::optional<Translation> translation_of(const Dtb &dtb, int reserved_memory) {
  const std::string_view ranges = dtb.property(reserved_memory, "ranges").value_or("");
  const Cells &cells = dtb.root_cells();
  const std::size_t bytes = 2 * cells.address_bytes() + cells.size_bytes();
  for (std::size_t at = 0; at + bytes <= ranges.size(); at += bytes) {
    const Translation found{read_cells(ranges, at, cells.address),
                            read_cells(ranges, at + cells.address_bytes(), cells.address)};
    if (found.from != found.to)
      return found;
  }
  return std::nullopt;
}

/// Walks a tree once, node by node.
class Walk {
public:
  Walk(const std::string &dtb, const std::string &origin)
      : dtb_(dtb, origin), reserved_memory_(fdt_path_offset(dtb_.blob(), "/reserved-memory")) {}

  Surroundings operator()() {
    if (reserved_memory_ >= 0)
      take_reserved_memory();
    result_.arch = arch_of_cpus(dtb_);
    result_.broken_usable_memory = broken_usable_memory(dtb_);
    take_below(0, "");
    for (RegionReference &reference : result_.references)
      if (const auto target = by_phandle_.find(reference.phandle); target != by_phandle_.end())
        reference.target = target->second;
    return result_;
  }

private:
  void take_reserved_memory() {
    result_.translation = translation_of(dtb_, reserved_memory_);
    int region = 0;
    fdt_for_each_subnode(region, dtb_.blob(), reserved_memory_) {
      if (is_available(dtb_, region) && !dtb_.has(region, "compatible"))
        take_nested(region);
    }
  }

  void take_nested(int region) {
    int node = 0;
    fdt_for_each_subnode(node, dtb_.blob(), region) {
      if (is_available(dtb_, node) && (dtb_.has(node, "reg") || dtb_.has(node, "size")))
        result_.nested.push_back(fmt::format("/reserved-memory/{}/{}",
                                             fdt_get_name(dtb_.blob(), region, nullptr),
                                             fdt_get_name(dtb_.blob(), node, nullptr)));
    }
  }

  void take_below(int parent, const std::string &path) {
    int node = 0;
    fdt_for_each_subnode(node, dtb_.blob(), parent) {
      const std::string name = fdt_get_name(dtb_.blob(), node, nullptr);
      take(node, name, fmt::format("{}/{}", path, name), parent == 0);
    }
  }

  void take(int node, const std::string &name, const std::string &path, bool is_top) {
    if (const std::uint32_t phandle = fdt_get_phandle(dtb_.blob(), node); phandle != 0)
      by_phandle_.emplace(phandle, path);
    const bool is_reserved_memory = is_top && without_unit_address(name) == "reserved-memory";
    if (is_reserved_memory && node != reserved_memory_)
      result_.other_parents.push_back(path);
    const bool was_off = is_off_;
    is_off_ |= !is_available(dtb_, node);
    if (!is_off_) {
      if (const std::string broken = is_top ? broken_memory(dtb_, node) : ""; !broken.empty())
        result_.broken_memory.push_back(path + ": " + broken);
      if (is_top && is_untyped_memory(dtb_, node, name))
        result_.untyped_memory.push_back(path);
      take_references(node, path);
      const std::string sign = is_reserved_memory || is_in_region_ ? "" : sign_of(dtb_, node, name);
      if (!sign.empty())
        result_.strays.push_back({path, sign});
    }
    const bool was_in_region = is_in_region_;
    is_in_region_ |= is_reserved_memory;
    take_below(node, path);
    is_in_region_ = was_in_region;
    is_off_ = was_off;
  }

  void take_references(int node, const std::string &path) {
    const auto phandles = dtb_.property(node, "memory-region").value_or("");
    for (std::size_t at = 0; at + 4 <= phandles.size(); at += 4)
      result_.references.push_back(
          {path, static_cast<std::uint32_t>(read_cells(phandles, at, 1)), ""});
  }

  Dtb dtb_;
  /// The first of that name, with or without a unit address: the kernel asks libfdt, too
  /// (fdt_scan_reserved_mem(), drivers/of/of_reserved_mem.c).
  int reserved_memory_;
  bool is_in_region_ = false; ///< below /reserved-memory
  bool is_off_ = false;       ///< disabled, or below what is: no driver sees it
  std::map<std::uint32_t, std::string> by_phandle_;
  Surroundings result_;
};

} // namespace

Surroundings read_surroundings(const std::string &dtb, const std::string &origin) {
  return Walk(dtb, origin)();
}

} // namespace rmemcheck
