# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run leaves is of that run alone, and stays until there is something in its place."""
import json

import pytest

from conftest import assert_refused

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


def test_other_machines_take_the_place_of_earlier_ones(rmemcheck, left):
    out, words = left
    for machines in (["arm", "arm64"], ["arm"], ["arm64"]):
        result = rmemcheck(*words, "--machine", ",".join(machines))
        assert result.returncode in (0, 1), result.stderr
        assert machines_of(rmemcheck, out) == machines
        names = {path.name for path in out.iterdir()} - {".rmemcheck"}
        assert names == (set(machines) if len(machines) > 1 else {"results.json", "kernels", "runs"})


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
