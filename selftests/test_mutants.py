# SPDX-License-Identifier: GPL-2.0-or-later
"""The mutants of the series: each applies, and names what there is. Booting is make mutants."""
import json

import pytest

import mutants
from kit import KIT
from kit_copy import kit_with

PATCHES = sorted(mutants.MUTANTS.glob("*.patch"))
CASES = {path.stem for path in (KIT / "selftests/cases").glob("*.toml")}
MACHINES = {path.stem for folder in ("machines", "selftests/machines")
            for path in (KIT / folder).glob("*.toml")}
# The others need a tree that Debian does not have
OURS = [path for path in PATCHES if mutants.read_mutant(path).series == mutants.SERIES]


@pytest.fixture(scope="module")
def rules(validated):
    out, _ = validated
    verdict = json.loads((out / "runs/patched/static-65/verdict.json").read_text())
    return {rule["rule"] for rule in verdict["rules"]} | set(mutants.ENDINGS)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_it_applies(rmemcheck, tmp_path, path):
    mutant = mutants.read_mutant(path)
    patches = [*mutants.faults_of(mutant), path]
    kit = kit_with(tmp_path / "kit", series=mutants.SERIES, extra_patches=patches)
    result = rmemcheck("series", "check", "--kit", kit)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.stem)
def test_it_names_what_there_is(path, rules):
    mutant = mutants.read_mutant(path)
    assert all(1 <= number <= 26 for number in mutant.hazards)
    for demand in mutant.demands:
        assert demand.machine in MACHINES
        assert demand.case in CASES
        assert set(demand.rules) <= rules


def test_a_rule_that_passes_is_told():
    demand = mutants.Demand("arm64", "one", ("recorded", "panic"))
    assert mutants.missing([demand], {("arm64", "one"): ["recorded", "panic"]}) == []
    assert mutants.missing([demand], {("arm64", "one"): ["recorded"]}) == ["arm64 one passes panic"]
    assert mutants.missing([demand], {}) == ["one was not booted on arm64"]


def test_a_mutant_that_changes_nothing_survives():
    """And what fails without the mutant as well proves nothing."""
    mutant = mutants.read_mutant(PATCHES[0])
    nothing = {(demand.machine, demand.case): [] for demand in mutant.demands}
    wanted = {(demand.machine, demand.case): list(demand.rules) for demand in mutant.demands}
    assert mutants.judge(mutant, nothing, nothing)["outcome"] == "survives"
    assert mutants.judge(mutant, nothing, wanted)["outcome"] == "fails"
    assert mutants.judge(mutant, wanted, wanted)["outcome"] == "survives"


def test_a_mutant_that_does_not_apply_is_an_error(tmp_path):
    class Workshop:
        def boot(self, *_):
            raise mutants.Broken("does not apply")

    row = mutants.check(mutants.read_mutant(PATCHES[0]), Workshop(), tmp_path)
    assert (row["outcome"], row["reason"]) == ("error", "does not apply")
