# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees by chance: what a right kernel does with them, and that a broken one is caught."""
import json
import re
import subprocess

import pytest

from conftest import assert_refused
from kit import KIT


@pytest.fixture(scope="module")
def ten(rmemcheck, tmp_path_factory):
    out = tmp_path_factory.mktemp("random") / "out"
    return out, rmemcheck("run", "--random", 10, "--seed", 1, "--out", out)


def test_both_kernels_boot_them_all(ten):
    out, result = ten
    assert result.returncode == 0, result.stdout
    assert "pass: 10 trees of seed 1, 20 boots in " in result.stdout
    random = json.loads((out / "results.json").read_text())["random"]
    assert (random["seed"], random["trees"], random["boots"]) == (1, 10, 20)
    assert random["verdicts"]["patched"] == {"pass": 10}
    assert sum(random["verdicts"]["baseline"].values()) == 10


def test_its_report_is_what_the_run_has_said(rmemcheck, ten):
    out, result = ten
    report = rmemcheck("report", out)
    assert report.returncode == 0
    assert "pass: 10 trees of seed 1, 20 boots in " in report.stdout
    assert report.stdout in result.stdout


@pytest.mark.parametrize("form", ["--mail", "--ktap", "--junit", "--kcidb", "--html"])
def test_no_report_of_cases_is_made_of_it(rmemcheck, ten, form):
    assert_refused(rmemcheck("report", form, ten[0]), 2, form, "expected --text or --json")


def test_it_is_not_compared(rmemcheck, ten):
    assert_refused(rmemcheck("compare", ten[0], ten[0]), 2, "trees by chance")


def test_evidence_of_what_is_right_is_not_kept(ten):
    out, _ = ten
    assert [path for path in (out / "runs").rglob("run.json")] == []


def test_a_mutant_is_caught_made_small_and_kept(rmemcheck, tmp_path):
    """At most 64 entries: the smallest tree that shows it has 65 regions."""
    keep = tmp_path / "kept"
    spec = f"+series+{KIT}/selftests/mutants/at-most-64.patch"
    result = rmemcheck("run", "--random", 20, "--seed", 1, "--kernel", spec, "--keep", keep,
                       "--most-shrinking", 100, "--out", tmp_path / "out")
    assert result.returncode == 1, result.stderr
    random = json.loads((tmp_path / "out/results.json").read_text())["random"]
    found = next(each for each in random["findings"] if each["rule"] == "recorded")
    assert found["trees"] >= 1
    kept = tmp_path / "out/runs" / found["kernel"] / found["first"]
    assert rmemcheck("judge", kept).returncode == 1
    assert (kept / "verdict.json").exists()
    assert found["source"].startswith("/dts-v1/;\n")
    assert len(re.findall(r"phandle = ", found["source"])) < 129
    assert found["source"] in result.stdout
    case = keep / f"{found['first']}-{found['kernel']}-recorded.toml"
    assert found["file"] == str(case) and case.exists()

    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", "/dev/null", "-"],
                   input=found["source"], text=True, check=True)
    again = rmemcheck("run", "--kernel", spec, "--cases", case, "--out", tmp_path / "again")
    assert again.returncode == 1
    assert "failed: recorded" in again.stdout


def test_one_tree_is_booted_again_by_its_number(rmemcheck, tmp_path):
    result = rmemcheck("run", "--seed", 1, "--only", 3, "--out", tmp_path / "out")
    assert result.returncode == 0, result.stdout
    assert "pass: 1 tree of seed 1, 2 boots in " in result.stdout


@pytest.mark.parametrize("words, named", [
    (["--random", "0"], "--random"),
    (["--random", "many"], "--random"),
    (["--random", "-1"], "--random: expected a number that is not negative"),
    (["--random", "1", "--seed", "-2"], "--seed: expected a number that is not negative"),
    (["--random", "1", "--cases", "one"], "--cases"),
    (["--random", "1", "--resume"], "--resume"),
    (["--seed", "1"], "--seed: expected --random or --only beside it"),
    (["--keep", "folder"], "--keep: expected --random or --only beside it"),
    (["--random", "1", "--kernel", "mutant=+series+{KIT}/selftests/mutants/at-most-64.patch"],
     "no mutant"),
])
def test_what_makes_no_sense_is_refused(rmemcheck, tmp_path, words, named):
    words = [word.replace("{KIT}", str(KIT)) for word in words]
    assert_refused(rmemcheck("run", *words, "--out", tmp_path / "out"), 2, named)


def test_a_machine_without_a_tree_is_skipped(rmemcheck, tmp_path):
    result = rmemcheck("run", "--random", 1, "--machine", "x86_64", "--out", tmp_path / "out")
    assert result.returncode == 4, result.stderr
