# SPDX-License-Identifier: GPL-2.0-or-later
"""The mutants of the series: each applies, and names what there is. Booting is make mutants."""
import re

import pytest

from kit import KIT, head_of

PATCHES = sorted((KIT / "selftests/mutants").glob("*.patch"))
CASES = {path.stem for path in (KIT / "selftests/cases").glob("*.toml")}
MACHINES = {path.stem for folder in ("machines", "selftests/machines")
            for path in (KIT / folder).glob("*.toml")}


# The others need a tree that Debian does not have
OURS = [path for path in PATCHES if not head_of(path, "Series")]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_it_applies(rmemcheck, path):
    below = [KIT / f"selftests/faults/{name}.patch" for name in head_of(path, "With")]
    result = rmemcheck("series", "check",
                       *(word for patch in [*below, path] for word in ("--with", patch)))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.stem)
def test_it_names_what_there_is(path):
    assert head_of(path, "Hazards")
    for numbers in head_of(path, "Hazards"):
        assert all(1 <= int(number) <= 26 for number in numbers.split(","))
    for line in head_of(path, "Fails"):
        machine, case, _ = line.split(maxsplit=2)
        assert machine in MACHINES
        assert case in CASES


def test_one_of_them_is_caught(rmemcheck, tmp_path):
    """And what changes nothing is not."""
    folder = tmp_path / "mutants"
    folder.mkdir()
    caught = next(path for path in PATCHES if path.stem == "at-most-64").read_text()
    (folder / "caught.patch").write_text(caught)
    same = re.search(r"^-(?!--)(.*)$", caught, re.MULTILINE).group(1)
    harmless = re.sub(r"^\+(?!\+\+).*$", lambda _: f"+{same} /* */", caught, flags=re.MULTILINE)
    (folder / "harmless.patch").write_text(harmless)
    out = tmp_path / "out"
    result = rmemcheck("run", "--kernel", f"mutant=+series+{folder}/", "--out", out)
    assert result.returncode == 1, result.stderr
    assert "harmless passes" in result.stdout
    assert "caught passes" not in result.stdout
    again = rmemcheck("judge", out)
    assert again.returncode == 1, again.stderr
