# SPDX-License-Identifier: GPL-2.0-or-later
"""What make series-check calls good. Compiling and booting is make series-check."""
import subprocess

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
    assert set(series_check.CARELESS_SAYS) == {"checkpatch", "sparse", "ABI", *series_check.COMPILED}


def said(status, text=""):
    return subprocess.CompletedProcess([], status, text)


CHANGED = said(1, "struct reserved_mem:\nbefore: \nmemblock has another checksum: 0x1\n")


@pytest.mark.parametrize("series, careless, is_good", [
    (said(0), CHANGED, True),
    (CHANGED, CHANGED, False),
    (said(3, "compiling Linux failed"), CHANGED, False),
    (said(0), said(0), False),
    (said(0), said(1, "memblock has another checksum: 0x1"), False),
    (said(0), said(3, CHANGED.stdout), False),
])
def test_the_abi_must_stay_and_a_change_be_seen(series, careless, is_good):
    assert series_check.is_good(series_check.abi_row("arm64", series, careless)) == is_good
