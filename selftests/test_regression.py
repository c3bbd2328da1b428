# SPDX-License-Identifier: GPL-2.0-or-later
"""Ranges, bisection, resumed runs and comparisons, on a small history of a real kernel."""
import json
import os
import shutil
import subprocess

import pytest

from conftest import assert_refused
from kit import KIT, PROGRAM

ARCHIVE = "/usr/src/linux-source-6.1.tar.xz"
BREAK = KIT / "selftests/mutants/at-most-64.patch"
SOURCE = "drivers/of/of_reserved_mem.c"


class History:
    """Linux 6.1 with the series, and five commits: one that changes nothing, one that does not
    build, its fix, one that breaks the kernel, and another that changes nothing."""

    def __init__(self, rmemcheck, folder):
        self.folder = folder / "linux"
        self.folder.mkdir()
        subprocess.run(["tar", "-xf", ARCHIVE, "-C", self.folder, "--strip-components=1"],
                       check=True)
        for part in ("Documentation", "tools/testing/selftests", "drivers/gpu/drm/amd", "sound"):
            self.remove(part)
        applied = rmemcheck("series", "apply", "--tree", self.folder)
        assert applied.returncode == 0, applied.stderr
        self.git("init", "-q", ".")
        self.git("config", "gc.auto", "0")  # it would go on in the background
        self.commits = [self.commit("base")]
        self.commits.append(self.append("good", "/* nothing */"))
        self.commits.append(self.append("does not build", "#error on purpose"))
        text = (self.folder / SOURCE).read_text()
        (self.folder / SOURCE).write_text(text.replace("#error on purpose", ""))
        self.commits.append(self.commit("builds again"))
        subprocess.run(["git", "apply", BREAK], cwd=self.folder, check=True)
        self.commits.append(self.commit("break"))
        self.commits.append(self.append("bad", "/* nothing more */"))

    def remove(self, part):
        """No C file of it is compiled; Kconfig and Makefiles may be read."""
        for root, _, files in os.walk(self.folder / part):
            for name in files:
                if name.endswith((".c", ".h", ".rst", ".txt", ".yaml")):
                    os.unlink(os.path.join(root, name))

    def git(self, *words):
        return subprocess.run(["git", "-C", self.folder, "-c", "user.name=a", "-c",
                               "user.email=a@b", "-c", "core.compression=0", *words],
                              check=True, text=True, capture_output=True).stdout.strip()

    def commit(self, subject):
        self.git("add", "--all", "--force")
        self.git("commit", "-qm", subject)
        return self.git("rev-parse", "HEAD")

    def append(self, subject, line):
        with (self.folder / SOURCE).open("a") as source:
            source.write(line + "\n")
        return self.commit(subject)


@pytest.fixture(scope="module")
def history(rmemcheck, validated, tmp_path_factory):
    made = History(rmemcheck, tmp_path_factory.mktemp("history"))
    yield made
    shutil.rmtree(made.folder)


@pytest.fixture(scope="module")
def ranged(rmemcheck, history, tmp_path_factory):
    out = tmp_path_factory.mktemp("range") / "out"
    result = rmemcheck("run", "--kernel", f"{history.folder}@{history.commits[0]}..HEAD", "--cases",
                       "static-65", "--out", out)
    return out, result


@pytest.mark.alone
def test_a_range_names_the_first_bad_commit(history, ranged):
    out, result = ranged
    assert result.returncode == 1, result.stderr
    bad = f"linux@{history.commits[4][:12]}"
    assert f"first bad: {bad} break: static-65" in result.stdout
    results = json.loads((out / "results.json").read_text())
    assert [bool(kernel["trouble"]) for kernel in results["kernels"]] == [0, 1, 0, 0, 0]
    assert [case["outcome"] for case in results["cases"]] == ["pass", "pass", "fail", "fail"]


@pytest.mark.alone
def test_the_next_commit_is_built_in_no_time(ranged):
    out, _ = ranged
    results = json.loads((out / "results.json").read_text())
    first, *others = [kernel for kernel in results["kernels"] if not kernel["trouble"]]
    assert all(kernel["build_seconds"] < 30 for kernel in others if not kernel["from_cache"])
    assert first["role"] == "pass"


def test_a_run_is_resumed(rmemcheck, history, ranged):
    """Nothing is booted again but what is missing."""
    out, _ = ranged
    before = {path: path.stat().st_mtime_ns for path in out.glob("runs/*/*/run.json")}
    lost = min(before)
    shutil.rmtree(lost.parent)
    result = rmemcheck("run", "--kernel", f"{history.folder}@{history.commits[0]}..HEAD", "--cases",
                       "static-65", "--out", out, "--resume")
    assert result.returncode == 1, result.stderr
    after = {path: path.stat().st_mtime_ns for path in out.glob("runs/*/*/run.json")}
    assert {path for path in before if after[path] != before[path]} == {lost}


def test_a_bisection_finds_it(history, rmemcheck):
    command = rmemcheck.command("run", "--kernel", ".", "--cases", "static-65", "--bisect",
                                "recorded")
    history.git("bisect", "start", "HEAD", history.commits[0])
    try:
        done = subprocess.run(["git", "-C", history.folder, "bisect", "run", *command], text=True,
                              capture_output=True, env=rmemcheck.environment, check=False)
        assert f"{history.commits[4]} is the first bad commit" in done.stdout, done.stdout
    finally:
        history.git("bisect", "reset")


@pytest.mark.parametrize("commit, rule, status", [
    (1, "recorded", 0), (2, "recorded", 125), (4, "recorded", 1), (4, "iomem", 125)])
def test_what_a_bisection_is_told(rmemcheck, history, tmp_path, commit, rule, status):
    result = rmemcheck("run", "--kernel", f"{history.folder}@{history.commits[commit]}", "--cases",
                       "static-65", "--bisect", rule, "--out", tmp_path / "out")
    assert result.returncode == status, result.stderr


WRONG = {"rule": ["--bisect", "recodred"], "cases": ["--cases", "none"],
         "option": ["--no-such-option"], "word": ["--cases", ""], "jobs": ["--jobs", "0"],
         "expected": ["--expected", "none.toml"], "machine": ["--machine", "vax"],
         "config": ["--config", "none"], "boards": ["--boards", "none"], "out": ["--out", "mine"],
         "kernel": ["--kernel", "none"], "revision": ["--kernel", "{}@none"]}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_bisection_stops_where_the_command_is_wrong(rmemcheck, tmp_path, wrong):
    """Git would blame the commit for 2, and skip all of them for 125."""
    repository = tmp_path / "linux"
    subprocess.run(["git", "init", "-q", repository], check=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter").write_text("x")
    words = ["run", "--bisect", "recorded", *(word.format(repository) for word in WRONG[wrong])]
    if "--kernel" not in words:
        words += ["--kernel", repository]
    result = rmemcheck(*(words[:1] + words[3:] if wrong == "rule" else words), cwd=tmp_path)
    assert result.returncode == 128, result.stderr


def test_a_commit_without_a_kernel_tells_nothing(rmemcheck, tmp_path):
    (tmp_path / "README").write_text("no kernel")
    result = rmemcheck("run", "--bisect", "recorded", "--kernel", tmp_path, "--cases", "one",
                       "--out", tmp_path / "out")
    assert result.returncode == 125, result.stderr


def test_a_bisection_without_qemu_stops(rmemcheck, tmp_path):
    result = rmemcheck("run", "--bisect", "recorded", "--kernel", tmp_path, PATH="/nowhere")
    assert_refused(result, 128, "qemu-system-aarch64", "not found in PATH")


def test_runs_are_compared(rmemcheck, history, ranged, tmp_path):
    outs = {}
    for number in (3, 4):
        outs[number] = tmp_path / str(number)
        rmemcheck("run", "--kernel", f"{history.folder}@{history.commits[number]}", "--cases",
                  "static-65", "--out", outs[number])
    worse = rmemcheck("compare", outs[3], outs[4])
    assert worse.returncode == 1, worse.stderr
    assert "new failures" in worse.stdout and "recorded" in worse.stdout
    assert "+OF: reserved mem" in worse.stdout
    better = rmemcheck("compare", outs[4], outs[3])
    assert better.returncode == 0
    assert "repaired" in better.stdout
    same = rmemcheck("compare", outs[3], outs[3] / "results.json")
    assert (same.returncode, same.stdout) == (0, "nothing has changed\n")


def test_what_is_no_run_cannot_be_compared(rmemcheck, tmp_path):
    (tmp_path / "results.json").write_text("{}")
    assert_refused(rmemcheck("compare", tmp_path, tmp_path), 2, "results.json", "expected")
    assert_refused(rmemcheck("report", tmp_path / "none"), 2, "none")


def test_a_mail_has_72_columns(rmemcheck, validated):
    out, _ = validated
    result = rmemcheck("report", "--mail", out)
    assert result.returncode == 0, result.stderr
    text = result.stdout
    assert "-OF: reserved mem: " in text and "rmemcheck run --kernel" in text
    assert "qemu-system-aarch64" in text and "\x1b" not in text
    assert [line for line in text.splitlines() if len(line) > 72] == []


def test_a_series_is_exported_for_quilt(rmemcheck, tmp_path):
    folder = tmp_path / "patches"
    result = rmemcheck("series", "export", "--tree", ARCHIVE, "--quilt", folder)
    assert result.returncode == 0, result.stderr
    names = (folder / "series").read_text().splitlines()
    assert names == sorted(path.name for path in (KIT / "patches/v6.1").glob("*.patch")
                           if not path.name.startswith("0000-"))
    assert all((folder / name).read_bytes() == (KIT / "patches/v6.1" / name).read_bytes()
               for name in names)
    assert f"{folder}: {len(names)} patches of v6.1" in result.stdout
    again = rmemcheck("series", "export", "--tree", ARCHIVE, "--quilt", f"{folder}/")
    assert "in place of an earlier export" in again.stdout


@pytest.mark.parametrize("there", ["file", "series"])
def test_an_export_changes_nothing_that_it_has_not_left(rmemcheck, tmp_path, there):
    path = tmp_path / "patches" if there == "file" else tmp_path / "patches/series"
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine.patch\n")
    result = rmemcheck("series", "export", "--tree", tmp_path / "none", "--quilt",
                       tmp_path / "patches")
    assert_refused(result, 2, f"--quilt {tmp_path}/patches: ")
    assert path.read_text() == "mine.patch\n"


def test_what_is_known_is_no_failure(rmemcheck, history, tmp_path):
    known = tmp_path / "known.toml"
    known.write_text("".join(f'[[known]]\ncase = "static-65"\nrule = "{rule}"\nreason = "on purpose"\n'
                             f'until = "2100-01-01"\n\n'
                             for rule in ("recorded", "known-errors", "left-out")))
    words = ["run", "--kernel", f"{history.folder}@{history.commits[4]}", "--cases", "static-65",
             "--out", tmp_path / "out"]
    result = rmemcheck(*words, "--expected", known)
    assert "which is known: on purpose" in result.stdout, result.stdout
    assert result.returncode == 0
    known.write_text(known.read_text().replace("2100", "2000"))
    result = rmemcheck(*words, "--expected", known)
    assert "was known until 2000-01-01" in result.stdout
    assert result.returncode == 1
