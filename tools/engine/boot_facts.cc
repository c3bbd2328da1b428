// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/boot_facts.h"

#include "base/kernel_version.h"
#include "base/size.h"
#include "evidence/iomem.h"
#include "evidence/memory_totals.h"
#include "evidence/scanner.h"

namespace rmemcheck {
namespace {

/// "OF: fdt: Ignoring memory range 0x80000000 - 0x80200000", the end exclusive
/// (early_init_dt_add_memory_arch(), drivers/of/fdt.c).
std::optional<PhysicalRange> ignored_range(const std::string &line) {
  Scanner scanner(line);
  if (!scanner.literal("OF: fdt: Ignoring memory range "))
    return std::nullopt;
  const auto begin = scanner.hex();
  const bool is_range = scanner.literal(" - ");
  const auto end = scanner.hex();
  if (!begin || !is_range || !end || *begin >= *end)
    return std::nullopt;
  return PhysicalRange{*begin, *end};
}

/// "Domain0 Next Arg1         : 0x00000000bfe00000": where OpenSBI says that it has put the tree.
std::optional<std::uint64_t> handed_tree(const std::string &console) {
  constexpr std::string_view name = "Domain0 Next Arg1";
  const auto begin = console.find(name);
  if (begin == std::string::npos)
    return std::nullopt;
  const std::string line = console.substr(begin, console.find('\n', begin) - begin);
  Scanner scanner(line);
  scanner.literal(name);
  scanner.spaces();
  if (!scanner.literal(": "))
    return std::nullopt;
  return scanner.hex();
}

/// What an architecture without a linear address for memory in front of the kernel leaves out
/// (riscv64 before v6.4). A kernel's word for any other memory is not taken: it must not decide
/// what it is judged by.
std::vector<PhysicalRange> ignored_memory(const Evidence &evidence, const PhysicalRange &image) {
  std::vector<PhysicalRange> ignored;
  for (const SourceLine &line : evidence.log.lines)
    if (const auto range = ignored_range(line.text); range && range->end <= image.begin)
      ignored.push_back(*range);
  return ignored;
}

} // namespace

PhysicalRange tree_of_um(const PhysicalRange &ram, std::uint64_t size) {
  constexpr std::uint64_t cache_line = 64; // SMP_CACHE_BYTES
  const std::uint64_t begin = (ram.end - size) / cache_line * cache_line;
  return {begin, begin + size};
}

PhysicalRange kernel_of_um(const PhysicalRange &ram, const KernelLog &log) {
  const auto totals = parse_memory_totals(log);
  if (!totals || totals->image == 0)
    return {};
  constexpr std::uint64_t step = 0x400000;
  const std::uint64_t behind_data = (totals->image * kibibyte + step) / step * step;
  return {ram.begin, ram.begin + behind_data + step};
}

BootFacts facts_of(const ReservedMemory &tree, const Evidence &evidence, const RawEvidence &raw,
                   const std::string &console) {
  BootFacts facts;
  if (const auto image = kernel_image(evidence)) {
    facts.taken.push_back(*image);
    facts.ignored_memory = ignored_memory(evidence, *image);
  }
  if (tree.initrd)
    facts.taken.push_back(*tree.initrd);
  // The kernel reserves the DTB to the byte, which is how it is told from the rest.
  const auto fdt = raw.find("fdt");
  if (const auto address = handed_tree(console); address && fdt != raw.end())
    facts.taken.push_back({*address, *address + fdt->second.size()});
  if (fdt != raw.end() && evidence.memblock_reserved)
    for (const MemblockRange &entry : *evidence.memblock_reserved)
      if (entry.range.size() == fdt->second.size())
        facts.taken.push_back(entry.range);
  facts.takes_first_tuple_only = is_since(evidence.log.version, "7.2");
  facts.passes_over_hidden_pools = facts.checks_overlaps_last = facts.refuses_before_reserving =
      is_since(evidence.log.version, "7.1");
  facts.page_size = evidence.log.page_size;
  // Until b41328187629, v6.4
  facts.memreserve_first = is_older(evidence.log.version, "6.4");
  return facts;
}

} // namespace rmemcheck
