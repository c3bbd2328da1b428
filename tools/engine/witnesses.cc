// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/witnesses.h"

#include <algorithm>
#include <array>

namespace rmemcheck {
namespace {

/// A witness, and the configuration that a kernel has it with: up to two options.
struct Witness {
  const char *name;
  std::array<const char *, 2> options{};
  const char *arch = "";    ///< of this architecture alone
  bool takes_tree = false;  ///< only where there is a DTB
  bool takes_probe = false; ///< only with the probe
};

constexpr Witness witnesses[] = {
    {"dmesg"},
    {"iomem"},
    {"fdt", {"CONFIG_OF_EARLY_FLATTREE=y", "CONFIG_SYSFS=y"}, "", true},
    {"memblock-memory", {"CONFIG_ARCH_KEEP_MEMBLOCK=y", "CONFIG_DEBUG_FS=y"}},
    {"memblock-reserved", {"CONFIG_ARCH_KEEP_MEMBLOCK=y", "CONFIG_DEBUG_FS=y"}},
    // x86 has a folder of them, page_tables.
    {"kernel_page_tables", {"CONFIG_PTDUMP_DEBUGFS=y"}, "arm64"},
    {"kernel_page_tables", {"CONFIG_PTDUMP_DEBUGFS=y"}, "powerpc"},
    {"kernel_page_tables", {"CONFIG_PTDUMP_DEBUGFS=y"}, "riscv"},
    {"kernel_page_tables", {"CONFIG_ARM_PTDUMP_DEBUGFS=y"}},
    {"probe", {"CONFIG_MODULES=y"}, "", true, true},
    // arch/arm64/mm/ptdump.c marks where it begins and ends; the probe says where that is.
    {"linear mapping", {"CONFIG_PTDUMP_DEBUGFS=y"}, "arm64", true, true},
};

bool can_show(const Showing &kernel, const Witness &witness) {
  const auto is_set = [&](const char *option) {
    return option == nullptr || std::ranges::find(kernel.config, option) != kernel.config.end();
  };
  return std::ranges::all_of(witness.options, is_set) &&
         (*witness.arch == '\0' || witness.arch == kernel.arch) &&
         (kernel.has_tree || !witness.takes_tree) && (kernel.has_probe || !witness.takes_probe);
}

} // namespace

std::vector<std::string> witnesses_of(const Showing &kernel) {
  std::vector<std::string> names;
  for (const Witness &witness : witnesses)
    if (can_show(kernel, witness))
      names.emplace_back(witness.name);
  return names;
}

} // namespace rmemcheck
