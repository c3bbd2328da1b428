# SPDX-License-Identifier: GPL-2.0-or-later
"""What all tests need: the built program and how to run it."""
import os
import shutil
import subprocess

import pytest

from kit import KIT, PROGRAM


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
    """A whole run, on kernels of the usual cache: its folder and what it printed."""
    out = tmp_path_factory.mktemp("validated") / "out"
    result = rmemcheck("run", "--out", out)
    return out, result


def assert_refused(result, status, *words):
    """One message that names the thing, and the exit status of the design."""
    assert result.returncode == status, result.stderr
    for word in words:
        assert str(word) in result.stderr
    assert "rmemcheck: " in result.stderr
