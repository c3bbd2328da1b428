# SPDX-License-Identifier: GPL-2.0-or-later
"""What all tests need: the built program and how to run it."""
import fcntl
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from kit import KIT, PROGRAM


QUEUE, ROOM = (pathlib.Path(__file__).with_name(name) for name in ("conftest.py", "kit.py"))


def pytest_configure(config):
    config.addinivalue_line("markers", "alone: it measures time, so no other test runs beside it")


def pytest_collection_modifyitems(items):
    """A file of tests that takes long and starts last would end alone."""
    longest = ("test_regression.py", "test_random.py", "test_bad_input.py")
    items.sort(key=lambda item: item.path.name not in longest)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """Two tests run at a time (make selftests). One that wants the room for itself keeps the queue
    as well, so that none goes in before it."""
    alone = item.get_closest_marker("alone")
    with QUEUE.open() as queue, ROOM.open() as room:
        fcntl.flock(queue, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(queue, fcntl.LOCK_UN)
        yield


class Program:
    """Runs rmemcheck with the kit of this checkout."""

    def __init__(self, environment):
        self.environment = environment

    def command(self, *words):
        return [str(PROGRAM), *map(str, words)]

    def __call__(self, *words, cwd=None, **environment):
        return subprocess.run(
            self.command(*words), cwd=cwd, text=True, capture_output=True, timeout=1200,
            env={**self.environment, **environment}, stdin=subprocess.DEVNULL)

    def start(self, *words, cwd=None, **environment):
        return subprocess.Popen(
            self.command(*words), cwd=cwd, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**self.environment, **environment})


@pytest.fixture(scope="session")
def rmemcheck():
    assert PROGRAM.exists(), f"{PROGRAM} is not there: make all"
    return Program({**os.environ, "RMEMCHECK_KIT": str(KIT)})


@pytest.fixture
def empty_cache(tmp_path):
    """Words for a run whose cache starts empty."""
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def kit_copy(tmp_path):
    """A kit that a test may change."""
    kit = tmp_path / "kit"
    for part in ("patches", "machines", "kmod", "guest", "selftests/cases", "Kconfig.fragment"):
        target = kit / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (KIT / part).is_dir() else shutil.copy)(KIT / part, target)
    return kit


@pytest.fixture(scope="session")
def validated(rmemcheck, tmp_path_factory):
    """A whole run, on kernels of the usual cache: its folder and what it printed. Whichever test
    needs it first makes it for those that run beside it, too."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    out, printed = folder / "validated/out", folder / "validated/printed.json"
    out.parent.mkdir(exist_ok=True)
    with (folder / "validated/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            result = rmemcheck("run", "--out", out)
            printed.write_text(json.dumps(vars(result), default=str))
    return out, subprocess.CompletedProcess(**json.loads(printed.read_text()))


def assert_refused(result, status, *words):
    """One message that names the thing, and the exit status of the design."""
    assert result.returncode == status, result.stderr
    for word in words:
        assert str(word) in result.stderr
    assert "rmemcheck: " in result.stderr
