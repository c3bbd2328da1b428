# SPDX-License-Identifier: GPL-2.0-or-later
"""HAZARDS.md takes the word of runs, and of what is compiled only."""
import json
import subprocess
import sys

import pytest

import series_check
from kit import KIT

TABLES = {"patches": [{"patch": "0001-a", "git am": "ok", "arm64": "ok"},
                      {"patch": series_check.CARELESS.stem, "git am": "ok", "arm64": "caught"}],
          "variants": [{"machine": "um", "configuration": "no DMA", "base": "compiles",
                        "all patches": "ok"}]}


def booted(kernel, role, case, failed):
    """One case of a results.json."""
    return {"kernel": kernel, "role": role, "case": case, "ending": "powered-off",
            "outcome": "fail" if failed else "pass", "conclusion": "pass", "fails_without": [],
            "rules": [{"rule": rule, "outcome": "fail"} for rule in failed]}


def run_of(machine, *cases):
    return {"machine": machine, "tree": {"version": "6.1.1"}, "kernels": [], "cases": cases}


LEFT = {
    "validate": run_of("arm64"), "peers": run_of("arm64"), "mutants": run_of("arm64"),
    "acpi": run_of("arm64-acpi",
                   booted("baseline", "baseline", "every-kind-many", ["left-out"]),
                   booted("patched", "pass", "every-kind-many", []),
                   booted("all-when-recorded", "mutant", "every-kind-many", ["left-out"])),
    "faults": run_of("arm64-kasan",
                     booted("no-array", "pass", "every-kind", []),
                     booted("initdata-kept", "mutant", "every-kind", ["no-warning"])),
}


@pytest.fixture
def page(tmp_path):
    """Made of these alone, and what hazards.py says about it."""
    def make(tables):
        left = {**LEFT, "series-check": series_check.results(tables)}
        for name, content in left.items():
            (tmp_path / name).mkdir()
            file = name if name == "series-check" else "results"
            (tmp_path / name / f"{file}.json").write_text(json.dumps(content))
        done = subprocess.run([sys.executable, KIT / "selftests/hazards.py",
                               *(f"--{name}={tmp_path / name}" for name in left),
                               "--out", tmp_path / "page", "--details", tmp_path / "details"],
                              stdout=subprocess.PIPE, text=True,
                              check=False)
        text = (tmp_path / "page").read_text() + (tmp_path / "details").read_text()
        return text.splitlines(), done.stdout
    return make


def row(lines, number):
    return next(line for line in lines if line.startswith(f"| {number} |"))


def test_each_has_its_row(page):
    lines, said = page(TABLES)
    assert "| fails 1 of 1: left-out | pass | `all-when-recorded` |" in row(lines, 24)
    assert "| every-kind-many | arm64-acpi | left-out | pass |" in lines
    assert "`initdata-kept`" in row(lines, 21)
    assert "| every-kind, no-array | arm64-kasan | - | pass |" in lines
    assert "| - | pass | `careless` | mutants |" in row(lines, 26)
    assert "| no DMA | um | - | pass |" in lines
    assert all(f"hazard {number} is" not in said for number in (21, 24, 26))


def test_a_warning_is_told(page):
    tables = {**TABLES, "patches": [{**TABLES["patches"][0], "arm64": "2 new"},
                                    TABLES["patches"][1]]}
    lines, said = page(tables)
    assert "fails 1 of 2: arm64: 2 new" in row(lines, 26)
    assert "the series fails 0001-a" in said


def test_a_check_that_catches_nothing_shows_nothing(page):
    tables = {**TABLES, "patches": [TABLES["patches"][0],
                                    {**TABLES["patches"][1], "arm64": "does not see: it"}]}
    lines, said = page(tables)
    assert "hazard 26 is not shown by anything" in said
