# SPDX-License-Identifier: GPL-2.0-or-later
"""make bench: boot, evidence and verdict against a bare boot to power-off, in one run; and how many
random trees a minute the machine tries, each on the unpatched and on the patched kernel.

Both boots are of the patched kernel of the cache, with the same 220 regions. The bare one is of QEMU
as a person calls it, with an init that powers off at once, no evidence port, and nobody who reads
its console.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from kit import PROGRAM

MOST_BOOT = 1.15
MOST_JUDGE = 0.050  # seconds
ROUNDS = 5
TREES = 60

POWER_OFF = """
#include <sys/reboot.h>
int main(void) { return reboot(RB_POWER_OFF); }
"""


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, **options)


def bare_initramfs(folder):
    (folder / "init.c").write_text(POWER_OFF)
    run("aarch64-linux-gnu-gcc", "-O2", "-static", "-s", folder / "init.c", "-o", folder / "init")
    run("sh", "-c", "echo init | cpio --quiet -o -H newc >initramfs", cwd=folder)
    return folder / "initramfs"


def bare_command(kernel, dtb, initramfs):
    return ("qemu-system-aarch64 -machine virt -cpu cortex-a57 -m 1024M -smp 1 -nodefaults "
            "-no-user-config -display none -no-reboot -serial file:/dev/null "
            f"-kernel {kernel}/Image -initrd {initramfs} -dtb {dtb} "
            "-append 'console=ttyAMA0 earlycon=pl011,0x09000000 panic=-1'")


def medians(folder, *commands):
    """Seconds each command takes, in the median. In rounds, so that all share a slow minute."""
    report = folder / "times.json"
    times = [[] for _ in commands]
    for _ in range(ROUNDS):
        run("hyperfine", "-N", "--style", "none", "--warmup", 1, "--runs", 8, "--export-json",
            report, *commands)
        for each, result in zip(times, json.loads(report.read_text())["results"]):
            each += result["times"]
    return [statistics.median(each) for each in times]


def trees_a_minute(out):
    """In a run that has its kernels."""
    words = ("run", "--random", TREES, "--seed", 1, "--out", out)
    start = time.monotonic()
    run(PROGRAM, *words, stdout=subprocess.DEVNULL)
    return 60 * TREES / (time.monotonic() - start)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        kernel, dtb, out = folder / "kernel", folder / "tree.dtb", folder / "boot"
        run(PROGRAM, "build", "--out", kernel)
        run(PROGRAM, "dt", "make", "--static", 200, "--boot-placed", 20, "--no-map", "alternate",
            "--out", dtb)
        boot = (f"{PROGRAM} boot --kernel {kernel}/Image --module {kernel}/reserved_mem_probe.ko "
                f"--dtb {dtb} --out {out} --judge")
        judge = f"{PROGRAM} judge {out}"
        bare, whole, verdict = medians(folder, bare_command(kernel, dtb, bare_initramfs(folder)),
                                       boot, judge)
        trees = trees_a_minute(folder / "random")
    print(f"boot, evidence and verdict: {whole / bare:.2f} times a bare boot "
          f"({whole:.2f} s, {bare:.2f} s), at most {MOST_BOOT}")
    print(f"judging a kept boot: {verdict * 1000:.0f} ms, at most {MOST_JUDGE * 1000:.0f}")
    print(f"{trees:.0f} random trees a minute, two boots each")
    return 0 if whole / bare <= MOST_BOOT and verdict <= MOST_JUDGE else 1


if __name__ == "__main__":
    sys.exit(main())
