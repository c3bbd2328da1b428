# SPDX-License-Identifier: GPL-2.0-or-later
"""What a broken kernel would leave behind: the evidence of a boot that passes, changed in one thing
at a time, must get the verdict that stands beside the change. None passes."""
import re
import shutil

import pytest

CASE = "static-63"  # which the baseline does right, so that the two are equal to the byte
BASE, STEP, SIZE = 0x50000000, 0x20000, 0x10000
LINEAR = 0xffffff8000000000 - 0x40000000
# Some of the regions, mapped ones and no-map ones
MAPPED = [0, 2, 30, 62]
NO_MAP = [1, 3, 31, 61]


def name(index):
    return f"region@{BASE + index * STEP:x}"


def span(begin, end):
    """As memblock prints it."""
    return f"0x{begin:016x}..0x{end - 1:016x}"


def place(index):
    begin = BASE + index * STEP
    return begin, begin + SIZE


def renumbered(text):
    """Entries of memblock have the numbers of their lines."""
    return "".join(f"{number:4}: {line.split(': ', 1)[1]}\n"
                   for number, line in enumerate(text.splitlines()))


def probe(index, key, value):
    return ("probe", rf"(name={name(index)} .*?\b{key}=)\S+", rf"\g<1>{value}")


def of_regions():
    """Regions that are lost, moved, resized, renamed, unmapped or not marked."""
    for index in [*MAPPED, *NO_MAP]:
        begin, end = place(index)
        yield (f"{index} not found", "probe", rf"(name={name(index)} .*)found=1.*", r"\1found=0",
               "recorded")
        yield f"{index} moved by a byte", *probe(index, "base", hex(begin + 1)), "recorded"
        yield f"{index} moved by a page", *probe(index, "base", hex(begin + 0x1000)), "recorded"
        yield f"{index} a byte less", *probe(index, "size", hex(SIZE - 1)), "recorded"
        yield f"{index} a page more", *probe(index, "size", hex(SIZE + 0x1000)), "recorded"
        yield f"{index} renamed", *probe(index, "recorded_name", "other"), "recorded"
        yield f"{index} has another phandle", *probe(index, "phandle", "0x1"), "recorded"
        yield f"{index} has no phandle", *probe(index, "phandle", "0x0"), "recorded"
        yield f"{index} is disabled", *probe(index, "available", "0"), "recorded"
        wrong = "none" if index in MAPPED else "all"
        yield f"{index} reads {wrong}", *probe(index, "mapped", wrong), "probe-mapping"
        yield f"{index} reads some", *probe(index, "mapped", "some"), "probe-mapping"
    for index in MAPPED:
        begin, end = place(index)
        yield (f"{index} not reserved", "memblock-reserved",
               rf" *\d+: {re.escape(span(begin, end))}\n", "", "reserved")
        yield (f"{index} reserved but for a byte", "memblock-reserved",
               re.escape(span(begin, end)), span(begin, end - 1), "reserved")
        yield (f"{index} reserved but for a page", "memblock-reserved",
               re.escape(span(begin, end)), span(begin + 0x1000, end), "reserved")
    for index in NO_MAP:
        begin, end = place(index)
        entry = f"{begin:x}-{end - 1:x} : reserved"
        yield (f"{index} is System RAM", "iomem", entry, entry.replace("reserved", "System RAM"),
               "iomem")
        yield f"{index} is not in iomem", "iomem", rf"{entry}\n", "", "iomem"
        yield (f"{index} is a page less in iomem", "iomem", entry,
               f"{begin:x}-{end - 0x1001:x} : reserved", "iomem")
        yield f"{index} has another name", "iomem", entry, entry.replace("reserved", "x"), "iomem"
        yield (f"{index} is not in memblock", "memblock-memory",
               rf" *\d+: {re.escape(span(begin, end))}\n", "", "all-ram")
        yield (f"{index} hides a page more", "iomem", rf"{end:x}-(\w+ : System RAM)",
               rf"{end + 0x1000:x}-\1", "all-ram")
        hole = rf"(0x{begin + LINEAR:016x}-0x{end + LINEAR:016x} +64K PTE) *\n"
        yield (f"{index} is mapped", "kernel_page_tables", hole,
               r"\1       RW NX SHD AF    CON     UXN    MEM/NORMAL-TAGGED\n", "no-map-unmapped")
        yield (f"{index} takes a neighbour along", "kernel_page_tables",
               rf"(0x{end + LINEAR:016x}-0x\w+ +\w+ PTE).*\n", r"\1\n", "mapped-present")


def of_memory():
    """RAM that is not there, or that somebody has taken for nothing."""
    for less in (0x1000, 0x10000, 0x8000000):
        yield (f"{less:#x} less in memblock", "memblock-memory", r"0x000000007fffffff",
               f"0x{0x7fffffff - less:016x}", "all-ram")
        yield (f"{less:#x} less in iomem", "iomem", r"-7fffffff : System RAM",
               f"-{0x7fffffff - less:08x} : System RAM", "all-ram")
        yield (f"{less:#x} less mapped", "kernel_page_tables",
               rf"0x{0x80000000 + LINEAR:016x}( +\w+ \w+ +RW.*\n)0x{0x80000000 + LINEAR:016x}",
               rf"0x{0x80000000 - less + LINEAR:016x}\g<1>0x{0x80000000 - less + LINEAR:016x}",
               "ram-mapped")
    for more in (0x1000, 0x100000):
        yield (f"{more:#x} more in memblock", "memblock-memory", r"0x000000007fffffff",
               f"0x{0x7fffffff + more:016x}", "all-ram")
        yield (f"{more:#x} more in iomem", "iomem", r"-7fffffff : System RAM",
               f"-{0x7fffffff + more:08x} : System RAM", "all-ram")
    yield ("the CMA area is elsewhere", "dmesg", r"(cma: Reserved \d+ MiB at )0x\w+",
           r"\g<1>0x0000000060000000", "reserved")
    for total in (65536, 524288, 1048572, 1048580, 2097152):
        yield f"{total}K in all", "dmesg", r"/1048576K available", f"/{total}K available", "all-ram"
    # Nobody has reserved them, and the page allocator has not got them.
    yield "8 KiB more reserved", "dmesg", r"(\d+)K reserved", \
        lambda found: f"{int(found[1]) + 8}K reserved", "all-ram"
    yield "more available than all", "dmesg", r"Memory: \d+K/", "Memory: 1048576K/", "all-ram"
    yield "less reserved than in memblock", "dmesg", r" \d+K reserved", " 64K reserved", "all-ram"
    yield "less in CMA areas", "dmesg", r"\d+K cma-reserved", "4096K cma-reserved", "all-ram"
    for more in (1, 0x40, 0x1000, 0x10000 - 1):
        begin, end = place(60)
        yield (f"{more:#x} more reserved", "memblock-reserved", re.escape(span(begin, end)),
               span(begin, end + more), "same-own-memory")
    for more in (0x100000, 0x4000000):
        yield (f"{more:#x} taken", "memblock-reserved", r"(?s)(.*)",
               rf"\g<1>999: {span(0x60000000, 0x60000000 + more)}\n", "same-own-memory")


# What kernels say, by the file that prints it
TROUBLES = [
    "WARNING: CPU: 0 PID: 1 at mm/memblock.c:1 f+0x0/0x4", "BUG: KASAN: use-after-free in f+0x0/0x4",
    "BUG: sleeping function called from invalid context at mm/slab.h:1",
    "BUG: Bad page state in process init  pfn:50020", "BUG: Bad page map in process init  pte:0",
    "BUG kmalloc-64 (Not tainted): Poison overwritten", "kernel BUG at mm/page_alloc.c:1!",
    "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:1]",
    "rcu: INFO: rcu_sched self-detected stall on CPU",
    "INFO: task init:1 blocked for more than 120 seconds.",
    "INFO: task init:1 blocked in I/O wait for more than 120 seconds.",
    "NMI watchdog: Watchdog detected hard LOCKUP on cpu 1",
    "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 1",
    "rcu: rcu_sched kthread starved for 2500 jiffies! g-1199 f0x0 RCU_GP_WAIT_FQS(5)",
    "rcu: rcu_sched kthread timer wakeup didn't happen for 2500 jiffies! g-1199",
    "KASAN: null-ptr-deref in range [0x0000000000000000-0x0000000000000007]",
    "pagealloc: memory corruption", "pagealloc: single bit error",
    "DMA-API: virtio 1.virtio: device driver frees DMA memory with wrong function",
    "INFO: trying to register non-static key.", "list_add corruption. next->prev should be prev",
    "list_del corruption, x->next is NULL", "refcount_t: underflow; use-after-free.",
    "UBSAN: array-index-out-of-bounds in drivers/of/of_reserved_mem.c:1:2",
    "init: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL)",
    "init invoked oom-killer: gfp_mask=0x0", "Out of memory: Killed process 1 (init)",
    "arm64/mm: Found insecure W+X mapping at address f+0x0/0x4",
    "cma: cma_alloc: pool: alloc failed, req-size: 1 pages, ret: -16", "Call trace:",
    "cma: Failed to reserve 16 MiB", "software IO TLB: Cannot allocate buffer",
    "device: swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 0 (slots)",
    "memblock: Failed to double reserved array from 128 to 256 entries !",
    "usercopy: Kernel memory exposure attempt detected from null address",
    "Unable to handle kernel paging request at virtual address 0", "Internal error: Oops: 96000007",
    "SError Interrupt on CPU0, code 0xbe000000 -- SError", "Insufficient stack space to handle exception!",
    "Kernel panic - not syncing: Fatal exception",
]
ERRORS = [
    "something: failed with error -12", "pl011 9000000.pl011: cannot get clock",
    "OF: /reserved-memory: could not find phandle", "genirq: Flags mismatch irq 1",
    "cma: Not enough slots for CMA reserved regions!", "Initramfs unpacking failed: junk",
]
COMPLAINTS = [
    "OF: reserved mem: not enough space for all defined regions.",
    "OF: reserved mem: no room for node 'region@50000000', it stays reserved but cannot be used",
    "OF: fdt: Reserved memory: failed to reserve memory for node 'region@50000000': base 0x0",
    "OF: reserved mem: OVERLAP DETECTED!\n<3>[    0.000000] region@50000000 (0x1--0x3) overlaps with "
    "region@50020000 (0x2--0x4)", "Reserved memory: unable to setup CMA region",
    "cma: CMA area pool could not be activated",
]


def of_nobody():
    """What nobody has asked for."""
    yield ("there is a crash kernel", "iomem", r"(?s)(.*\n  \w+-\w+ : )reserved",
           r"\1Crash kernel", "own-memory")
    yield ("the probe has driven a device", "probe", r"\nend (\d+)",
           lambda end: "\ndevice name=ghost assigned=0 allocated=0 base=0x50000000 size=0x2000"
           f"\nend {int(end[1]) + 1}", "device-memory")
    yield ("a device was given a region", "dmesg", r"\n(<6>[^\n]*)Memory: ",
           r"\n<6>[    0.000000] rmemcheck-consumer ghost: assigned reserved memory node "
           rf"{name(0)}\n\1Memory: ", "device-memory")


def of_the_log():
    for text in TROUBLES:
        yield (f"log: {text}", "dmesg", r"\n(<6>[^\n]*)Memory: ",
               rf"\n<4>[    0.000000] {text}\n\1Memory: ", "no-warning")
        yield (f"console: {text}", "console.log", r"\n([^\n]*)reboot: Power down",
               rf"\n[    9.000000] {text}\n\1reboot: Power down", "no-warning")
    for text in ERRORS:
        for level in (0, 3):
            yield (f"level {level}: {text}", "dmesg", r"\n(<6>[^\n]*)Memory: ",
                   rf"\n<{level}>[    0.000000] {text}\n\1Memory: ", "no-error")
    yield ("console: a complaint", "console.log", r"\n([^\n]*)reboot: Power down",
           rf"\n[    9.000000] {COMPLAINTS[0]}\n\1reboot: Power down", "known-errors")
    for text in COMPLAINTS:
        yield (f"complaint: {text}", "dmesg", r"\n(<6>[^\n]*)Memory: ",
               rf"\n<3>[    0.000000] {text}\n\1Memory: ", "known-errors")


def of_evidence():
    """What is doubtful is neither right nor wrong."""
    files = ("dmesg", "memblock-memory", "memblock-reserved", "iomem", "kernel_page_tables", "probe")
    for file in files:
        yield f"{file} is empty", file, r"(?s).*", "", "inconclusive"
        yield f"{file} is no text", file, r"(?s).*", "\x00\x01\x02", "inconclusive"
        yield f"{file} is cut", file, r"(?s)^(.{100}).*", r"\1", "inconclusive"
        yield f"{file} lacks its last byte", file, r"(?s)(.*)..$", r"\1", "inconclusive"
        yield f"{file} is doubled", file, r"(?s)^(.*)$", r"\1\1", "inconclusive"
        yield f"{file} is doubled but for its start", file, r"(?s)^(.*?\n.*?\n)(.*)$", \
            r"\1\2\2", "inconclusive"
    yield "a line of the page tables is lost", "kernel_page_tables", \
        r"(start \]---\n.*\n.*\n).*\n", r"\1", "inconclusive"
    yield "two lines of the page tables are cut and joined", "kernel_page_tables", \
        r"(start \]---\n.*\n.*PTE).*\n.*PTE", r"\1", "inconclusive"
    yield "the console is empty", "console.log", r"(?s).*", "", "inconclusive"
    yield "the log tells of its memory twice", "dmesg", r"(\n[^\n]*Memory: [^\n]*)", r"\1\1", \
        "inconclusive"
    yield "the log has no levels", "dmesg", r"(?m)^<\d+>", "", "inconclusive"
    yield "a line of the log has no level", "dmesg", r"\n<6>", "\n", "inconclusive"
    yield "the log is of another kernel", "dmesg", r"Linux version \d+\.\d+", "Linux version 5.4", \
        "inconclusive"
    yield "the log runs back", "dmesg", r"\n<6>\[ +0\.", r"\n<6>[   99.000000] x\n<6>[    0.", \
        "inconclusive"
    yield "the log lacks its start", "dmesg", r"(?s)^.*?(<6>[^\n]*Zone ranges)", r"\1", "inconclusive"
    yield "the log has a prefix that nobody knows", "dmesg", "(?m)^<", "kern <", "inconclusive"
    yield "iomem was read without privilege", "iomem", r"[0-9a-f]{8}-[0-9a-f]{8}", \
        "00000000-00000000", "inconclusive"


CHANGES = [*of_regions(), *of_memory(), *of_nobody(), *of_the_log(), *of_evidence()]


def test_there_are_many():
    assert len(CHANGES) >= 200
    assert len({change[0] for change in CHANGES}) == len(CHANGES)


@pytest.fixture(scope="module")
def boots(rmemcheck, validated):
    """Of the baseline and of the patched kernel, which passes."""
    out, _ = validated
    found = [out / "runs" / kernel / CASE for kernel in ("baseline", "patched")]
    assert rmemcheck("judge", "--against", *found).returncode == 0
    return found


@pytest.mark.parametrize("file, pattern, replacement, verdict", [change[1:] for change in CHANGES],
                         ids=[change[0].split("\n")[0] for change in CHANGES])
def test_a_change_is_seen(rmemcheck, boots, tmp_path, file, pattern, replacement, verdict):
    baseline, patched = boots
    copy = tmp_path / "boot"
    shutil.copytree(patched, copy)
    path = copy / file if file == "console.log" else copy / "evidence" / file
    everywhere = verdict == "inconclusive" and "(?m)" in pattern or "{8}-" in pattern
    text, count = re.subn(pattern, replacement, path.read_text(), count=0 if everywhere else 1)
    assert count, "there is nothing to change"
    path.write_text(renumbered(text) if file.startswith("memblock-") and text.endswith("\n")
                    and verdict != "inconclusive" else text)
    result = rmemcheck("judge", "--against", baseline, copy)
    if verdict == "inconclusive":
        assert result.returncode in (1, 3), result.stdout
        assert "inconclusive: " in result.stdout
    else:
        assert result.returncode == 1, result.stdout
        assert re.search(rf"^  {verdict}: (?!inconclusive)", result.stdout, re.MULTILINE), result.stdout
