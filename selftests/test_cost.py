# SPDX-License-Identifier: GPL-2.0-or-later
"""rmemcheck cost on real kernels, with trees that are small enough for a test."""
import argparse
import json

import pytest

import cost as script
from conftest import assert_refused

SIZES = "60+4,200+40"


@pytest.fixture(scope="session")
def kernels(rmemcheck, tmp_path_factory):
    """What the cache has from the other tests: NAME=FOLDER of the two kernels."""
    folder = tmp_path_factory.mktemp("kernels")
    assert rmemcheck("build", "--baseline", "--out", folder / "baseline").returncode == 0
    assert rmemcheck("build", "--out", folder / "patched").returncode == 0
    return folder


def measure(rmemcheck, kernels, out, *words, sizes=SIZES):
    return rmemcheck("cost", "--kernel", f"baseline={kernels / 'baseline'}", "--kernel",
                     f"patched={kernels / 'patched'}", "--sizes", sizes, "--out", out, *words)


@pytest.fixture(scope="session")
def measured(rmemcheck, kernels, tmp_path_factory):
    out = tmp_path_factory.mktemp("cost") / "out"
    return out, measure(rmemcheck, kernels, out, "--verbose")


def results_of(out):
    """Of each kernel and size."""
    return {(kernel["name"], each["static"]): each
            for kernel in json.loads((out / "cost.json").read_text())["kernels"]
            for each in kernel["results"]}


def test_it_counts_both_parts_of_both_kernels(measured):
    out, result = measured
    assert result.returncode == 0, result.stdout + result.stderr
    results = results_of(out)
    for kernel in ("baseline", "patched"):
        few, many = (results[kernel, statics]["instructions"] for statics in (60, 200))
        assert 100_000 < few["total"] < many["total"]
        assert few["total"] == few["early"] + few["late"]
        assert 0 < few["insertion"] < few["total"]
    assert results["baseline", 60]["instructions"]["late"] == 0
    assert results["patched", 60]["instructions"]["late"] > 0


def test_it_tells_what_is_recorded_and_what_that_takes(measured):
    out, _ = measured
    results = results_of(out)
    assert results["baseline", 200]["recorded"] == 64
    assert results["patched", 200]["recorded"] == 240
    # entries times their size, and nothing else
    assert results["patched", 200]["allocated_bytes"] * 64 == \
        results["patched", 60]["allocated_bytes"] * 240


def test_it_leaves_a_table_and_a_chart(measured):
    out, result = measured
    assert (out / "cost.txt").read_text() in result.stdout
    assert "<polyline" in (out / "cost.svg").read_text()


def test_it_counts_the_same_again(rmemcheck, kernels, measured, tmp_path):
    out, _ = measured
    again = measure(rmemcheck, kernels, tmp_path / "out", sizes="60+4")
    assert again.returncode == 0, again.stdout + again.stderr
    assert results_of(tmp_path / "out")["patched", 60] == results_of(out)["patched", 60]


def test_a_kernel_that_is_dearer_fails(rmemcheck, kernels, tmp_path):
    """That with more work to do against the one that has less, at a size where both do all."""
    results = {}
    for check, against in (("baseline", "patched"), ("patched", "baseline")):
        out = tmp_path / check
        result = measure(rmemcheck, kernels, out, "--check", check, "--against", against,
                         sizes="60+4")
        results[result.returncode] = result.stdout
    assert set(results) == {0, 1}
    assert "\nfails      " in results[1]
    assert "\nholds      " in results[0]


@pytest.mark.parametrize("words, said", [
    (["--kernel", "one"], "expected NAME=PATH"),
    (["--kernel", "one=/no/such"], "no such file"),
    (["--kernel", "one=/"], "it has no Image"),
    (["--kernel", "one=/dev/null"], "--system-map one=FILE"),
    (["--kernel", "one=/", "--sizes", "60"], "expected STATIC+PLACED"),
    (["--kernel", "one=/dev/null", "--system-map", "one=/dev/null", "--check", "two"],
     "--check two: expected the name"),
])
def test_what_is_no_kernel_is_refused(rmemcheck, tmp_path, words, said):
    assert_refused(rmemcheck("cost", "--out", tmp_path / "out", *words), 2, said)


def words_of(kernels, newest):
    options = argparse.Namespace(out="out/cost", sizes="")
    return " ".join(map(str, script.command_of(kernels, newest, options)))


def test_the_script_checks_the_patched_kernel_against_the_unpatched_newest():
    words = words_of({"6.9.0": "a", "6.9.0 patched": "b"}, {"7.3.4": "c", "7.3.4 patched": "d"})
    assert "--kernel 6.9.0=a --kernel 6.9.0 patched=b --kernel 7.3.4=c" in words
    assert words.endswith("--check 6.9.0 patched --against 7.3.4")


def test_the_script_checks_no_more_than_there_is():
    assert words_of({"6.9.0": "a", "6.9.0 patched": "b"}, {}).endswith("--check 6.9.0 patched")
    assert "--check" not in words_of({"6.11.0": "a"}, {"7.3.4": "c"})
