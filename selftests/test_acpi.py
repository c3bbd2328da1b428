# SPDX-License-Identifier: GPL-2.0-or-later
"""What make acpi calls wrong. Booting is make acpi."""
import subprocess

import pytest

import acpi
from kit import KIT
from kit_copy import kit_with

CASE = """
[[block]]
name = "placed"
alloc-ranges = [["448M", "16M"]]
[[region]]
name = "hidden"
alloc-ranges = [["448M", "16M"]]
"""
EXPLAINED = """\
5 regions: 2 static, 3 boot-placed, 2 no-map; 5 recorded, 0 refused, 0 ignored
RAM 0x0000000040000000..0x000000007fffffff
place                                   name             size      kind    fate      reason
0x0000000050000000..0x000000005000ffff  static@50000000  64 KiB    mapped  recorded  reg reserved
0x0000000050020000..0x000000005002ffff  static@50020000  64 KiB    no-map  recorded  reg marked no-map
boot-placed                             placed-0         64 KiB    mapped  recorded  the kernel finds a place
boot-placed                             placed-1         64 KiB    mapped  recorded  the kernel finds a place
boot-placed                             hidden           64 KiB    no-map  recorded  the kernel finds a place
"""
DMESG = ("<6>[    0.000000] kasan: KernelAddressSanitizer initialized (generic)\n"
         "<6>[    0.700000] ACPI: Interpreter enabled\n"
         "<6>[    1.700000] reserved_mem_probe: without a tree: nothing found\n")
FILES = {
    "console": "EFI stub: Using DTB from command line\n",
    "dmesg": DMESG,
    "probe": "reserved_mem_probe 2\nlinear virt=0x0 phys=0x0\nend 0\n",
    "iomem": "40000000-5001ffff : System RAM\n  40210000-4055ffff : Kernel code\n"
             "  50000000-5000ffff : reserved\n50020000-5002ffff : reserved\n"
             "50030000-5cfcffff : System RAM\n5cfd0000-5cfdffff : reserved\n"
             "5cfe0000-7fffffff : System RAM\n",
    "memblock-reserved": "   0: 0x0000000050000000..0x000000005000ffff\n"
                         "   1: 0x000000005cfd0000..0x000000005cffffff\n"
                         "   2: 0x000000007fb36000..0x000000007fffffff\n",
}
# Rule, file, what stands there, what is put in its place
WRONG = [
    # no ACPI, no tree handed over, a node that is found, no KASAN, a region from nowhere
    ("acpi", "dmesg", "ACPI: Interpreter enabled", "ACPI: Interpreter disabled."),
    ("acpi", "console", "Using DTB from command line", "Generating empty DTB"),
    ("acpi", "probe", "end 0", "region name=a available=1 found=0\nend 1"),
    ("acpi", "dmesg", "KernelAddressSanitizer", "nothing"),
    ("acpi", "dmesg", "nothing found", "found"),
    # a static region is free, another mapped
    ("static", "memblock-reserved", "0x0000000050000000..", "0x0000000050001000.."),
    ("static", "iomem", "50020000-5002ffff : reserved", "  50020000-5002ffff : reserved"),
    # a boot-placed region is lost, one is given back in part, one is mapped, one too many is not
    ("placed", "memblock-reserved", "0x000000005cfd0000", "0x000000005cfe0000"),
    ("placed", "memblock-reserved", "0x000000005cffffff", "0x000000005cffefff"),
    ("placed", "iomem", "5cfd0000-5cfdffff : reserved", "  5cfd0000-5cfdffff : reserved"),
    ("placed", "iomem", "5cfd0000-5cfdffff : reserved", "5cfd0000-5cfeffff : reserved"),
    # the right size, and not where the unpatched kernel has it
    ("same-placement", "memblock-reserved", "0x000000005cfd0000..0x000000005cffffff",
     "0x000000005cfc0000..0x000000005cfeffff"),
]


@pytest.fixture
def regions(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text(CASE)
    return acpi.read_explained(EXPLAINED, acpi.windows_of(case, 0x40000000))


def boot(regions, **changed):
    result = {"ending": "powered-off", "reason": "", "rules": [
        {"rule": "no-warning", "outcome": "pass", "findings": []},
        {"rule": "recorded", "outcome": "fail", "findings": []}]}
    return acpi.Boot({**result, **changed}, regions, dict(FILES))


def test_the_tree_is_read(regions):
    assert [region.name for region in regions] == [
        "static@50000000", "static@50020000", "placed-0", "placed-1", "hidden"]
    assert regions[1] == acpi.Region("static@50020000", 65536, True, (0x50020000, 0x5002ffff))
    assert regions[3] == acpi.Region("placed-1", 65536, False, (), (0x5c000000, 0x5cffffff))


def test_a_right_kernel_fails_nothing(regions):
    assert acpi.failed_rules(boot(regions), boot(regions)) == {}


@pytest.mark.parametrize("rule, name, text, replacement", WRONG)
def test_a_wrong_kernel_fails(regions, rule, name, text, replacement):
    wrong = boot(regions)
    assert text in wrong.files[name]
    wrong.files[name] = wrong.files[name].replace(text, replacement)
    assert rule in acpi.failed_rules(wrong, boot(regions))


def test_more_than_the_unpatched_kernel_places_is_fine(regions):
    unpatched = boot(regions)
    unpatched.files["memblock-reserved"] = unpatched.files["memblock-reserved"].replace(
        "0x000000005cfd0000", "0x000000005cfe0000")
    assert acpi.failed_rules(boot(regions), unpatched) == {}


def test_the_end_and_warnings_count(regions):
    assert acpi.failed_rules(boot(regions, ending="panic", reason="a panic"), None) == {
        "no-warning": ["a panic"]}
    report = {"rule": "no-warning", "outcome": "fail",
              "findings": [{"region": "", "seen": "BUG: KASAN: use-after-free"}]}
    assert acpi.failed_rules(boot(regions, rules=[report]), None) == {
        "no-warning": ["BUG: KASAN: use-after-free"]}
    cut = {"rule": "no-warning", "outcome": "inconclusive", "findings": [], "reason": "cut short"}
    assert acpi.failed_rules(boot(regions, rules=[cut]), None) == {"no-warning": ["cut short"]}


def test_rules_that_need_no_array_count(regions):
    areas = {"rule": "default-cma", "outcome": "fail",
             "findings": [{"region": "", "seen": "65536 KiB"}]}
    assert acpi.failed_rules(boot(regions, rules=[areas]), None) == {"default-cma": ["65536 KiB"]}


GOOD = [("baseline", "few", {}), ("baseline", "many", {"placed": ["lost"]}),
        ("patched", "few", {}), ("patched", "many", {}),
        *((name, case, dict.fromkeys(acpi.said_of(name, "Fails").split(", "), ["seen"]))
          for name in acpi.MUTANTS for case in ("few", "many"))]


@pytest.mark.parametrize("kernel, case, failed", [
    ("patched", "few", {"static": ["lost"]}), ("baseline", "few", {"placed": ["lost"]}),
    ("baseline", "many", {}), *((name, "few", {}) for name in acpi.MUTANTS)])
def test_the_table_can_be_no_proof(kernel, case, failed):
    assert acpi.complaints(GOOD) == []
    rows = [(kernel, case, failed) if row[:2] == (kernel, case) else row for row in GOOD]
    assert len(acpi.complaints(rows)) == 1


def test_patches_apply(tmp_path):
    kit = kit_with(tmp_path / "kit")
    done = subprocess.run(["git", "apply", "--check", acpi.ACPI / "asks-without-tree.patch"],
                          cwd=kit, env={"GIT_CEILING_DIRECTORIES": str(tmp_path),
                                        "PATH": "/usr/bin"})
    assert done.returncode == 0
    assert all((acpi.ACPI / f"{name}.patch").exists() for name in acpi.MUTANTS)


def test_the_disk_of_the_firmware(tmp_path):
    """QEMU is replaced by a program that shows its words."""
    fake = tmp_path / "qemu-system-aarch64"
    fake.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    fake.chmod(0o755)
    for name in ("Image", "tree", "archive"):
        (tmp_path / name).write_text(name)

    def words(*given):
        return subprocess.run([acpi.ACPI / "qemu-efi", *given], cwd=tmp_path, text=True,
                              env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=True,
                              stdout=subprocess.PIPE).stdout.split("\n")[:-1]
    assert words("-machine", "virt,dumpdtb=x") == ["-machine", "virt,dumpdtb=x"]
    got = words("-m", "1G", "-kernel", "Image", "-dtb", "tree", "-initrd", "archive", "-append",
                "acpi=force quiet")
    assert got[:2] == ["-m", "1G"] and "-bios" in got and "-append" not in got
    assert (tmp_path / "efi/image").read_text() == "Image"
    assert (tmp_path / "efi/dtb").read_text() == "tree"
    assert (tmp_path / "efi/startup.nsh").read_text() == (
        "fs0:\nimage dtb=\\dtb initrd=\\initrd acpi=force quiet\nreset -s\n")
