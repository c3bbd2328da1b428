# SPDX-License-Identifier: GPL-2.0-or-later
"""The probe module: built for other kernels, where it cannot work, and unloaded."""
import pathlib
import shutil
import subprocess

from kit import KIT

HEADERS = sorted(path.parent for path in pathlib.Path("/usr/src").glob("linux-headers-*/.config"))


def test_it_builds_against_installed_headers(tmp_path):
    assert HEADERS, "no linux-headers package: make packages"
    copy = tmp_path / "kmod"
    shutil.copytree(KIT / "kmod", copy)
    result = subprocess.run(["make", "-C", copy, f"KDIR={HEADERS[-1]}", "W=1"], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout
    # Debian's headers bring no vmlinux; that is said whatever the module is.
    assert "warning" not in result.stdout.lower(), result.stdout
    assert (copy / "reserved_mem_probe.ko").stat().st_size > 0


def test_a_module_that_does_not_load_is_named(rmemcheck, validated, tmp_path):
    kernel = validated[0] / "kernels/patched"
    result = rmemcheck("boot", "--kernel", kernel / "Image", "--dtb",
                       validated[0] / "runs/patched/one/tree.dtb", "--module", "/bin/true",
                       "--out", tmp_path / "boot")
    assert result.returncode == 3, result.stdout
    assert "the guest could not load /modules/true: Exec format error (errno 8)" in result.stderr


def boot(rmemcheck, kernel, run, out, *words):
    return rmemcheck("boot", "--kernel", kernel / "Image", "--dtb", run / "tree.dtb",
                     "--module", kernel / "reserved_mem_probe.ko", "--out", out, "--judge", *words)


def test_without_debugfs_it_refuses_with_a_message(rmemcheck, validated, tmp_path):
    """And what it would have shown is not taken for shown."""
    out, _ = validated
    result = boot(rmemcheck, out / "kernels/patched", out / "runs/patched/one", tmp_path / "boot",
                  "--append", "debugfs=off")
    log = (tmp_path / "boot/evidence/dmesg").read_text()
    assert "reserved_mem_probe: debugfs is off" in log
    assert not (tmp_path / "boot/evidence/probe").exists()
    assert result.returncode == 3, result.stdout


def test_it_unloads_clean(rmemcheck, validated, tmp_path):
    out, _ = validated
    result = boot(rmemcheck, out / "kernels/patched", out / "runs/patched/static-65",
                  tmp_path / "boot", "--append", "unload_probe=1")
    assert result.returncode == 0, result.stdout
    assert "unloading the probe: done" in (tmp_path / "boot/console.log").read_text()


def test_it_taints_only_as_a_module_from_outside(validated):
    out, _ = validated
    for console in (out / "runs").glob("*/*/console.log"):
        assert "cannot load" not in console.read_text(), console
    # Without a log of the guest's: what an unpatched kernel dies of before it is loaded
    logs = list((out / "runs").glob("*/*/evidence/dmesg"))
    assert len(logs) > 100
    for log in logs:
        taints = [line for line in log.read_text().splitlines() if "taint" in line]
        assert all("loading out-of-tree module taints kernel" in line for line in taints), taints
