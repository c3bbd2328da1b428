# SPDX-License-Identifier: GPL-2.0-or-later
"""What make faults calls wrong. Building and booting is make faults."""
import pathlib

import pytest

import faults
from kit import KIT
from kit_copy import kit_with

DMESG = "<6>kasan: KernelAddressSanitizer initialized (generic)\n"
IOMEM = "40000000-7fffffff : System RAM\n  40210000-4055ffff : Kernel code\n"
RESERVED = "   0: 0x0000000040210000..0x0000000040ffffff\n   1: 0x0000000050000000..0x00000000{}\n"


@pytest.fixture
def boots(tmp_path):
    """One that has the array and one that has not."""
    def make(name, dmesg, found, end):
        folder = tmp_path / name / "evidence"
        folder.mkdir(parents=True)
        (folder / "dmesg").write_text(DMESG + dmesg)
        (folder / "iomem").write_text(IOMEM)
        (folder / "memblock-reserved").write_text(RESERVED.format(end))
        (folder / "probe").write_text(f"region name=a available=1 found={found}\n"
                                      "region name=off available=0 found=0\n")
        rules = [{"rule": "no-warning", "outcome": "pass", "findings": []},
                 {"rule": "recorded", "outcome": "fail", "findings": []}]
        return {"folder": name, "ending": "powered-off", "reason": "", "rules": rules}
    return (tmp_path, make("without", faults.UNUSABLE.format("a") + "\n", 0, "5000ffff"),
            tmp_path, make("with", "", 1, "50010fff"))


def change(boots, name, text):
    out, each, *_ = boots
    (out / each["folder"] / "evidence" / name).write_text(text)


def test_a_kernel_that_goes_on_is_right(boots):
    assert faults.without_array(*boots) == []


def test_a_dead_kernel_is_told(boots):
    boots[1].update(ending="oops", reason="the kernel oopsed")
    assert faults.without_array(*boots) == ["boot does not go on: the kernel oopsed"]


def test_another_rule_that_fails_is_told(boots):
    boots[1]["rules"].append({"rule": "reserved", "outcome": "fail", "findings": []})
    assert faults.without_array(*boots) == ["fails reserved"]


def test_a_report_of_kasan_is_told(boots):
    boots[1]["rules"][0]["findings"] = [{"seen": "BUG: KASAN: use-after-free in x"}]
    assert faults.without_array(*boots) == ["BUG: KASAN: use-after-free in x"]


def test_kasan_must_be_on(boots):
    change(boots, "dmesg", faults.UNUSABLE.format("a"))
    assert faults.without_array(*boots) == ["KASAN is off: its silence says nothing"]


def test_every_region_must_be_named_once(boots):
    change(boots, "dmesg", DMESG)
    assert faults.without_array(*boots) == ["a is named in 0 errors, not 1"]
    change(boots, "dmesg", DMESG + 2 * faults.UNUSABLE.format("a"))
    assert faults.without_array(*boots) == ["a is named in 2 errors, not 1"]


def test_a_region_that_is_found_is_told(boots):
    change(boots, "probe", "region name=a available=1 found=1\n")
    assert faults.without_array(*boots) == ["a region is found"]


def test_memory_that_is_given_back_is_told(boots):
    change(boots, "memblock-reserved", "   0: 0x0000000040210000..0x0000000040ffffff\n")
    assert faults.without_array(*boots) == [
        "-0x11000 bytes are reserved, against a kernel with the array"]


def test_the_faults_apply(rmemcheck, tmp_path):
    patches = [faults.FAULTS / f"{name}.patch"
               for name in ("array-allocation-fails", "initdata-kept")]
    kit = kit_with(tmp_path / "kit", extra_patches=patches)
    result = rmemcheck("series", "check", "--kit", kit)
    assert result.returncode == 0, result.stderr


def test_the_cases_are_there():
    for case in faults.TREES + faults.NO_ARRAY:
        assert pathlib.Path(KIT / f"selftests/cases/{case}.toml").exists(), case
