# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole runs that are judged again come to what they came to when they were made."""
import json
import pathlib
import shutil

import pytest

from conftest import assert_refused
from results import kernel

RECORDED = pathlib.Path(__file__).resolve().parent / "recorded"
KNOWN = ("recorded", "known-errors")  # what the baseline fails with static-65


def keep(run, name, recorded, **changes):
    """A recorded boot as a kernel's boot of a run."""
    folder = run / "runs" / name / recorded.name
    shutil.copytree(recorded, folder, ignore=shutil.ignore_patterns("verdict.*"))
    kept = json.loads((folder / "run.json").read_text())
    kept.update(kernel=name, case=recorded.name, **changes)
    (folder / "run.json").write_text(json.dumps(kept))


@pytest.fixture
def kept_run(tmp_path):
    """Two kernels on one machine, of which the baseline must fail, and one on another."""
    both = tmp_path / "both"
    keep(both / "arm64", "baseline", RECORDED / "linux-6.1.192-baseline/static-65", role="baseline",
         must_fail=KNOWN)
    keep(both / "arm64", "patched", RECORDED / "linux-6.1.192-patched/static-65", role="pass")
    keep(both / "riscv32", "patched", RECORDED / "linux-6.1.192-patched-riscv32/static-65", role="pass")
    return both


@pytest.fixture
def as_json(rmemcheck):
    def judge(*words, status=0):
        result = rmemcheck("judge", "--json", *words)
        assert (result.returncode, result.stderr) == (status, "")
        return json.loads(result.stdout)
    return judge


def leave_results(folder, results, **changes):
    """As the run would have left them."""
    for each in results["cases"]:
        each["folder"] = str(pathlib.Path(each["folder"]).relative_to(folder))
    (folder / "results.json").write_text(json.dumps({**results, **changes}))


def test_several_machines_and_kernels_have_one_table(rmemcheck, kept_run):
    result = rmemcheck("judge", kept_run)
    assert (result.returncode, result.stderr) == (0, "")
    lines = [line for line in result.stdout.splitlines() if not line.startswith("  ")]
    assert [line.split()[:4] for line in lines[:3]] == [
        ["arm64", "baseline", "static-65", "known"], ["arm64", "patched", "static-65", "pass"],
        ["riscv32", "patched", "static-65", "pass"]]
    assert len({line.index("static-65") for line in lines[:3]}) == 1
    assert "as it must: recorded" in lines[0]
    assert lines[3:] == ["arm64       pass: 2 boots, each as it must be",
                         "riscv32     pass: 1 boot, each as it must be"]


def test_json_is_as_results_json_has_it(rmemcheck, as_json, kept_run):
    arm64, riscv32 = as_json(kept_run)
    assert [each["machine"] for each in (arm64, riscv32)] == ["arm64", "riscv32"]
    assert [each["name"] for each in arm64["kernels"]] == ["baseline", "patched"]
    assert [(each["kernel"], each["outcome"], each["conclusion"]) for each in arm64["cases"]] == [
        ("baseline", "known", "pass"), ("patched", "pass", "pass")]
    assert arm64["outcome"] == "pass"
    # Other verbs read it
    leave_results(kept_run / "arm64", arm64)
    assert "2 boots, each as it must be" in rmemcheck("report", kept_run / "arm64").stdout
    assert rmemcheck("compare", kept_run / "arm64", kept_run / "arm64").returncode == 0
    # One run is an object, and so are boots alone
    assert as_json(kept_run / "arm64")["machine"] == "arm64"
    alone = as_json(RECORDED / "debian-7.3.4/one", RECORDED / "debian-7.3.4/static-65")
    assert (alone["machine"], len(alone["cases"])) == ("", 2)


def test_json_of_a_log(as_json):
    log = RECORDED / "linux-6.1.192-baseline/static-65/evidence/dmesg"
    result = as_json("--log", log, status=1)
    files = {finding["file"] for each in result["cases"][0]["rules"] for finding in each["findings"]}
    assert files <= {"", str(log)} and str(log) in files


def test_what_the_run_lacked_is_lacking(rmemcheck, as_json, kept_run):
    folder = kept_run / "arm64"
    results = as_json(folder)
    leave_results(folder, results, complete=False)
    stopped = rmemcheck("judge", folder)
    assert stopped.returncode == 3 and "the run was stopped before its end" in stopped.stdout
    leave_results(folder, as_json(folder, status=3), complete=True,
                  kernels=results["kernels"] + [kernel("gone", trouble="does not build")])
    missing = rmemcheck("judge", folder)
    assert missing.returncode == 3 and "gone: no kernel: does not build\n" in missing.stdout
    leave_results(folder, as_json(folder, status=3), kernels=results["kernels"])
    assert rmemcheck("judge", folder).returncode == 0
    shutil.rmtree(folder / "runs/patched")
    lost = rmemcheck("judge", folder)
    assert lost.returncode == 3
    assert f"{folder}/runs/patched/static-65: no such folder, but results.json has the boot" in lost.stdout


def test_failures_that_are_known_are_as_they_were(rmemcheck, kept_run, tmp_path):
    boot = kept_run / "arm64/runs/baseline/static-65"
    kept = json.loads((boot / "run.json").read_text())
    (boot / "run.json").write_text(json.dumps({**kept, "role": "pass", "must_fail": []}))
    assert rmemcheck("judge", kept_run).returncode == 1
    known = tmp_path / "known.toml"
    known.write_text("".join(f'[[known]]\ncase = "static-65"\nrule = "{rule}"\nreason = "on purpose"\n\n'
                             for rule in KNOWN))
    result = rmemcheck("judge", "--expected", known, kept_run)
    assert result.returncode == 0 and "which is known: on purpose" in result.stdout
    assert_refused(rmemcheck("judge", "--expected", known, "--log", boot / "evidence/dmesg"), 2, "--expected")
