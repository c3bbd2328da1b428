# SPDX-License-Identifier: GPL-2.0-or-later
"""Every rule fails on evidence of a real kernel with one thing in it that is wrong.

A rule that a real kernel fails by itself stands with the boot that shows it. For the others one
recorded file of a kernel that passes is changed, as little as makes the rule's question a "no".
"""
import json
import os
import pathlib
import re
import shutil

import pytest

RECORDED = pathlib.Path(__file__).resolve().parent / "recorded"
PATCHED = "linux-6.1.192-patched/static-65"

# rule -> recorded boot that fails it as it is
FAILED_BY_A_KERNEL = {
    "recorded": "linux-6.1.192-baseline/static-65",
    "known-errors": "linux-6.1.192-baseline/static-65",
    "nothing-extra": "linux-6.1.192-baseline/overlapping-statics",
    "init": "linux-6.1.192-baseline/cma-default-static",
    "logged": "debian-7.3.4/boot-placed-65",
    "default-cma": "linux-6.1.192-baseline/cma-default-static",
    "device-memory": "linux-6.1.192-baseline/coherent-pool",
    "left-out": "linux-6.1.192-baseline/boot-placed-300",
    "efi-runtime": "linux-6.1.192-patched-efi/over-runtime",
}

# rule -> boot that passes, file, what stands there, what is put in its place
CHANGED = {
    # memblock forgets the last page of the first mapped region
    "reserved": (PATCHED, "memblock-reserved", r"(0x0000000050000000\.\.0x000000005000)ffff", r"\1efff"),
    # the first no-map region is ordinary memory to memblock
    "no-map-memblock": ("debian-7.3.4/one", "memblock-memory", "NOMAP", "NONE"),
    # ... and to /proc/iomem
    "iomem": (PATCHED, "iomem", "50020000-5002ffff : reserved", "50020000-5002ffff : System RAM"),
    # the hole of a no-map region in the page tables is filled
    "no-map-unmapped": (PATCHED, "kernel_page_tables",
                        r"(0xffffff8010020000-0xffffff8010030000 +64K PTE)\s*\n",
                        r"\1       RW NX SHD AF    CON     UXN    MEM/NORMAL-TAGGED\n"),
    # ... and that of a mapped one made
    "mapped-present": (PATCHED, "kernel_page_tables",
                       r"(0xffffff80100[0-9a-f]+-0xffffff80100[0-9a-f]+ +192K PTE).*\n", r"\1\n"),
    # no-map has been taken back when the page tables stood already
    "ram-mapped": (PATCHED, "iomem", "50020000-5002ffff : reserved", "50020000-5002ffff : System RAM"),
    # a pool that must make way for cma= keeps its memory
    "given-back": ("linux-6.1.192-patched/cma-cmdline-static", "memblock-reserved",
                   r"(0x0000000050000000\.\.0x00000000)5000ffff", r"\g<1>60ffffff"),
    # a region was placed where a crashed kernel has left its ELF header
    "elfcorehdr": ("linux-6.1.192-patched/kdump", "dmesg",
                   r"OF: fdt: Reserving .* for elfcorehdr", "OF: fdt: elfcorehdr is overlapped"),
    # a bank of RAM is not there
    "all-ram": (PATCHED, "memblock-memory", r"\.\.0x000000007fffffff", "..0x0000000077ffffff"),
    # more than 64 MiB behind the kernel are taken for nothing
    "own-memory": (PATCHED, "memblock-reserved", r"(0: 0x0000000040210000\.\.)0x0000000040[0-9a-f]+",
                   r"\g<1>0x0000000047ffffff"),
    "probe-mapping": (PATCHED, "probe", "mapped=none", "mapped=all"),
    # a boot-placed region lies on a static one
    "placement": ("linux-6.1.192-patched/mixed-200-40", "probe",
                  r"(name=boot-placed-0 .* base=)0x[0-9a-f]+", r"\g<1>0x50000000"),
    # a test of the series' own suite
    "kunit": ("linux-6.1.192-patched-um/static-65", "dmesg", r"    ok 1 (of_reserved_mem_finds)",
              r"    not ok 1 \1"),
    "no-error": (PATCHED, "dmesg", r"\n<6>([^\n]*)Memory:",
                 r"\n<3>\1something else went wrong\n<6>\1Memory:"),
    "no-warning": (PATCHED, "dmesg", r"\n([^\n]*)Memory:",
                   r"\n\1WARNING: CPU: 0 PID: 0 at mm/memblock.c:1 memblock_add+0x0/0x4\n\1Memory:"),
}

# rule that holds a patched kernel against the unpatched one -> case, file of the patched kernel's
# boot, what stands there, what is put in its place
COMPARED = {
    # a region is where the unpatched kernel puts none
    "same-placement": ("boot-placed-64", "probe", r"(name=region-9 .* base=)0x[0-9a-f]+",
                       r"\g<1>0x70000000"),
    # a region that the unpatched kernel records is not found
    "same-recording": ("one", "probe", r"(name=region@50000000 available=1 found=)1.*", r"\g<1>0"),
    # a page behind a region is taken for nothing
    "same-own-memory": ("static-63", "memblock-reserved",
                        r"(0x0000000050000000\.\.0x0000000050)00ffff", r"\g<1>010fff"),
    # a line of the log that is new
    "no-op": ("no-node", "dmesg", r"\n([^\n]*)Zone ranges",
              r"\n\1OF: reserved mem: nothing to do\n\1Zone ranges"),
}


def rules_failed(result):
    """By their findings: whether these are known is another matter."""
    return re.findall(r"^  ([a-z-]+): (?!inconclusive|and \d)", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("rule, boot", FAILED_BY_A_KERNEL.items())
def test_a_kernel_fails_it(rmemcheck, rule, boot):
    result = rmemcheck("judge", boot, cwd=RECORDED)
    assert rule in rules_failed(result)
    assert f"\n  {rule}: " in result.stdout
    assert result.returncode == 1


@pytest.mark.parametrize("rule", CHANGED)
def test_it_fails_on_changed_evidence(rmemcheck, tmp_path, rule):
    boot, name, pattern, replacement = CHANGED[rule]
    copy = tmp_path / "boot"
    shutil.copytree(RECORDED / boot, copy)
    assert rmemcheck("judge", copy).returncode == 0
    path = copy / "evidence" / name
    text, count = re.subn(pattern, replacement, path.read_text(), count=1)
    assert count == 1, "the recorded file has nothing to change"
    path.write_text(text)
    result = rmemcheck("judge", copy)
    assert rule in rules_failed(result), result.stdout
    assert result.returncode == 1


@pytest.mark.parametrize("rule", COMPARED)
def test_a_comparison_fails_on_changed_evidence(rmemcheck, validated, tmp_path, rule):
    out, _ = validated
    case, name, pattern, replacement = COMPARED[rule]
    unpatched, copy = out / "runs/baseline" / case, tmp_path / "boot"
    shutil.copytree(out / "runs/patched" / case, copy)
    assert rmemcheck("judge", "--against", unpatched, copy).returncode == 0
    path = copy / "evidence" / name
    text, count = re.subn(pattern, replacement, path.read_text(), count=1)
    assert count == 1, "the file has nothing to change"
    path.write_text(text)
    result = rmemcheck("judge", "--against", unpatched, copy)
    assert rule in rules_failed(result), result.stdout
    assert result.returncode == 1


@pytest.mark.parametrize("said", ["WARNING: CPU: 0 PID: 1 at mm/memblock.c:1 f+0x0/0x4",
                                  "rcu: INFO: rcu_sched self-detected stall on CPU",
                                  "BUG: Bad page state in process init  pfn:50020"])
def test_what_the_console_says_after_the_log_counts(rmemcheck, validated, tmp_path, said):
    out, _ = validated
    copy = tmp_path / "boot"
    shutil.copytree(out / "runs/patched/static-65", copy)
    console = copy / "console.log"
    text = console.read_text()
    assert "reboot: Power down" in text
    console.write_text(text.replace("reboot: Power down", f"{said}\n[   9.000000] reboot: Power down"))
    result = rmemcheck("judge", copy)
    assert set(rules_failed(result)) == {"no-warning"}, result.stdout
    assert "console.log:" in result.stdout


@pytest.mark.parametrize("name, pattern, replacement, what", [
    ("evidence/dmesg", r"(?s)(.*)", r"\1\1", "more than one boot"),
    ("evidence/dmesg", "<5>", "{5} ", "a form of log line that is known"),
    ("console.log", r"\n(\[ +0\.)", r"\n[    0.000000] lost\n\1", "is not in dmesg"),
])
def test_a_log_that_is_not_that_of_one_boot_is_no_pass(rmemcheck, validated, tmp_path, name,
                                                       pattern, replacement, what):
    out, _ = validated
    copy = tmp_path / "boot"
    shutil.copytree(out / "runs/patched/static-65", copy)
    path = copy / name
    text, count = re.subn(pattern, replacement, path.read_text(), count=1)
    assert count == 1
    path.write_text(text)
    result = rmemcheck("judge", copy)
    assert result.returncode == 3, result.stdout
    assert what in result.stdout


def test_no_rule_is_left_out(validated):
    out, _ = validated
    verdict = json.loads((out / "runs/patched/static-65/verdict.json").read_text())
    names = {rule["rule"] for rule in verdict["rules"]}
    assert names == set(FAILED_BY_A_KERNEL) | set(CHANGED) | set(COMPARED) | {"witnesses"}


@pytest.mark.parametrize("name", ["dmesg", "memblock-memory", "memblock-reserved", "iomem",
                                  "kernel_page_tables", "probe", "fdt"])
def test_evidence_that_is_missing_is_no_pass(rmemcheck, validated, tmp_path, name):
    out, _ = validated
    copy = tmp_path / "boot"
    shutil.copytree(out / "runs/patched/static-65", copy)
    (copy / "evidence" / name).unlink()
    result = rmemcheck("judge", copy)
    assert result.returncode == 3
    assert f"  witnesses: inconclusive: this kernel can show {name}, and it is not there" in result.stdout


def make_fifo(copy):
    os.mkfifo(copy / "evidence/iomem2")


def break_link(copy):
    (copy / "evidence/iomem2").symlink_to("nowhere")


def empty_tree(copy):
    (copy / "tree.dtb").write_bytes(b"")


def deny_tree(copy):
    run = copy / "run.json"
    run.write_text(json.dumps(json.loads(run.read_text()) | {"device_tree": False}))


@pytest.mark.parametrize("damage, named", [(make_fifo, "iomem2: expected a file"),
                                           (break_link, "iomem2: expected a file"),
                                           (empty_tree, "tree.dtb: expected a tree, it is empty"),
                                           (deny_tree, "tree.dtb: expected no such file")])
def test_a_folder_that_is_not_as_a_boot_leaves_it_is_bad_input(rmemcheck, tmp_path, damage, named):
    copy = tmp_path / "boot"
    shutil.copytree(RECORDED / PATCHED, copy)
    damage(copy)
    result = rmemcheck("judge", copy)
    assert result.returncode == 2
    assert named in result.stderr


@pytest.mark.parametrize("name", ["dmesg", "memblock-memory", "memblock-reserved", "iomem",
                                  "kernel_page_tables", "probe"])
@pytest.mark.parametrize("keep", [0.0, 0.5])
def test_evidence_cut_short_is_no_pass(rmemcheck, tmp_path, name, keep):
    copy = tmp_path / "boot"
    shutil.copytree(RECORDED / PATCHED, copy)
    path = copy / "evidence" / name
    text = path.read_text()
    path.write_text(text[:int(len(text) * keep)])
    assert rmemcheck("judge", copy).returncode in (1, 3)
