# SPDX-License-Identifier: GPL-2.0-or-later
"""Judging takes no time beside booting: less than 50 ms, and a twentieth of what the boot takes.

What is measured is the processor's time, of the best of a few runs: a machine that has other work to
do lets a program wait, and does not make it compute more."""
import json
import os
import shutil
import subprocess

import pytest

from test_recorded import BOOTS, RECORDED

MOST = 0.050  # seconds, of the whole program: it starts in a few milliseconds
SHARE = 0.05
BUSY = 2  # a processor that is shared is slower in itself: its caches are


def seconds(rmemcheck, boot, runs=5):
    """Of the processor, to judge a kept boot."""
    def once():
        child = subprocess.Popen(rmemcheck.command("judge", boot), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env=rmemcheck.environment)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode in (0, 1, 3)
        return usage.ru_utime + usage.ru_stime
    return min(once() for _ in range(runs))


def test_recorded_boots_are_judged_in_no_time(rmemcheck):
    judged = {boot: seconds(rmemcheck, RECORDED / boot, runs=3) for boot in BOOTS}
    booted = [json.loads((RECORDED / boot / "run.json").read_text())["boot_seconds"] for boot in BOOTS]
    assert max(judged.values()) < MOST, judged
    assert sum(judged.values()) < SHARE * sum(booted)


def boot_of(rmemcheck, folder, regions):
    """A recorded boot as if its kernel had been given so many regions, of which it has none: each is
    a finding of several rules."""
    shutil.copytree(RECORDED / "linux-6.1.192-baseline/static-65", folder)
    made = rmemcheck("dt", "make", "--static", regions, "--region-size", "64K", "--gap", "64K",
                     "--no-map", "alternate", "--base", folder / "tree.dtb", "--out",
                     folder / "many.dtb")
    assert made.returncode == 0, made.stderr
    for name in ("tree.dtb", "evidence/fdt"):
        shutil.copy(folder / "many.dtb", folder / name)
    os.unlink(folder / "many.dtb")
    return folder


@pytest.fixture(scope="module")
def many(rmemcheck, tmp_path_factory):
    """How long the largest tree of the catalogue takes, and one of four times as many regions."""
    folder = tmp_path_factory.mktemp("many")
    return [seconds(rmemcheck, boot_of(rmemcheck, folder / str(regions), regions))
            for regions in (600, 2400)]


def test_600_regions_are_judged_in_no_time(many):
    assert many[0] < BUSY * MOST


def test_judging_grows_with_the_regions_and_no_faster(many):
    """What looks each region up among all of them takes sixteen times as long for four times as many."""
    assert many[1] < 8 * many[0]
