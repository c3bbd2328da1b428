# SPDX-License-Identifier: GPL-2.0-or-later
"""What make series-check calls good. Compiling and booting is make series-check."""
import pytest

import series_check

CARELESS = series_check.CARELESS.stem
WARNING = "drivers/of/x.c: warning: variable 'count' set but not used"
MISMATCH = "WARNING: modpost: vmlinux.o: section mismatch in reference: f -> g"


def test_what_the_base_says_too_is_not_new():
    text = series_check.compared({WARNING}, {WARNING}, "arm64", "0001-a")
    assert text == "ok" and series_check.is_good({"patch": "0001-a", "arm64": text})


@pytest.mark.parametrize("before, after, text", [
    (set(), {WARNING}, "1 new"),
    (None, set(), "does not compile"),
    (set(), None, "does not compile"),
])
def test_what_is_worse_than_the_base_is_told(before, after, text, capsys):
    assert series_check.compared(before, after, "arm64", "0001-a") == text
    assert not series_check.is_good({"patch": "0001-a", "arm64": text})
    assert (WARNING in capsys.readouterr().err) == (text == "1 new")


@pytest.mark.parametrize("after, text, is_good", [
    ({WARNING, MISMATCH}, "caught", True),
    ({WARNING}, "does not see: section mismatch", False),
    (set(), "does not see: set but not used, section mismatch", False),
    (None, "does not compile", False),
])
def test_the_careless_patch_must_be_caught(after, text, is_good):
    assert series_check.compared(set(), after, "arm64", CARELESS) == text
    assert series_check.is_good({"patch": CARELESS, "arm64": text}) == is_good


def test_line_numbers_do_not_make_a_warning_new():
    assert (series_check.warnings_of("a.c:1:2: warning: w\nb.o\n")
            == series_check.warnings_of("a.c:7: warning: w\n"))


def test_every_check_is_asked_of_the_careless_patch():
    assert set(series_check.CARELESS_SAYS) == {"checkpatch", "sparse", *series_check.COMPILED}


LAYOUT = "struct reserved_mem {\n\tconst char * name;\n};\n"
SYMBOLS = {"of_reserved_mem_lookup": "0x12345678", "memblock": "0x9abcdef0"}


@pytest.mark.parametrize("after, changes", [
    ((LAYOUT, SYMBOLS), []),
    ((LAYOUT, {**SYMBOLS, "new": "0x1"}), []),
    ((LAYOUT, {**SYMBOLS, "memblock": "0x1"}), ["memblock has another checksum"]),
    ((LAYOUT, {"memblock": "0x9abcdef0"}), ["of_reserved_mem_lookup is gone"]),
    ((LAYOUT.replace("name", "title"), SYMBOLS), ["struct reserved_mem:"]),
    (None, ["does not compile"]),
])
def test_what_changes_the_abi_is_told(after, changes):
    told = series_check.abi_changes((LAYOUT, SYMBOLS), after)
    assert [text.split("\n")[0] for text in told] == changes
    row = series_check.abi_row("arm64", [told, ["struct reserved_mem: ", "a has another checksum"]])
    assert series_check.is_good(row) == (not changes)


def test_an_abi_check_that_sees_nothing_is_told():
    assert not series_check.is_good(series_check.abi_row("arm64", [[], []]))
