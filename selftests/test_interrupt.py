# SPDX-License-Identifier: GPL-2.0-or-later
"""Ctrl-C and SIGKILL in a build and in a boot: exit 130, nothing runs on, nothing half-made."""
import json
import pathlib
import signal
import time

import pytest

from conftest import assert_refused
from kit import CACHE


def descendants(pid):
    """Process numbers of all that a process started, itself left out."""
    children = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found, todo = [], [pid]
    while todo:
        more = children.get(todo.pop(), [])
        found += more
        todo += more
    return found


def is_running(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def named(pids, word):
    names = []
    for pid in pids:
        try:
            names.append(pathlib.Path(f"/proc/{pid}/cmdline").read_text())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return any(word in name for name in names)


@pytest.fixture
def building(rmemcheck, kit_copy, tmp_path):
    """A build in a cache of its own that has begun to compile; trees are the usual cache's."""
    cache = tmp_path / "cache/rmemcheck"
    cache.mkdir(parents=True)
    assert rmemcheck("series", "list", "--tree", "").returncode == 0  # fills the usual cache
    (cache / "trees").symlink_to(CACHE / "trees")
    program = rmemcheck.start("build", "--baseline", "--kit", kit_copy,
                              XDG_CACHE_HOME=str(cache.parent))
    wait_for(lambda: named(descendants(program.pid), "cc1"), 120, "the compiler")
    yield program, cache
    program.kill()
    program.communicate()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_build(building, sent):
    program, cache = building
    started = descendants(program.pid)
    program.send_signal(sent)
    _, errors = program.communicate(timeout=10)
    assert program.returncode == 130
    assert "interrupted" in errors
    wait_for(lambda: not any(map(is_running, started)), 5, "children to end")
    assert list((cache / "kernels").iterdir()) == []


def test_killed_build(building, rmemcheck, kit_copy):
    """Nobody cleans up after SIGKILL, but the children end and the next run starts afresh."""
    program, cache = building
    started = descendants(program.pid)
    program.kill()
    program.communicate()
    wait_for(lambda: not any(map(is_running, started)), 10, "children to end")
    assert [path for path in (cache / "kernels").iterdir() if len(path.name) == 64] == []
    again = rmemcheck.start("build", "--baseline", "--kit", kit_copy,
                            XDG_CACHE_HOME=str(cache.parent))
    wait_for(lambda: named(descendants(again.pid), "cc1"), 120, "the compiler")
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=10)
    assert list((cache / "kernels").iterdir()) == []


@pytest.fixture
def booting(rmemcheck, tmp_path):
    """A guest that says nothing and never ends."""
    dtb = tmp_path / "tree.dtb"
    assert rmemcheck("dt", "make", "--out", dtb, "--static", 1).returncode == 0
    image = tmp_path / "Image"
    image.write_bytes(b"\0" * 0x1000)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    program = rmemcheck.start("boot", "--kernel", image, "--dtb", dtb, "--out", tmp_path / "out",
                              "--silence", 100, TMPDIR=str(temporary))
    wait_for(lambda: named(descendants(program.pid), "virtserialport"), 60, "QEMU")
    yield program, temporary, tmp_path / "out"
    program.kill()
    program.communicate()


@pytest.mark.alone
def test_interrupted_boot(booting):
    program, temporary, out = booting
    started = descendants(program.pid)
    start = time.monotonic()
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=10)
    assert program.returncode == 130
    assert time.monotonic() - start < 3
    assert not any(map(is_running, started))
    assert not out.exists()
    assert list(temporary.iterdir()) == []


def test_killed_boot(booting):
    program, _, _ = booting
    started = descendants(program.pid)
    program.kill()
    program.communicate()
    wait_for(lambda: not any(map(is_running, started)), 5, "QEMU to end")


def test_interrupted_run_leaves_what_it_has(rmemcheck, validated, tmp_path):
    """And goes on from there, if it is asked to."""
    out = tmp_path / "out"
    words = ["run", "--out", out, "--jobs", 1, "--cases", "one,static-63,static-64,static-65"]
    program = rmemcheck.start(*words)
    results = out / "results.json"
    wait_for(lambda: results.exists() and json.loads(results.read_text())["cases"], 120, "results")
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=10)
    assert program.returncode == 130
    left = json.loads(results.read_text())["cases"]
    assert 0 < len(left) < 8
    times = {case["folder"]: (out / case["folder"] / "run.json").stat().st_mtime_ns
             for case in left}
    assert rmemcheck(*words, "--resume").returncode == 0
    assert len(json.loads((out / "results.json").read_text())["cases"]) == 8
    for folder, time_then in times.items():
        assert (out / folder / "run.json").stat().st_mtime_ns == time_then


def test_two_runs_do_not_undo_each_other(rmemcheck, validated, tmp_path):
    out = tmp_path / "out"
    program = rmemcheck.start("run", "--out", out, "--cases", "one,static-64,static-65")
    wait_for((out / ".rmemcheck").exists, 120, "the folder")
    assert_refused(rmemcheck("run", "--out", out, "--cases", "one"), 2, out, "another run")
    program.communicate(timeout=300)
    assert program.returncode == 0
