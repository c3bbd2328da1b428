// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/trouble.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace rmemcheck {
namespace {

using Kind = LoggedTrouble::Kind;

/// A line that begins with one text and contains another behind it.
struct Pattern {
  Kind kind;
  std::string_view begin;
  std::string_view contained{};
};

// A begin is compared at the start of the line, so that a command line or a node name that quotes
// one of these is no trouble, nor the "---[ end Kernel panic ..." line a second panic.
constexpr std::array patterns = {
    Pattern{Kind::overlap, "OF: reserved mem: ", "OVERLAP DETECTED!"},
    Pattern{Kind::panic, "Kernel panic - not syncing"},
    Pattern{Kind::oops, "Internal error: "},                 // arm, arm64
    Pattern{Kind::oops, "Unable to handle kernel "},         // arm, arm64, riscv
    Pattern{Kind::oops, "CPU ", "Unable to handle kernel "}, // mips, loongarch
    Pattern{Kind::oops, "Unhandled fault: "},                // arm
    Pattern{Kind::oops, "Unhandled prefetch abort: "},       // arm
    Pattern{Kind::oops, "Oops: "},                           // x86, powerpc
    Pattern{Kind::oops, "Oops ["},                           // riscv, xtensa
    Pattern{Kind::oops, "Oops["},                            // mips, loongarch
    Pattern{Kind::bug, "kernel BUG at "},
    Pattern{Kind::bug, "Kernel BUG at "},
    Pattern{Kind::bug, "BUG: "},
    Pattern{Kind::bug, "BUG ", "): "}, // slub: "BUG kmalloc-64 (Not tainted): ..."
    Pattern{Kind::bug, "watchdog: BUG: "},
    Pattern{Kind::bug, "UBSAN: ", " in "}, // "UBSAN: array-index-out-of-bounds in FILE:LINE"
    Pattern{Kind::warning, "WARNING: "},
    // Not of drivers/of, but they say that a region did not become the pool that it describes.
    Pattern{Kind::reserved_memory_error, "cma: CMA area ", " could not be activated"},
    Pattern{Kind::reserved_memory_error, "", "Restricted DMA pool must be accessible"},
};

// Who speaks of reserved memory: of_reserved_mem.c, fdt.c (up to v6.8), and the init functions in
// kernel/dma.
constexpr std::array<std::string_view, 3> speakers = {
    "OF: reserved mem: ", "OF: fdt: Reserved memory: ", "Reserved memory: "};

// What they say when something went wrong; a serial console shows no level to go by. Each is the
// part that has stayed the same from v6.1 on, in the array's dynamic version too. No message at
// info level ("compatible matching fail", "bypass ... node") contains any.
constexpr std::array<std::string_view, 20> complaints = {
    "not enough space ",   // for all defined regions
    "too many ",           // defined dynamic regions
    "no room for ",        // node
    "no memory to ",       // record node
    "failed to ",          // reserve, allocate memory for node; init DMA memory pool
    "Failed to ",          // allocate memory for reserved_mem array
    "invalid ",            // reg, size, alignment, alloc-ranges property
    "unsupported ",        // node format
    "not yet supported",   // regions without no-map
    "incorrect alignment", // of CMA region
    "unable to ",          // setup CMA region
    "not compatible",      // a node's properties with its init function
    "ignoring node",       // with all of /reserved-memory
    "zero size ",          // in node
    "out of range",        // reg, size, alignment, alloc-ranges
    "cannot be addressed", // bytes of a reg
    "is impossible",       // a size or an alignment
    "not all memory ",     // of node can be given back
    "not be reserved",     // a node that cannot be used
    "is damaged",          // the device tree
};

// At error level any message of these is trouble, known text or not.
constexpr unsigned error_level = 3;
constexpr std::array<std::string_view, 3> error_speakers = {
    "OF: reserved mem:", "OF: fdt:", "Reserved memory:"};

template <std::size_t size>
bool begins_with_any(std::string_view text, const std::array<std::string_view, size> &begins) {
  return std::ranges::any_of(begins,
                             [&](std::string_view begin) { return text.starts_with(begin); });
}

bool matches(const Pattern &pattern, std::string_view text) {
  return text.starts_with(pattern.begin) &&
         text.find(pattern.contained, pattern.begin.size()) != std::string_view::npos;
}

bool complains(std::string_view text) {
  return begins_with_any(text, speakers) &&
         std::ranges::any_of(complaints, [&](std::string_view complaint) {
           return text.find(complaint) != std::string_view::npos;
         });
}

bool is_error(const LogLine &line) {
  return line.level && *line.level <= error_level && begins_with_any(line.text, error_speakers);
}

} // namespace

std::optional<Kind> trouble_kind(const LogLine &line) {
  if (!line.from_kernel)
    return std::nullopt;
  for (const Pattern &pattern : patterns)
    if (matches(pattern, line.text))
      return pattern.kind;
  if (is_error(line) || complains(line.text))
    return Kind::reserved_memory_error;
  return std::nullopt;
}

} // namespace rmemcheck
