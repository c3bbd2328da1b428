// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/trouble.h"

#include <gtest/gtest.h>

#include <string_view>

namespace rmemcheck {
namespace {

using Kind = LoggedTrouble::Kind;

struct Example {
  Kind kind;
  std::string_view text;
};

std::optional<Kind> trouble_kind(const LogLine &line) {
  const auto trouble = trouble_of(line);
  return trouble ? std::optional(trouble->kind) : std::nullopt;
}

class TroubleTest : public testing::TestWithParam<Example> {};

// A serial console shows no level, so the text alone must do.
TEST_P(TroubleTest, IsKnownByItsTextAlone) {
  EXPECT_EQ(trouble_kind({std::nullopt, true, GetParam().text}), GetParam().kind)
      << GetParam().text;
}

TEST_P(TroubleTest, IsNoneWhenAProgramWroteIt) {
  EXPECT_EQ(trouble_kind({3, false, GetParam().text}), std::nullopt);
}

constexpr Example examples[] = {
    {Kind::warning, "Call trace:"},
    {Kind::warning, "Call Trace:"},
    {Kind::warning, "Backtrace: "},
    {Kind::warning, "swapper/0: page allocation failure: order:5, mode:0xcc0(GFP_KERNEL)"},
    {Kind::warning, "init invoked oom-killer: gfp_mask=0x0, order=0"},
    {Kind::warning, "Out of memory: Killed process 1 (init)"},
    {Kind::warning, "arm64/mm: Found insecure W+X mapping at address (____ptrval____)/0xffff"},
    {Kind::warning, "x86/mm: Found insecure W+X mapping at address _text+0x0/0x1000"},
    {Kind::warning, "Checked W+X mappings: FAILED, 3 W+X pages found, 0 non-UXN pages found"},
    {Kind::warning, "cma: cma_alloc: linux,cma: alloc failed, req-size: 4 pages, ret: -16"},
    {Kind::warning, "cma: __cma_alloc: linux,cma: alloc failed, req-size: 4 pages, ret: -12"},
    {Kind::warning, "cma: Failed to reserve 16 MiB"},
    {Kind::warning, "software IO TLB: Cannot allocate buffer"},
    {Kind::warning, "a003e00.virtio_mmio: swiotlb buffer is full (sz: 4096 bytes), total 32768"},
    {Kind::warning, "memblock: Failed to double reserved array from 128 to 256 entries !"},
    {Kind::bug, "INFO: task init:1 blocked for more than 120 seconds."},
    {Kind::bug, "INFO: task init:1 blocked in I/O wait for more than 120 seconds."},
    {Kind::bug, "NMI watchdog: Watchdog detected hard LOCKUP on cpu 1"},
    {Kind::bug, "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 1"},
    {Kind::bug, "rcu: rcu_sched kthread starved for 2500 jiffies! g-1199 f0x0 RCU_GP_WAIT_FQS(5)"},
    {Kind::bug, "rcu: rcu_sched kthread timer wakeup didn't happen for 2500 jiffies! g-1199"},
    {Kind::bug, "KASAN: null-ptr-deref in range [0x0000000000000000-0x0000000000000007]"},
    {Kind::bug, "pagealloc: memory corruption"},
    {Kind::bug, "pagealloc: single bit error"},
    {Kind::warning, "DMA-API: virtio 1.virtio: device driver frees DMA memory with wrong function"},
    {Kind::bug, "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:"},
    {Kind::bug, "rcu: INFO: rcu_preempt self-detected stall on CPU"},
    {Kind::bug, "INFO: trying to register non-static key."},
    {Kind::bug, "INFO: possible recursive deadlock detected"},
    {Kind::bug, "list_add corruption. next->prev should be prev (x), but was y."},
    {Kind::bug, "list_del corruption, x->next is NULL"},
    {Kind::bug, "refcount_t: underflow; use-after-free."},
    {Kind::bug, "BUG: Bad page state in process swapper  pfn:40000"},
    {Kind::bug, "usercopy: Kernel memory exposure attempt detected from wrapped address"},
    {Kind::oops, "SError Interrupt on CPU0, code 0x00000000bf000000 -- SError"},
    {Kind::oops, "Insufficient stack space to handle exception!"},
    {Kind::reserved_memory_error, "OF: reserved mem: not enough space for all defined regions."},
    {Kind::reserved_memory_error, "OF: reserved mem: no room for node 'a', it stays reserved but "
                                  "cannot be used"},
    {Kind::reserved_memory_error, "OF: reserved mem: no memory to record node 'a', it stays "
                                  "reserved but cannot be used"},
    {Kind::reserved_memory_error, "OF: reserved mem: invalid size property in 'a' node."},
    {Kind::reserved_memory_error, "OF: reserved mem: invalid alignment property in 'a' node."},
    {Kind::reserved_memory_error,
     "OF: reserved mem: invalid alloc-ranges property in 'a', skipping node."},
    {Kind::reserved_memory_error,
     "OF: reserved mem: failed to allocate memory for node 'a': size 1 MiB"},
    {Kind::reserved_memory_error, "OF: reserved mem: Reserved memory: failed to reserve memory for "
                                  "node 'a@44000000': base 0x0000000044000000, size 0 MiB"},
    {Kind::reserved_memory_error,
     "OF: reserved mem: Reserved memory: unsupported node format, ignoring"},
    {Kind::reserved_memory_error, "OF: fdt: Reserved memory: ignoring node 'a@44000000'"},
    {Kind::reserved_memory_error, "OF: reserved mem: zero size in 'a' node."},
    {Kind::reserved_memory_error, "OF: reserved mem: alloc-ranges out of range in 'a' node."},
    {Kind::reserved_memory_error, "OF: reserved mem: size 0x100000000 in 'a' node is impossible."},
    {Kind::reserved_memory_error, "OF: reserved mem: not all memory of node 'a' can be given back"},
    {Kind::reserved_memory_error, "OF: reserved mem: too many defined dynamic regions, skip 'a'"},
    {Kind::reserved_memory_error,
     "OF: reserved mem: Failed to allocate memory for reserved_mem array with err: -12"},
    {Kind::reserved_memory_error, "OF: fdt: Reserved memory: failed to reserve memory for node "
                                  "'a@44000000': base 0x0000000044000000, size 0 MiB"},
    {Kind::reserved_memory_error,
     "OF: fdt: Reserved memory: invalid reg property in 'a', skipping node."},
    {Kind::reserved_memory_error, "OF: fdt: Reserved memory: unsupported node format, ignoring"},
    {Kind::reserved_memory_error,
     "Reserved memory: failed to init DMA memory pool at 0x0000000044000000, size 1 MiB"},
    {Kind::reserved_memory_error, "Reserved memory: regions without no-map are not yet supported"},
    {Kind::reserved_memory_error, "Reserved memory: incorrect alignment of CMA region"},
    {Kind::reserved_memory_error, "Reserved memory: unable to setup CMA region"},
    {Kind::reserved_memory_error, "cma: CMA area pool could not be activated"},
    {Kind::reserved_memory_error, "user@0: Restricted DMA pool must be accessible within the "
                                  "linear mapping."},
    {Kind::overlap, "OF: reserved mem: OVERLAP DETECTED!"},
    {Kind::warning, "WARNING: CPU: 0 PID: 0 at mm/memory.c:2650 __apply_to_page_range+0x1/0x2"},
    {Kind::bug, "BUG: Bad page state in process swapper  pfn:44000"},
    {Kind::bug, "BUG kmalloc-64 (Not tainted): Redzone overwritten"},
    {Kind::bug, "kernel BUG at mm/memblock.c:1!"},
    {Kind::bug, "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [swapper/0:1]"},
    {Kind::bug, "UBSAN: array-index-out-of-bounds in drivers/of/of_reserved_mem.c:75:2"},
    {Kind::oops, "Internal error: Oops: 0000000096000004 [#1] SMP"},
    {Kind::oops, "Unable to handle kernel paging request at virtual address ffffff8004000000"},
    {Kind::oops, "CPU 0 Unable to handle kernel paging request at virtual address 00000000"},
    {Kind::oops, "Oops [#1]"},
    {Kind::panic, "Kernel panic - not syncing: memblock: cannot resize memory array"},
};

INSTANTIATE_TEST_SUITE_P(Texts, TroubleTest, testing::ValuesIn(examples));

class OrdinaryTest : public testing::TestWithParam<std::string_view> {};

TEST_P(OrdinaryTest, IsNoTrouble) {
  EXPECT_EQ(trouble_kind({std::nullopt, true, GetParam()}), std::nullopt) << GetParam();
  EXPECT_EQ(trouble_kind({6, true, GetParam()}), std::nullopt) << GetParam();
}

constexpr std::string_view ordinary[] = {
    "OF: reserved mem: initialized node pool, compatible id shared-dma-pool",
    "OF: reserved mem: node pool compatible matching fail",
    "OF: reserved mem: 0x0000000044000000..0x000000004400ffff (64 KiB) nomap non-reusable a",
    "OF: fdt: Reserving 4 KiB of memory at 0x44000000 for elfcorehdr",
    "OF: fdt: Ignoring memory block 0x80000000 - 0x90000000",
    "Reserved memory: created CMA memory pool at 0x000000007c000000, size 16 MiB",
    "Reserved memory: bypass linux,cma node, using cmdline CMA params instead",
    "cma: Reserved 16 MiB at 0x000000007dc00000",
    "Kernel command line: console=ttyAMA0 quote=Kernel panic - not syncing BUG: WARNING: ",
    "---[ end Kernel panic - not syncing: memblock: cannot resize memory array ]---",
    "reserved_mem_probe: loading out-of-tree module taints kernel.",
    "Warning: unable to open an initial console.",
    "DEBUG: nothing",
};

INSTANTIATE_TEST_SUITE_P(Texts, OrdinaryTest, testing::ValuesIn(ordinary));

TEST(TroubleLevelTest, AnErrorLevelMakesAnUnknownTextTrouble) {
  for (const std::string_view text :
       {"OF: reserved mem: node 'a' was left out", "OF: fdt: Error -4 processing FDT"}) {
    EXPECT_EQ(trouble_kind({3, true, text}), Kind::reserved_memory_error) << text;
    EXPECT_EQ(trouble_kind({0, true, text}), Kind::reserved_memory_error) << text;
    EXPECT_EQ(trouble_kind({4, true, text}), std::nullopt) << text;
    EXPECT_EQ(trouble_kind({std::nullopt, true, text}), std::nullopt) << text;
  }
}

TEST(TroubleLevelTest, AnErrorOfSomethingElseIsNone) {
  EXPECT_EQ(trouble_kind({3, true, "pl011 9000000.pl011: no DMA platform data"}), std::nullopt);
}

} // namespace
} // namespace rmemcheck
