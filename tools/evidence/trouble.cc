// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/trouble.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace rmemcheck {
namespace {

using Kind = LoggedTrouble::Kind;

/// A line that begins with one text and contains another behind it; what it is called, and the
/// kernel's file that prints it.
struct Pattern {
  Kind kind;
  std::string_view begin;
  std::string_view contained;
  std::string_view family;
};

// A begin is compared at the start of the line, so that a command line or a node name that quotes
// one of these is no trouble, nor the "---[ end Kernel panic ..." line a second panic.
constexpr std::array patterns = {
    Pattern{Kind::overlap, "OF: reserved mem: ", "OVERLAP DETECTED!",
            "overlap (drivers/of/of_reserved_mem.c)"},
    Pattern{Kind::panic, "Kernel panic - not syncing", "", "panic (kernel/panic.c)"},
    Pattern{Kind::oops, "Internal error: ", "", "oops (arch/arm64/kernel/traps.c, arm)"},
    Pattern{Kind::oops, "Unable to handle kernel ", "", "oops (arch/arm64/mm/fault.c, arm, riscv)"},
    Pattern{Kind::oops, "CPU ", "Unable to handle kernel ", "oops (arch/mips/mm/fault.c)"},
    Pattern{Kind::oops, "Unhandled fault: ", "", "oops (arch/arm/mm/fault.c)"},
    Pattern{Kind::oops, "Unhandled prefetch abort: ", "", "oops (arch/arm/mm/fault.c)"},
    Pattern{Kind::oops, "Oops: ", "", "oops (arch/x86/kernel/dumpstack.c, powerpc)"},
    Pattern{Kind::oops, "Oops [", "", "oops (arch/riscv/kernel/traps.c)"},
    Pattern{Kind::oops, "Oops[", "", "oops (arch/mips/kernel/traps.c)"},
    Pattern{Kind::oops, "SError Interrupt on CPU", "", "SError (arch/arm64/kernel/traps.c)"},
    Pattern{Kind::oops, "Insufficient stack space to handle exception", "",
            "stack overflow (arch/arm64/kernel/traps.c, riscv)"},
    Pattern{Kind::oops, "Bad mode in ", "", "bad exception (arch/arm64/kernel/traps.c)"},
    Pattern{Kind::bug, "kernel BUG at ", "", "BUG (lib/bug.c)"},
    Pattern{Kind::bug, "Kernel BUG at ", "", "BUG (lib/bug.c)"},
    Pattern{Kind::bug, "BUG: ", "", "BUG (mm/kasan/report.c, mm/page_alloc.c and others)"},
    Pattern{Kind::bug, "BUG ", "): ", "slab corruption (mm/slub.c)"},
    Pattern{Kind::bug, "watchdog: BUG: ", "", "lockup (kernel/watchdog.c)"},
    Pattern{Kind::bug, "UBSAN: ", " in ", "undefined behaviour (lib/ubsan.c)"},
    Pattern{Kind::bug, "list_add corruption", "", "list corruption (lib/list_debug.c)"},
    Pattern{Kind::bug, "list_del corruption", "", "list corruption (lib/list_debug.c)"},
    Pattern{Kind::bug, "refcount_t: ", "", "reference count (lib/refcount.c)"},
    Pattern{Kind::bug, "detected buffer overflow in ", "",
            "buffer overflow (lib/string_helpers.c)"},
    Pattern{Kind::bug, "usercopy: ", "attempt detected", "usercopy (mm/usercopy.c)"},
    Pattern{Kind::bug, "INFO: task ", " blocked for more than ", "hung task (kernel/hung_task.c)"},
    Pattern{Kind::bug, "INFO: task ", " blocked in I/O wait for more than ",
            "hung task (kernel/hung_task.c, v7.3)"},
    Pattern{Kind::bug, "NMI watchdog: ", "Watchdog detected hard LOCKUP on cpu",
            "lockup (kernel/watchdog_hld.c)"},
    Pattern{Kind::bug, "watchdog: CPU", "Watchdog detected hard LOCKUP on cpu",
            "lockup (kernel/watchdog.c, v7.3)"},
    Pattern{Kind::bug, "rcu: ", " kthread starved for ", "RCU stall (kernel/rcu/tree_stall.h)"},
    Pattern{Kind::bug, "rcu: ", " kthread timer wakeup didn't happen ",
            "RCU stall (kernel/rcu/tree_stall.h)"},
    Pattern{Kind::bug, "KASAN: ", " in range [", "KASAN (mm/kasan/report.c)"},
    Pattern{Kind::bug, "pagealloc: ", "memory corruption", "page poisoning (mm/page_poison.c)"},
    Pattern{Kind::bug, "pagealloc: ", "single bit error", "page poisoning (mm/page_poison.c)"},
    Pattern{Kind::warning, "DMA-API: ", "device driver ", "DMA debugging (kernel/dma/debug.c)"},
    Pattern{Kind::bug, "rcu: INFO: ", "", "RCU stall (kernel/rcu/tree_stall.h)"},
    Pattern{Kind::bug, "INFO: rcu", "", "RCU stall (kernel/rcu/tree_stall.h)"},
    Pattern{Kind::bug, "INFO: trying to register non-static key", "",
            "lock debugging (kernel/locking/lockdep.c)"},
    Pattern{Kind::bug, "INFO: lockdep is turned off", "",
            "lock debugging (kernel/locking/lockdep.c)"},
    Pattern{Kind::bug, "INFO: ", " deadlock ", "lock debugging (kernel/locking/lockdep.c)"},
    Pattern{Kind::warning, "WARNING: ", "", "warning (kernel/panic.c)"},
    Pattern{Kind::warning, "Call trace:", "", "call trace (arch/arm64/kernel/stacktrace.c)"},
    Pattern{Kind::warning, "Call Trace:", "", "call trace (arch/x86, riscv, powerpc, mips, sh)"},
    Pattern{Kind::warning, "Backtrace: ", "", "call trace (arch/arm/kernel/traps.c)"},
    Pattern{Kind::warning, "",
            " page allocation failure: order:", "allocation failure (mm/page_alloc.c)"},
    Pattern{Kind::warning, "", " invoked oom-killer: ", "out of memory (mm/oom_kill.c)"},
    Pattern{Kind::warning, "Out of memory: ", "", "out of memory (mm/oom_kill.c)"},
    Pattern{Kind::warning, "", "insecure W+X mapping", "W+X (mm/ptdump.c, arch/*/mm)"},
    Pattern{Kind::warning, "Checked W+X mappings: FAILED", "", "W+X (arch/arm64/mm/ptdump.c)"},
    Pattern{Kind::warning, "cma: ", ": alloc failed", "CMA (mm/cma.c)"},
    Pattern{Kind::warning, "cma: Failed to reserve ", "", "CMA (mm/cma.c)"},
    Pattern{Kind::warning, "software IO TLB: ", "annot allocate", "swiotlb (kernel/dma/swiotlb.c)"},
    Pattern{Kind::warning, "", "swiotlb buffer is full", "swiotlb (kernel/dma/swiotlb.c)"},
    Pattern{Kind::warning, "memblock: ", "ailed to ", "memblock (mm/memblock.c)"},
    // They say that a region did not become the pool that it describes.
    Pattern{Kind::reserved_memory_error, "cma: CMA area ", " could not be activated",
            "CMA (mm/cma.c)"},
    Pattern{Kind::reserved_memory_error, "", "Restricted DMA pool must be accessible",
            "restricted pool (kernel/dma/swiotlb.c)"},
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
  return is_at_error_level(line) && begins_with_any(line.text, error_speakers);
}

} // namespace

std::optional<Trouble> trouble_of(const LogLine &line) {
  if (!line.from_kernel)
    return std::nullopt;
  for (const Pattern &pattern : patterns)
    if (matches(pattern, line.text))
      return Trouble{pattern.kind, pattern.family};
  if (is_error(line) || complains(line.text))
    return Trouble{Kind::reserved_memory_error, "reserved memory (drivers/of, kernel/dma)"};
  return std::nullopt;
}

} // namespace rmemcheck
