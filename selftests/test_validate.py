# SPDX-License-Identifier: GPL-2.0-or-later
"""The main job: both kernels built, booted with the whole catalogue, and judged."""
import hashlib
import json
import re
import shutil
import time
import tomllib

import pytest

from conftest import assert_refused
from kit import KIT

# What a kernel is built with: the machine's lines and those that all machines share
CONFIG = [*tomllib.loads((KIT / "machines/arm64.toml").read_text())["config"],
          *(KIT / "Kconfig.fragment").read_text().splitlines()]
NEEDS = {path.stem: tomllib.loads(path.read_text()).get("needs", [])
         for path in (KIT / "selftests/cases").glob("*.toml")}
CASES = sorted(case for case, needs in NEEDS.items() if set(needs) <= set(CONFIG))


@pytest.fixture(scope="session")
def results(validated):
    out, _ = validated
    return json.loads((out / "results.json").read_text())


@pytest.fixture(scope="session")
def by_name(results):
    return {(each["kernel"], each["case"]): each for each in results["cases"]}


def test_it_ends_well(validated):
    out, result = validated
    assert result.returncode == 0, result.stdout
    assert f"pass: {2 * len(CASES)} boots, each as it must be" in result.stdout
    assert result.stdout.endswith(f"results in {out}\n")


def test_every_case_ran_on_both_kernels(by_name):
    assert set(by_name) == {(kernel, case) for kernel in ("baseline", "patched") for case in CASES}


def test_judging_takes_a_twentieth_of_the_run_at_most(results):
    """By the clock: boots and verdicts share the same machine, however busy it is."""
    booted, judged = (sum(each[key] for each in results["cases"])
                      for key in ("boot_seconds", "judge_seconds"))
    assert 0 < judged < 0.05 * booted


def test_what_arm64_cannot_serve_is_left_out_by_name(validated):
    _, result = validated
    for case in set(NEEDS) - set(CASES):
        assert re.search(rf"^{case}: not on arm64, which has no CONFIG_", result.stdout, re.MULTILINE)


def test_a_case_says_which_hazards_it_is_about(by_name):
    assert by_name["patched", "mixed-200-40"]["hazards"] == [9, 10]
    shown = {hazard for each in by_name.values() for hazard in each["hazards"]}
    # 5, 25: other architectures; 6: another kernel; 21: a kernel that is broken for it;
    # 24: firmware; 26: builds
    assert shown >= set(range(1, 27)) - {5, 6, 21, 24, 25, 26}


@pytest.mark.parametrize("case, regions", [("static-65", 65), ("static-200", 200),
                                           ("static-600", 600), ("mixed-200-40", 240)])
def test_the_baseline_loses_what_the_patched_kernel_records(by_name, case, regions):
    baseline, patched = by_name["baseline", case], by_name["patched", case]
    assert baseline["regions_in_tree"] == patched["regions_in_tree"] == regions
    assert (baseline["regions_recorded"], patched["regions_recorded"]) == (64, regions)
    assert (baseline["outcome"], patched["outcome"]) == ("known", "pass")
    assert patched["no_map_proven"] is True


def test_the_patched_kernel_proves_no_map_in_every_case_that_has_it(by_name):
    for (kernel, case), each in by_name.items():
        if kernel == "patched" and each["regions_no_map"]:
            assert each["no_map_proven"] is True, case


def test_the_table_shows_every_case(validated):
    _, result = validated
    for case in CASES:
        assert re.search(rf"^{case} .* pass$", result.stdout, re.MULTILINE), case


def test_the_folder_is_as_the_design_has_it(validated):
    out, _ = validated
    for kernel in ("baseline", "patched"):
        kept = {path.name for path in (out / "kernels" / kernel).iterdir()}
        assert {"Image", ".config", "System.map"} <= kept
        for case in CASES:
            boot = out / "runs" / kernel / case
            names = {path.name for path in boot.iterdir()}
            assert names == {"tree.dtb", "console.log", "evidence", "run.json", "verdict.json"}


def test_kept_evidence_gets_the_same_verdict(rmemcheck, validated, by_name):
    out, _ = validated
    for (kernel, case), each in by_name.items():
        result = rmemcheck("judge", out / "runs" / kernel / case)
        status = {"pass": 0, "fail": 1, "known": 1, "inconclusive": 3, "skip": 4}[each["conclusion"]]
        assert result.returncode == status, result.stdout
        if each["reason"] and each["conclusion"] != "pass":
            assert each["reason"] in result.stdout


@pytest.mark.alone
def test_again_nothing_is_built(rmemcheck, validated, tmp_path):
    start = time.monotonic()
    result = rmemcheck("run", "--cases", "one", "--out", tmp_path / "out")
    assert result.returncode == 0
    assert result.stdout.count("from the cache") == 2
    assert time.monotonic() - start < 30


def test_a_baseline_that_passes_where_it_must_fail_is_a_finding(rmemcheck, validated, tmp_path):
    """The check would prove nothing."""
    case = tmp_path / "wrong.toml"
    case.write_text('title = "one region"\nbaseline-fails = ["recorded"]\n\n'
                    '[[block]]\ncount = 1\noffset = "256M"\n')
    result = rmemcheck("run", "--out", tmp_path / "out", "--cases", case)
    assert result.returncode == 1
    assert "wrong: baseline passes, but must fail" in result.stdout


def test_a_kernel_that_fails_is_told_with_region_and_place(rmemcheck, validated, tmp_path):
    """The unpatched kernel where it must pass: what a broken series looks like."""
    case = tmp_path / "broken.toml"
    case.write_text('title = "66 regions"\n\n[[block]]\nname = "region"\ncount = 66\noffset = "256M"\n')
    result = rmemcheck("run", "--out", tmp_path / "out", "--cases", case, "--kernels", "baseline")
    assert result.returncode == 1
    assert "64 of  66 recorded" in result.stdout
    assert re.search(r"recorded: region@\w+: expected recorded: 0x\w+\.\.0x\w+, seen .* "
                     r"\(runs/baseline/broken/evidence/probe:\d+\)", result.stdout)


def test_a_kernel_that_is_built_already_gets_the_same_verdict(rmemcheck, validated, tmp_path):
    out, _ = validated
    kernel = out / "kernels/baseline"
    result = rmemcheck("run", "--image", kernel / "Image", "--module",
                       kernel / "reserved_mem_probe.ko", "--config", kernel / ".config", "--name",
                       "mine", "--cases", "static-64,static-65", "--out", tmp_path / "out")
    assert result.returncode == 1, result.stderr
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert [(each["kernel"], each["case"], each["outcome"]) for each in results["cases"]] == [
        ("mine", "static-64", "pass"), ("mine", "static-65", "known")]
    # Which kernel it is, it has told itself.
    known = json.loads((out / "results.json").read_text())["kernels"][0]["version"]
    assert results["kernels"][0]["version"] == known
    probe = kernel / "reserved_mem_probe.ko"
    given = [{"file": str(probe), "sha256": hashlib.sha256(probe.read_bytes()).hexdigest()}]
    assert results["kernels"][0]["modules"] == given
    run = json.loads((tmp_path / "out/runs/mine/static-65/run.json").read_text())
    assert run["modules"] == given
    page = rmemcheck("report", "--html", tmp_path / "out").stdout
    mail = rmemcheck("report", "--mail", tmp_path / "out").stdout
    assert f"mine: with module {probe} (SHA-256 " in rmemcheck("report", tmp_path / "out").stdout
    assert f"--module {probe}" in page and given[0]["sha256"] in page
    assert f"--module {probe}" in " ".join(mail.split()) and given[0]["sha256"] in mail


def test_cases_that_a_given_kernel_cannot_serve_are_left_out(rmemcheck, validated, tmp_path):
    out, _ = validated
    (tmp_path / "config").write_text("CONFIG_OF=y\n")
    result = rmemcheck("run", "--image", out / "kernels/patched/Image", "--config",
                       tmp_path / "config", "--cases", "one,restricted-dma-pool", "--out",
                       tmp_path / "out")
    assert "restricted-dma-pool: not on arm64, which has no" in result.stdout
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert [each["case"] for each in results["cases"]] == ["one"]


def test_a_vmlinux_is_booted_where_an_image_can_be_made_of_it(rmemcheck, validated, tmp_path):
    out, _ = validated
    vmlinux = out / "kernels/patched/vmlinux"
    result = rmemcheck("run", "--kernel", vmlinux, "--cases", "one", "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert_refused(rmemcheck("run", "--kernel", vmlinux, "--machine", "arm", "--cases", "one",
                             "--out", tmp_path / "arm"), 2, vmlinux, "zImage")


def test_known_faults_are_allowed_on_request(rmemcheck, validated):
    out, _ = validated
    boot = out / "runs/baseline/static-65"
    run = json.loads((boot / "run.json").read_text())
    assert not run["series"]
    result = rmemcheck("judge", boot)
    assert result.returncode == 0, "as it must"
    copy = boot.parent.parent.parent / "alone"
    shutil.copytree(boot, copy)
    (copy / "run.json").write_text(json.dumps(run | {"role": "pass", "must_fail": []}))
    assert rmemcheck("judge", copy).returncode == 1
    result = rmemcheck("judge", "--allow-known", copy)
    assert result.returncode == 0
    assert "known: array-of-64" in result.stdout
