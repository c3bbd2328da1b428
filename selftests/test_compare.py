# SPDX-License-Identifier: GPL-2.0-or-later
"""What has changed between two runs, of which nothing but the results may be left."""
import json

import pytest

from conftest import assert_refused
from results import case, kernel, run, write

BOTH = [case("one"), case("two")]


@pytest.mark.parametrize("after, status, line", [
    (run(BOTH), 0, "2 boots compared: no verdict has changed"),
    (run([case("one", "inconclusive"), case("two")]), 3, "arm64 patched one: is inconclusive: "),
    (run([case("one", "skip"), case("two")]), 3, "arm64 patched one: is skipped: "),
    (run([case("two")]), 3, "arm64 patched one: is not booted any more"),
    (run([case("two", "fail")]), 1, "arm64 patched one: is not booted any more"),
    (run(BOTH, complete=False), 3, "arm64: the new run was stopped before its end"),
    (run(BOTH, [kernel(), kernel("other", trouble="does not build")]), 3, "arm64 other: "),
    (run([], [kernel(trouble="does not build")]), 3, "the new run has no kernel: does not build"),
    (run([case("one", kernel="v7.3"), case("two", kernel="v7.3")]), 0,
     "arm64 v7.3: is compared with patched, the only kernel of the old run"),
    (run(BOTH, machine="arm"), 3, "no boot could be compared"),
    (run([case("three")]), 3, "no boot could be compared"),
    (run([]), 3, "no boot could be compared")])
def test_results_alone(rmemcheck, tmp_path, after, status, line):
    old, new = write(tmp_path / "old", run(BOTH)), write(tmp_path / "new", after)
    result = rmemcheck("compare", old, new / "results.json")
    assert (result.returncode, result.stderr) == (status, "")
    assert line in result.stdout
    assert "nothing has changed" not in result.stdout
    # What is missing in the old run is as little known
    if status == 3:
        assert rmemcheck("compare", new, old).returncode == 3


def test_evidence_that_is_gone_is_told(rmemcheck, tmp_path):
    old, new = write(tmp_path / "old", run(BOTH)), write(tmp_path / "new", run(BOTH))
    told = rmemcheck("compare", old, new).stdout
    assert "regions and log: neither run has evidence/dmesg: arm64 patched one, arm64 patched two\n" in told


def test_json(rmemcheck, tmp_path):
    old, new = write(tmp_path / "old", run(BOTH)), write(tmp_path / "new", run([case("one", "fail")]))
    result = rmemcheck("compare", "--json", old, new)
    assert result.returncode == 1
    changes = json.loads(result.stdout)
    assert (changes["outcome"], changes["compared"]) == ("fail", 1)
    assert [(each["machine"], each["kernel"], each["case"], each["rule"], each["before"], each["after"])
            for each in changes["new_failures"]] == [("arm64", "patched", "one", "recorded", "pass", "fail")]
    assert [(each["case"], each["text"]) for each in changes["not_compared"]] == [("two", "is not booted any more")]


def test_two_runs_of_one_machine_are_refused(rmemcheck, tmp_path):
    write(tmp_path / "monday", run(BOTH))
    write(tmp_path / "tuesday", run(BOTH))
    assert_refused(rmemcheck("compare", tmp_path, tmp_path / "monday"), 2, "one run of each machine and kernel")
