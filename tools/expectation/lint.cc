// SPDX-License-Identifier: GPL-2.0-or-later
#include "expectation/lint.h"

#include "base/range_set.h"
#include "devicetree/dtb.h"
#include "expectation/node_faults.h"
#include "expectation/unpatched.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <map>
#include <string_view>

namespace rmemcheck {
namespace {

/// All that a check may look at.
struct Subject {
  const ReservedMemory &tree;
  const Surroundings &around;
  const Expectation &expectation;
  const LoadAddresses &loads;
};

using Faults = std::vector<TreeFault>;

Faults check_node(const Subject &subject) {
  if (subject.tree.unsupported.empty())
    return {};
  return {{"root", "/reserved-memory", subject.tree.unsupported,
           "since v3.15 the kernel says \"unsupported node format, ignoring\" and reserves nothing "
           "of it"}};
}

/// The kernel looks whether there are `ranges`, and not into them (__reserved_mem_check_root(),
/// drivers/of/of_reserved_mem.c).
Faults check_ranges(const Subject &subject) {
  if (const auto &found = subject.around.translation)
    return {{"ranges", "/reserved-memory",
             fmt::format("ranges translate {:#x} to {:#x}", found->from, found->to),
             "since v3.15 the kernel takes the addresses of regions as they stand, and reserves "
             "the former"}};
  return {};
}

/// The same of each node.
Faults each_has(const std::vector<std::string> &paths, const char *rule, const char *fault,
                const char *kernel) {
  Faults faults;
  for (const std::string &path : paths)
    faults.push_back({rule, path, fault, kernel});
  return faults;
}

Faults check_other_parents(const Subject &subject) {
  return each_has(subject.around.other_parents, "root",
                  "another /reserved-memory stands in front of it",
                  "since v3.15 the kernel reads the first in the tree, with or without a unit "
                  "address, and nothing of this one");
}

Faults check_nested(const Subject &subject) {
  return each_has(subject.around.nested, "nested", "a region below a region",
                  "since v3.15 the kernel reads the children of /reserved-memory alone: "
                  "nothing is reserved for this node");
}

/// What the kernel does with a node of which a property is malformed.
const char *fate_of_malformed(const ReservedRegion &node) {
  const auto says = [&](std::string_view text) {
    return node.malformed.find(text) != std::string::npos;
  };
  if (node.skipped_silently)
    return "since v3.15 the kernel passes over the node without a word";
  if (says("64 bits")) // of_read_number(), memblock_cap_size()
    return "on every version the kernel cuts what does not fit, without a word";
  if (says("reg: empty"))
    return "until v7.1 the kernel passes over the node without a word; since v7.2 it takes it for "
           "one that has no reg";
  if (says("reg: "))
    return "since v3.15 the kernel skips the node with an error; since v6.19 it takes it for one "
           "that has no reg, without a word";
  if (says("alloc-ranges: length"))
    return "until v6.18 the kernel skips the node with an error; since v6.19 it places the region "
           "anywhere, without a word";
  return "since v3.15 the kernel skips the node with an error, and reserves nothing";
}

Faults check_memory(const Subject &subject) {
  return each_has(subject.around.untyped_memory, "memory", "reg and no device_type = \"memory\"",
                  "on every version the kernel passes over the node: the RAM that it tells of is "
                  "not there");
}

/// Properties whose bytes mean nothing. The rule is the property's name.
Faults check_properties(const Subject &subject) {
  Faults faults;
  for (const std::string &broken : subject.around.broken_memory) {
    const std::size_t end = broken.find(": ");
    faults.push_back({"reg", broken.substr(0, end), broken.substr(end + 2),
                      "until v6.18 the kernel reads the whole tuples and leaves the rest; since "
                      "v6.19 it reads none of them"});
  }
  if (const std::string &broken = subject.around.broken_usable_memory; !broken.empty())
    faults.push_back(
        {"usable-memory", "/chosen", broken,
         "until v6.18 at least the kernel reads on behind the property, and takes what "
         "it finds for the rest of the range"});
  if (!subject.tree.unsupported.empty()) // nobody looks at the regions
    return faults;
  for (const ReservedRegion &node : subject.tree.regions) {
    if (node.malformed.empty() || !node.enabled || node.is_placeholder)
      continue;
    const std::string property = node.malformed.substr(0, node.malformed.find(':'));
    faults.push_back({node.skipped_silently ? "reg" : property, node.name, node.malformed,
                      fate_of_malformed(node)});
  }
  return faults;
}

Faults check_placeholders(const Subject &subject) {
  Faults faults = placeholder_faults(subject.expectation);
  std::erase_if(faults, [&](const TreeFault &fault) {
    return std::ranges::none_of(subject.tree.regions, [&](const ReservedRegion &node) {
      return node.name == fault.node && node.enabled && node.is_placeholder;
    });
  });
  return faults;
}

/// /memreserve/ over a region that is mapped does no harm.
Faults check_overlaps(const Subject &subject) {
  Faults faults = overlap_faults(subject.expectation);
  std::erase_if(faults, [&](const TreeFault &fault) {
    return fault.fault.find("/memreserve/") != std::string::npos &&
           std::ranges::none_of(subject.tree.regions, [&](const ReservedRegion &node) {
             return node.name == fault.node && node.no_map;
           });
  });
  return faults;
}

Faults check_load_addresses(const Subject &subject) {
  return load_address_faults(subject.expectation, subject.loads);
}

Faults check_strays(const Subject &subject) {
  Faults faults;
  for (const StrayNode &stray : subject.around.strays)
    faults.push_back({"stray", stray.path,
                      fmt::format("{}: reserved memory outside /reserved-memory", stray.sign),
                      "since v3.15 the kernel reads /reserved-memory alone: nothing is reserved "
                      "for this node, and its memory is used as any other"});
  return faults;
}

/// What a device's driver is told of a region that is not there.
/// of_reserved_mem_device_init_by_idx() (drivers/of/of_reserved_mem.c) takes a disabled one for
/// none, and succeeds, on all of v6.1 to v7.3.
const char *fate_of_reference(const ExpectedRegion *region) {
  return region != nullptr && !region->node.enabled
             ? "since v6.1 at least of_reserved_mem_device_init() succeeds without it, and the "
               "device takes any memory; a driver that looks the region up is told that there is "
               "none, on every version"
             : "on every version the device's driver is told that it has no region";
}

/// Devices that name a region that is not there for them.
Faults check_references(const Subject &subject) {
  constexpr std::string_view parent = "/reserved-memory/";
  std::map<std::string, const ExpectedRegion *> regions;
  for (const ExpectedRegion &region : subject.expectation.regions)
    regions.emplace(region.node.name, &region);
  Faults faults;
  for (const RegionReference &reference : subject.around.references) {
    if (reference.target.empty()) {
      faults.push_back(
          {"memory-region", reference.path,
           fmt::format("memory-region: no node has the phandle {:#x}", reference.phandle),
           fate_of_reference(nullptr)});
      continue;
    }
    if (!reference.target.starts_with(parent))
      continue; // drivers may read such a node themselves
    const auto region = regions.find(reference.target.substr(parent.size()));
    if (region != regions.end() && !takes_memory(*region->second))
      faults.push_back(
          {"memory-region", reference.path,
           fmt::format("memory-region: {} is {}", region->first, region->second->reason),
           fate_of_reference(region->second)});
  }
  return faults;
}

/// Words of a name, such as "mmode" and "resv0".
std::vector<std::string> words_of(const std::string &name) {
  std::vector<std::string> words(1);
  for (const char letter : without_unit_address(name))
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0)
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    else
      words.emplace_back();
  return words;
}

/// Whether a name is one that firmware's own memory goes by.
bool names_firmware(const std::string &name, bool &is_sbi) {
  constexpr std::array of_sbi = {"mmode", "opensbi", "sbi"};
  constexpr std::array of_arm = {"atf",       "tfa", "bl31",   "bl32", "optee", "tee",
                                 "trustzone", "tz",  "secmon", "psci", "hyp",   "qhee"};
  const std::vector<std::string> words = words_of(name);
  const auto has_any = [&](const auto &wanted) {
    return std::ranges::any_of(words, [&](const std::string &word) {
      return std::ranges::find(wanted, word) != wanted.end();
    });
  };
  is_sbi = has_any(of_sbi);
  return is_sbi || has_any(of_arm);
}

Faults check_firmware_memory(const Subject &subject) {
  Faults faults;
  for (const ExpectedRegion &region : subject.expectation.regions) {
    bool is_sbi = false;
    if (!takes_memory(region) || !region.range || region.node.no_map ||
        !names_firmware(region.node.name, is_sbi))
      continue;
    faults.push_back(
        {"firmware-mapped", region.node.name, "firmware's own memory without no-map",
         is_sbi ? "since v6.4 riscv64 maps memory in front of the kernel, too: hibernation, a "
                  "crash dump or a speculative read touches what firmware protects"
                : "on every version the kernel maps it, and a speculative read of protected "
                  "memory ends in an external abort"});
  }
  return faults;
}

/// Whether a device that is there is given the region.
bool has_user(const ExpectedRegion &region, const Surroundings &around) {
  const std::string path = "/reserved-memory/" + region.node.name;
  return std::ranges::find(around.references, path, &RegionReference::target) !=
         around.references.end();
}

/// SRAM of a coprocessor and memory of a display are rightly there, no-map and outside RAM: a
/// device is given them.
Faults check_outside_ram(const Subject &subject) {
  const Expectation &expectation = subject.expectation;
  Faults faults;
  if (expectation.memory.empty())
    return faults;
  const RangeSet memory(expectation.memory);
  for (const ExpectedRegion &region : expectation.regions)
    for (const PhysicalRange &range : region.node.reg) {
      if (!takes_memory(region) || !region.no_map || range.empty() || memory.covers(range) ||
          (!memory.overlaps(range) && has_user(region, subject.around)))
        continue;
      faults.push_back(
          {"outside-ram", region.node.name,
           fmt::format("no-map {} {}", to_string(range),
                       memory.overlaps(range) ? "reaches out of RAM" : "lies outside RAM"),
           "since v3.15 the kernel records it, and there is nothing to keep out of the mapping: a "
           "region that is not where it should be, RAM that is missing, or memory of a device that "
           "does not name it"});
    }
  return faults;
}

/// A check that looks at the expectation alone.
template <Faults (*find)(const Expectation &)> Faults check(const Subject &subject) {
  return find(subject.expectation);
}

Faults check_pools_outside_ram(const Subject &subject) {
  Faults faults;
  for (const ExpectedRegion &region : subject.expectation.regions)
    if (region.is_no_ram_for_cma)
      faults.push_back({"cma-outside-ram", region.node.name,
                        fmt::format("CMA pool {} is not all RAM", to_string(*region.range)),
                        "on every version the kernel takes it, and panics or hands out pages that "
                        "are not there"});
  return faults;
}

/// A property that one region alone may have.
struct Default {
  const char *property;
  bool (*has)(const ReservedRegion &);
  const char *kernel;
};

constexpr Default defaults[] = {
    {"linux,cma-default",
     [](const ReservedRegion &node) { return node.cma_default && node.is_cma_pool(); },
     "on every version the kernel makes areas of all, and the one that is initialised last is the "
     "default"},
    {"linux,dma-default",
     [](const ReservedRegion &node) {
       return node.dma_default && !node.reusable && node.has_compatible("shared-dma-pool");
     },
     "on every version that has one (32-bit ARM, or DMA_GLOBAL_POOL) the kernel warns that the "
     "default area is redefined, and the one that is initialised last is it"},
};

Faults check_defaults(const Subject &subject) {
  Faults faults;
  for (const Default &one : defaults) {
    std::string first;
    for (const ExpectedRegion &region : subject.expectation.regions) {
      if (region.fate == Fate::ignored || region.bypassed || !one.has(region.node))
        continue;
      if (first.empty())
        first = region.node.name;
      else
        faults.push_back({"default-twice", region.node.name,
                          fmt::format("{} is there already, in {}", one.property, first),
                          one.kernel});
    }
  }
  return faults;
}

/// What becomes of a pool that its init function refuses (fdt_init_reserved_mem() and
/// fdt_init_reserved_mem_node(), drivers/of/of_reserved_mem.c). A boot-placed no-map one is
/// reserved as well as marked, and the mark alone is taken away.
std::string fate_of_pool(const ReservedRegion &node) {
  const bool is_hidden_pool =
      node.no_map && node.reusable && node.has_compatible("shared-dma-pool"); // 7fd3981202b9
  return fmt::format("since v5.2 the kernel says \"compatible matching fail\" and {}{}",
                     node.no_map && !node.is_static()
                         ? "maps the memory, which nobody is given: it is lost"
                         : "gives the memory back",
                     is_hidden_pool ? "; since v7.1 it is a region like any other" : "");
}

/// What the kernel refuses for another reason than its bytes.
Faults check_refused(const Subject &subject) {
  Faults faults;
  for (const ExpectedRegion &region : subject.expectation.regions) {
    if (region.fate != Fate::refused || !region.node.malformed.empty() || region.is_no_ram_for_cma)
      continue;
    if (region.given_back)
      faults.push_back({"pool", region.node.name, region.reason, fate_of_pool(region.node)});
    else if (!region.node.is_static())
      faults.push_back({"no-room", region.node.name, region.reason,
                        "since v3.15 the kernel says \"failed to allocate memory for node\""});
  }
  return faults;
}

Faults check_tuples(const Subject &subject) {
  Faults faults;
  for (const ReservedRegion &node : subject.tree.regions)
    if (node.enabled && node.reg.size() > 1)
      faults.push_back({"tuples", node.name, fmt::format("reg of {} ranges", node.reg.size()),
                        "until v6.18 the kernel reserves all and records the first, until v7.1 "
                        "it records none; since v7.2 it takes the first alone, and uses the "
                        "others as any memory"});
  return faults;
}

Faults check_count(const Subject &subject) {
  const std::string fate = unpatched_count_fate(subject.expectation);
  if (fate.empty())
    return {};
  const auto count = std::ranges::count_if(subject.expectation.regions, takes_memory);
  return {{"count", "/reserved-memory", fmt::format("{} regions", count), fate}};
}

constexpr Faults (*checks[])(const Subject &) = {
    check_node,
    check_other_parents,
    check_ranges,
    check_nested,
    check_memory,
    check_properties,
    check_placeholders,
    check_overlaps,
    check_load_addresses,
    check<shared_page_faults>,
    check_strays,
    check_references,
    check_firmware_memory,
    check_outside_ram,
    check_pools_outside_ram,
    check_defaults,
    check_refused,
    check<pool_alignment_faults>,
    check<alignment_faults>,
    check<hidden_reusable_faults>,
    check<loose_page_faults>,
    check_tuples,
    check_count,
    check<namesake_faults>,
    check<unit_address_faults>,
};

} // namespace

std::vector<TreeFault> find_faults(const ReservedMemory &tree, const Surroundings &around,
                                   const Expectation &expectation, const LoadAddresses &loads) {
  const Subject subject{tree, around, expectation, loads};
  Faults faults;
  for (const auto check : checks)
    std::ranges::move(check(subject), std::back_inserter(faults));
  return faults;
}

} // namespace rmemcheck
