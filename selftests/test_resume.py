# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kernels and cases a run boots: what it goes on with, and where there is nothing to boot.
The kernel is a script in place of User-mode Linux, which prints a line and ends."""
import json
import signal
import time

import pytest

from conftest import assert_refused


@pytest.fixture
def kernel(tmp_path):
    """Makes such a kernel; the words are what it does beside."""
    def make(name, words=":"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\necho 'Linux version 6.1.0'\n{words}\n")
        path.chmod(0o755)
        return path
    return make


@pytest.fixture
def run(rmemcheck, tmp_path):
    def run(*words):
        return rmemcheck(*words_of(tmp_path, *words))
    return run


def words_of(folder, *words):
    return ["run", "--machine", "um", "--jobs", 1, "--out", folder / "out", *words]


def results_of(folder):
    return json.loads((folder / "out/results.json").read_text())


def booted(folder):
    return [(case["kernel"], case["case"]) for case in results_of(folder)["cases"]]


def times(folder):
    return {path: path.stat().st_mtime_ns for path in folder.glob("out/runs/*/*/run.json")}


def test_more_is_booted_and_the_rest_taken_as_it_is(run, kernel, tmp_path):
    one, two = kernel("one.sh"), kernel("two.sh")
    run("--kernel", one, "--cases", "one")
    before = times(tmp_path)
    result = run("--kernel", one, "--kernel", two, "--cases", "one,static-63", "--resume")
    assert result.returncode == 3, result.stderr
    assert len(booted(tmp_path)) == 4
    assert before.items() <= times(tmp_path).items()


@pytest.mark.parametrize("words, named", [
    (["--kernel", "{one}", "--cases", "one"], "the case static-63, which is not asked for now"),
    (["--kernel", "{two}", "--cases", "one,static-63"], "the kernel one.sh"),
    (["--kernel", "told={one}", "--cases", "one,static-63"], "asked for now is told="),
    (["--kernel", "{one}", "--cases", "one,static-63", "--machine", "arm64"],
     "the machine um, and asked for now is arm64"),
])
def test_other_demands_are_not_resumed(rmemcheck, run, kernel, tmp_path, words, named):
    kernels = {"one": kernel("one.sh"), "two": kernel("two.sh")}
    run("--kernel", kernels["one"], "--cases", "one,static-63")
    before = (tmp_path / "out/results.json").read_bytes()
    words = [word.format(**kernels) for word in words]
    machine = [] if "--machine" in words else ["--machine", "um"]
    result = rmemcheck("run", "--out", tmp_path / "out", *machine, *words, "--resume")
    assert_refused(result, 2, f"--resume: {tmp_path}/out: ", named, "expected the same command")
    assert (tmp_path / "out/results.json").read_bytes() == before


def test_a_kernel_that_has_changed_is_booted_again_and_that_is_said(run, kernel):
    one = kernel("one.sh")
    run("--kernel", one, "--cases", "one")
    kernel("one.sh", "echo more")
    result = run("--kernel", one, "--cases", "one", "--resume")
    assert "one.sh/one: booted again" in result.stdout


def interrupt(rmemcheck, folder, *words):
    """Once a boot has begun that does not end."""
    program = rmemcheck.start(*words_of(folder, *words))
    end = time.monotonic() + 60
    while not (folder / "waits").exists():
        assert time.monotonic() < end and program.poll() is None
        time.sleep(0.02)
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=20)
    return program.returncode, errors


def test_an_interrupted_run_has_what_has_ended(rmemcheck, run, kernel, tmp_path):
    words = ["--kernel", kernel("one.sh"), "--kernel", kernel("two.sh"), "--cases", "one,static-63"]
    kernel("two.sh", f"touch {tmp_path}/waits; exec sleep 100")
    status, errors = interrupt(rmemcheck, tmp_path, *words)
    assert status == 130
    assert f"interrupted: what has ended is in {tmp_path}/out; --resume goes on" in errors
    left = results_of(tmp_path)
    assert (left["complete"], left["interrupted"]) == (False, True)
    assert booted(tmp_path) == [("one.sh", "one")]
    assert (tmp_path / "out/runs/one.sh/one/verdict.json").exists()
    assert "the run was interrupted" in rmemcheck("report", tmp_path / "out").stdout
    before = times(tmp_path)
    kernel("two.sh")
    run(*words, "--resume")
    left = results_of(tmp_path)
    assert (left["complete"], left["interrupted"]) == (True, False)
    assert len(booted(tmp_path)) == 4
    assert before.items() <= times(tmp_path).items()


def test_a_run_that_is_interrupted_in_its_first_boot_has_results(rmemcheck, kernel, tmp_path):
    one = kernel("one.sh", f"touch {tmp_path}/waits; exec sleep 100")
    status, _ = interrupt(rmemcheck, tmp_path, "--kernel", one, "--cases", "one")
    assert status == 130
    assert results_of(tmp_path)["interrupted"] is True
    assert booted(tmp_path) == []


@pytest.fixture
def listed(kernel, tmp_path):
    path = tmp_path / "list.toml"
    path.write_text("".join(f'[[kernel]]\nspec = "{kernel(name)}"\n{more}\n' for name, more in (
        ("one.sh", 'cases = ["one"]\nmachines = ["um"]'),
        ("two.sh", 'cases = ["static-63"]\nmachines = ["um"]'))))
    return path


def test_a_kernel_without_a_case_of_those_asked_for_is_not_made(run, listed, tmp_path):
    result = run("--list", listed, "--cases", "one")
    assert "two.sh: not booted: it is for static-63, and what is asked for is one" in result.stdout
    assert [each["name"] for each in results_of(tmp_path)["kernels"]] == ["one.sh"]


def test_a_list_without_a_case_or_a_machine_of_those_asked_for(rmemcheck, run, listed, tmp_path):
    result = run("--list", listed, "--cases", "static-64")
    assert result.returncode == 4
    assert "one.sh: not booted: it is for one, and what is asked for is static-64" in result.stdout
    result = rmemcheck("run", "--list", listed, "--machine", "arm64", "--out", tmp_path / "out")
    assert result.returncode == 4
    assert "no kernel is for arm64" in result.stdout
    assert "one.sh: is for um" in result.stdout
    assert not (tmp_path / "out").exists()
