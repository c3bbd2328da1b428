# SPDX-License-Identifier: GPL-2.0-or-later
"""Recorded evidence of real kernels gets the verdict that stands beside it."""
import pathlib

import pytest

RECORDED = pathlib.Path(__file__).resolve().parent / "recorded"
BOOTS = sorted(path.parent.relative_to(RECORDED) for path in RECORDED.glob("*/*/run.json"))


def test_three_versions_are_recorded():
    kernels = {boot.parts[0] for boot in BOOTS}
    for version in ("6.1.", "6.12.", "7."):
        assert any(f"debian-{version}" in kernel for kernel in kernels)


@pytest.mark.parametrize("boot", BOOTS, ids=str)
def test_verdict(rmemcheck, boot):
    result = rmemcheck("judge", boot, cwd=RECORDED)
    told = f"{result.stdout}exit status {result.returncode}\n"
    assert told == (RECORDED / boot / "verdict.txt").read_text()
