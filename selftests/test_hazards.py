# SPDX-License-Identifier: GPL-2.0-or-later
"""HAZARDS.md takes the word of what has rules of its own."""
import json
import subprocess
import sys

import pytest

import acpi
import faults
import series_check
from kit import KIT
from test_acpi import GOOD

FAULTS = [(faults.NO_FAULT, "one", [], []), (faults.NO_ARRAY_FAULT, "one", [], []),
          (faults.CAUGHT, "one", [], ["BUG: KASAN"])]
TABLES = {"patches": [{"patch": "0001-a", "git am": "ok", "arm64": "ok"},
                      {"patch": series_check.CARELESS.stem, "git am": "ok", "arm64": "caught"}],
          "variants": [{"machine": "um", "configuration": "no DMA", "base": "compiles",
                        "all patches": "ok"}]}


@pytest.fixture
def page(tmp_path):
    """Made of these alone, and what hazards.py says about it."""
    def make(tables):
        left = {"acpi": acpi.results(GOOD), "faults": faults.results(FAULTS),
                "series-check": series_check.results(tables), "peers": {"machine": "arm64", "kernels": [], "cases": []},
                "mutants": {"machine": "arm64", "cases": []},
                "validate": {"machine": "arm64", "tree": {"version": "6.1.1"}, "cases": []}}
        for name, content in left.items():
            (tmp_path / name).mkdir()
            file = "results" if name in ("validate", "mutants", "peers") else name
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
    assert "| fails 1 of 2: placed | pass |" in row(lines, 24)
    assert all(f"`{name}`" in row(lines, 24) for name in acpi.MUTANTS)
    assert "| many | arm64-acpi | placed | pass |" in lines
    assert f"| - | pass | `{faults.KEPT}` | mutants |" in row(lines, 21)
    assert f"| one, {faults.NO_ARRAY_FAULT} | {faults.MACHINE} | - | pass |" in lines
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
