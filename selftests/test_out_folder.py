# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run leaves is of that run alone, and stays until there is something in its place."""
import json
import shutil
import subprocess

import pytest

from conftest import assert_refused
from kit import KIT

WORDS = ["run", "--cases", "one"]


@pytest.fixture
def left(rmemcheck, tmp_path):
    """The folder of a run, and the words that made it."""
    out = tmp_path / "out"
    words = [*WORDS, "--out", out, "--kernel", "+series"]
    assert rmemcheck(*words).returncode == 0
    return out, words


def machines_of(rmemcheck, out):
    results = json.loads(rmemcheck("report", "--json", out).stdout)
    return [each["machine"] for each in (results if isinstance(results, list) else [results])]


@pytest.fixture
def native(tmp_path):
    """Words for a kernel that two machines boot: a script in place of User-mode Linux. A kernel of
    its own for the second machine would take longer to build than all of these tests."""
    kernel = tmp_path / "linux"
    kernel.write_text("#!/bin/sh\necho 'Linux version 6.1.0'\n")
    kernel.chmod(0o755)
    shutil.copy(KIT / "machines/um.toml", tmp_path / "other.toml")
    return ["--kernel", kernel], {"um": "um", "other": str(tmp_path / "other.toml")}


def names_in(out):
    return {path.name for path in out.iterdir()} - {".rmemcheck"}


def test_other_machines_take_the_place_of_earlier_ones(rmemcheck, left, native):
    out, words = left
    kernel, files = native
    for machines in (["other", "um"], ["other"], ["um"]):
        result = rmemcheck(*WORDS, "--out", out, *kernel, "--machine",
                           ",".join(files[machine] for machine in machines))
        assert result.returncode == 3, result.stderr  # there is nothing to be found out
        assert machines_of(rmemcheck, out) == machines
        assert names_in(out) == (set(machines) if len(machines) > 1 else {"results.json", "runs"})
    assert rmemcheck(*words).returncode == 0
    assert machines_of(rmemcheck, out) == ["arm64"]
    assert names_in(out) == {"results.json", "kernels", "runs"}


def test_a_machine_is_taken_once(rmemcheck, left):
    out, words = left
    result = rmemcheck(*words, "--machine", "arm64,arm64")
    assert result.returncode == 0, result.stderr
    assert (out / "results.json").exists()
    assert machines_of(rmemcheck, out) == ["arm64"]


def test_only_a_run_of_the_same_machines_is_resumed(rmemcheck, left):
    out, words = left
    assert_refused(rmemcheck(*words, "--machine", "arm64,arm", "--resume"), 2, "--resume", out)
    assert machines_of(rmemcheck, out) == ["arm64"]


@pytest.mark.parametrize("spec", ["+none.patch", "+series+series", "{}/linux@no-such-rev"])
def test_bad_input_leaves_the_earlier_results(rmemcheck, left, tmp_path, spec):
    out, _ = left
    (tmp_path / "none.patch").write_text(
        "--- a/drivers/of/of_reserved_mem.c\n+++ b/drivers/of/of_reserved_mem.c\n"
        "@@ -1,1 +1,1 @@\n-there is no such line\n+nor this one\n")
    result = rmemcheck(*WORDS, "--out", out, "--kernel", "baseline=", "--kernel",
                       spec.format(tmp_path), cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    assert machines_of(rmemcheck, out) == ["arm64"]
    assert (out / "runs").exists()


def test_bad_input_leaves_no_folder(rmemcheck, tmp_path):
    out = tmp_path / "out"
    assert rmemcheck(*WORDS, "--kernel", "+series+series", "--out", out).returncode == 2
    assert not out.exists()


def test_a_run_goes_on_where_nobody_can_be_told(rmemcheck, native, tmp_path):
    out = tmp_path / "out"
    words = rmemcheck.command("run", *native[0], "--machine", "um", "--cases", "one", "--out", out)
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True,
                              env=rmemcheck.environment)
    assert done.returncode == 3
    assert "rmemcheck: standard output: not all of it could be written" in done.stderr
    assert (out / "results.json").exists()


@pytest.mark.parametrize("option", ["--image", "--cases"])
def test_a_run_does_not_replace_what_it_needs(rmemcheck, tmp_path, option):
    """A second run with the kernel, or a case, that the first has left in the same place."""
    needed = tmp_path / "out/found/needed.toml"
    needed.parent.mkdir(parents=True)
    needed.write_text('title = "t"\n[tree]\n')
    done = rmemcheck("run", option, needed, "--out", tmp_path / "out")
    assert done.returncode == 2, done.stderr
    assert f"{option} {needed}: lies in --out {tmp_path / 'out'}, which is replaced" in done.stderr
    assert needed.exists()
