# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of upstream's repairs "series check" finds in a tree."""
import re
import subprocess

import pytest

from kit import CACHE

RESTRUCTURED = "8a6e02d0c00e"
ARRAY = "00c9a452a235"
BOUND = "db3dbdfea1b8"
CVE = "CVE-2026-80723"
NEWEST = sorted((CACHE / "cost/source").glob("linux-source-7.*/usr/src/*.tar.xz"))


def states(result):
    """{id: whether it is there} of the table, and the lines of it."""
    lines = re.findall(r"^  ((?:not )?there(?:, not needed)?) +([0-9a-f]{12})  (.*)$",
                       result.stdout, re.MULTILINE)
    return {commit: state for state, commit, _ in lines}, {each[1]: each[2] for each in lines}


def commit_tree(repository, sublevel, fdt, reserved_mem):
    """Linux 6.12.y as far as the table looks at it, as a commit of a repository: its id."""
    (repository / "drivers/of").mkdir(parents=True, exist_ok=True)
    (repository / "Makefile").write_text(
        f"VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = {sublevel}\n")
    (repository / "Kconfig").write_text("")
    (repository / "drivers/of/fdt.c").write_text(fdt)
    (repository / "drivers/of/of_reserved_mem.c").write_text(reserved_mem)
    git = ["git", "-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "a commit"]):
        subprocess.run(git + words, check=True)
    return subprocess.check_output(git + ["rev-parse", "HEAD"], text=True).strip()


def test_a_tree_before_the_array_needs_no_bound(rmemcheck):
    result = rmemcheck("series", "check")
    assert result.returncode == 0, result.stderr
    there, text = states(result)
    assert there[RESTRUCTURED] == "not there"
    assert there[BOUND] == "not there, not needed" and CVE in text[BOUND]
    assert text[BOUND].startswith("v7.2 ")
    assert there["29091a52562b"] == "there"  # by a stable release


@pytest.mark.skipif(not NEWEST, reason="no newer kernel's source in the cache: make cost")
def test_the_newest_kernel_has_it_all(rmemcheck):
    there, _ = states(rmemcheck("series", "check", "--tree", NEWEST[-1]))
    assert {commit for commit, state in there.items() if state != "there"} == set()


def test_a_stable_tree_before_and_after_the_repair(rmemcheck, tmp_path, empty_cache):
    """Without a series that applies or serves it: the table comes first, the error is the same."""
    fdt = "fdt_scan_reserved_mem_reg_nodes();\n"
    before = commit_tree(tmp_path / "linux", 102, fdt, "int dynamic_nodes[64];\n")
    after = commit_tree(tmp_path / "linux", 117, fdt, "int alloc_reserved_mem_array(void);\n"
                        "pr_err(\"too many defined dynamic regions, skip\");\n")
    found = []
    for commit in (before, after):
        result = rmemcheck("series", "check", "--tree", f"{tmp_path / 'linux'}@{commit}",
                           **empty_cache)
        assert result.returncode == 2
        found.append(states(result)[0])
    assert [each[RESTRUCTURED] for each in found] == ["there", "there"]
    assert [each[ARRAY] for each in found] == ["not there", "there"]
    assert [each[BOUND] for each in found] == ["not there", "there"]
    assert "no series serves Linux 6.12.117; v6.12 is the nearest\n" in result.stdout
    assert "v6.12 serves 6.12" in result.stderr


def test_a_patch_that_fails_names_what_it_is_on(rmemcheck, tmp_path, empty_cache):
    commit_tree(tmp_path / "linux", 102, "fdt_scan_reserved_mem_reg_nodes();\n",
                "int fdt_scan_reserved_mem(void)\n{\n\treturn 0;\n}\n")
    patch = tmp_path / "on-top.patch"
    patch.write_text("diff --git a/drivers/of/of_reserved_mem.c b/drivers/of/of_reserved_mem.c\n"
                     "--- a/drivers/of/of_reserved_mem.c\n+++ b/drivers/of/of_reserved_mem.c\n"
                     "@@ -1,4 +1,4 @@\n int fdt_scan_reserved_mem(void)\n {\n"
                     "-\treturn 1;\n+\treturn 2;\n }\n")
    result = rmemcheck("series", "check", "--tree", tmp_path / "linux", "--with", patch,
                       **empty_cache)
    assert result.returncode == 2
    told = result.stdout[result.stdout.index("on-top.patch: does not apply"):].splitlines()
    assert told[1] == (f"    fdt_scan_reserved_mem: on {RESTRUCTURED} \"of: reserved_mem: "
                       "Restructure how the reserved memory regions are processed\"")


def test_a_table_that_is_wrong_is_refused_with_its_line(rmemcheck, kit_copy):
    (kit_copy / "patches/upstream.toml").write_text("[[commit]]\nid = \"8a6e\"\n")
    result = rmemcheck("series", "check", "--kit", kit_copy)
    assert result.returncode == 2
    assert "upstream.toml:2: id: expected twelve hexadecimal digits" in result.stderr
