# SPDX-License-Identifier: GPL-2.0-or-later
"""make install: what is installed works from there, without the checkout, and writes nothing there."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from kit import KIT, PROGRAM

VERBS = ("run", "series", "build", "dt", "boot", "judge", "compare", "report")


def make(target, destination, prefix="/usr", folder=KIT):
    """With the program that is tested, and without a look at Debian's packages."""
    return subprocess.run(
        ["make", "-C", str(folder), target, f"DESTDIR={destination}", f"PREFIX={prefix}",
         "PACKAGES=", f"BUILD={PROGRAM.parent.parent}", f"RMEMCHECK={PROGRAM}", "FORCE="],
        text=True, capture_output=True, timeout=300)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A root that rmemcheck is installed into; a space in its name is no wonder."""
    root = tmp_path_factory.mktemp("a root")
    result = make("install", root)
    assert result.returncode == 0, result.stderr
    return root


def run(installed, *words, cwd="/", **environment):
    """The installed program, with nothing that tells it of the checkout."""
    inherited = {key: value for key, value in os.environ.items() if key != "RMEMCHECK_KIT"}
    return subprocess.run(
        [str(installed / "usr/bin/rmemcheck"), *map(str, words)], cwd=cwd, text=True,
        capture_output=True, timeout=600, stdin=subprocess.DEVNULL,
        env={**inherited, **environment})


def listing(folder):
    return {path.relative_to(folder): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_what_is_installed_is_for_everybody_to_read(installed):
    for path in installed.rglob("*"):
        wanted = 0o755 if path.is_dir() or path.parent.name == "bin" else 0o644
        assert path.stat().st_mode & 0o777 == wanted, path


def test_nothing_of_the_checkout_is_missing_or_too_much(installed):
    tracked = subprocess.run(
        ["git", "-C", str(KIT), "ls-files", "patches", "machines", "kmod", "guest",
         "Kconfig.fragment", "selftests/cases", "selftests/machines", "selftests/mutants"],
        text=True, capture_output=True)
    if tracked.returncode != 0:
        pytest.skip("no git checkout")
    share = installed / "usr/share/rmemcheck"
    there = {str(path.relative_to(share)) for path in share.rglob("*") if path.is_file()}
    assert set(tracked.stdout.split()) <= there
    assert not [name for name in there if re.search(r"\.(o|ko|pyc|cmd)$", name)]


def test_it_finds_its_data(installed, tmp_path):
    result = run(installed, "series", "list", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "v6.12" in result.stdout


def test_it_may_be_moved(installed, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(installed, moved)
    assert run(moved, "series", "list", cwd=tmp_path).returncode == 0


def test_it_may_be_called_by_a_link(installed, tmp_path):
    link = tmp_path / "rmemcheck"
    link.symlink_to(installed / "usr/bin/rmemcheck")
    result = subprocess.run([str(link), "series", "list"], cwd=tmp_path, text=True,
                            capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr


def test_without_its_data_it_says_where_it_has_looked(installed, tmp_path):
    (tmp_path / "usr/bin").mkdir(parents=True)
    shutil.copy(installed / "usr/bin/rmemcheck", tmp_path / "usr/bin")
    result = run(tmp_path, "series", "list", cwd=tmp_path)
    assert result.returncode == 2
    assert str(tmp_path / "usr/share/rmemcheck") in result.stderr


def test_a_run_writes_nothing_beside_its_data(installed, tmp_path):
    share = installed / "usr"
    before = listing(share)
    result = run(installed, "run", "--cases", "static-65", "--out", "run", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "pass: 2 boots, each as it must be" in result.stdout
    assert listing(share) == before


def test_uninstall_takes_all_of_it(installed, tmp_path):
    copy = tmp_path / "root"
    shutil.copytree(installed, copy)
    other = copy / "usr/share/man/man1/other.1"
    other.write_text("of somebody else")
    assert make("uninstall", copy).returncode == 0
    assert [path for path in copy.rglob("*") if path.is_file()] == [other]


def manual_of(installed):
    return installed / "usr/share/man/man1/rmemcheck.1"


def test_man_has_nothing_to_complain_of(installed):
    shown = subprocess.run(["man", "--warnings", "-l", str(manual_of(installed))], text=True,
                           capture_output=True, env={**os.environ, "MANWIDTH": "80"})
    assert shown.returncode == 0
    assert shown.stderr == ""
    for heading in ("NAME", "SYNOPSIS", "OPTIONS", "VERBS", "EXIT STATUS", "ENVIRONMENT", "FILES"):
        assert re.search(rf"^{heading}$", shown.stdout, re.MULTILINE)


def verbs_of(help_text):
    """Verbs, or verbs of a verb."""
    listed = re.search(r"^Subcommands:\n((?:  .*\n?)+)", help_text, re.MULTILINE)
    return re.findall(r"^  (\S+)", listed[1], re.MULTILINE) if listed else []


def test_the_manual_has_every_verb_and_option(installed, rmemcheck):
    # \- is a hyphen that can be copied
    manual = manual_of(installed).read_text().replace("\\-", "-")
    seen = []

    def check(*words):
        shown = rmemcheck(*words, "--help").stdout
        if words:
            assert f".SS rmemcheck {' '.join(words)}\n" in manual
        for option in re.findall(r"^  (?:-\w,)?(--[\w-]+)", shown, re.MULTILINE):
            assert re.search(rf"^\.B .*{option}\b", manual, re.MULTILINE), option
            seen.append(option)
        for verb in verbs_of(shown):
            check(*words, verb)

    check()
    assert len(seen) > 60
    for verb in VERBS:
        assert f".SS rmemcheck {verb}\n" in manual


EXPLAINED = [["run"], ["judge"], ["compare"], ["report"], ["capture"], ["dt", "explain"], ["dt", "lint"],
             ["dt", "make"], ["dt", "transplant"], ["series", "list"], ["series", "check"],
             ["series", "apply"], ["series", "export"]]


@pytest.mark.parametrize("words", EXPLAINED, ids=" ".join)
def test_every_option_has_an_example(rmemcheck, words):
    """But for --kit, which is for all verbs what RMEMCHECK_KIT is."""
    shown = rmemcheck(*words, "--help").stdout
    examples = " ".join(re.findall(r"^  .*rmemcheck .*", shown[shown.index("\nExample"):], re.M)).split()
    options = re.findall(r"^  (?:(-\w),)?(--[\w-]+)", shown, re.M)
    assert options
    for short, option in options:
        assert option in ("--help", "--kit") or {short, option} & set(examples), option


def test_the_readme_is_short_and_has_what_there_is():
    text = (KIT / "README.md").read_text()
    assert len(text.splitlines()) <= 120
    for words in ("rmemcheck compare ", "--expected ", "--bisect ", "--resume", "--random ", "--boards ",
                  "report --mail ", "rmemcheck capture ", "dt explain ", "dt lint ", "series check "):
        assert words in text, words
    assert re.search(r"with\s+`--bisect`\s+0,\s+1,\s+125", text)


# The stanza for other packages

@pytest.fixture
def stanza():
    text = (KIT / "docs/debian-tests-control").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split(": ", 1) for line in lines)


def test_the_stanza_has_the_fields_of_dep_8(stanza):
    assert set(stanza) == {"Test-Command", "Depends", "Restrictions", "Features"}
    assert set(stanza["Restrictions"].split(", ")) <= {
        "allow-stderr", "needs-internet", "skippable", "isolation-machine", "superficial"}
    assert "rmemcheck" in stanza["Depends"].split(", ")


def test_the_stanza_depends_on_what_the_machine_takes(stanza):
    machine = (KIT / "machines/arm64.toml").read_text()
    packages = re.findall(r'"([^"]+)"', re.search(r"^packages = (.*)$", machine, re.MULTILINE)[1])
    assert set(packages) <= set(stanza["Depends"].split(", "))


def run_stanza(stanza, folder, script):
    """As autopkgtest runs it, with a program in front of rmemcheck."""
    program = folder / "rmemcheck"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return subprocess.run(
        ["bash", "-ec", stanza["Test-Command"]], text=True, capture_output=True, timeout=60,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}",
             "AUTOPKGTEST_ARTIFACTS": str(folder), "RMEMCHECK_KIT": str(folder)})


@pytest.mark.parametrize("status, wanted", [(0, 0), (1, 1), (2, 2), (3, 3), (4, 77)])
def test_the_stanza_tells_autopkgtest_what_came_out(stanza, tmp_path, status, wanted):
    assert run_stanza(stanza, tmp_path, f"exit {status}").returncode == wanted


def test_rmemcheck_takes_the_command_of_the_stanza(stanza, tmp_path):
    """All options are understood: what is wrong is only that here is no kit."""
    result = run_stanza(stanza, tmp_path, f'exec "{PROGRAM}" "$@"')
    assert result.returncode == 2
    assert f"RMEMCHECK_KIT: {tmp_path}: not a kit folder" in result.stderr


def test_the_stanza_names_cases_that_there_are(stanza):
    for name in re.search(r"--cases (\S+)", stanza["Test-Command"])[1].split(","):
        assert pathlib.Path(KIT, "selftests/cases", f"{name}.toml").exists()
