# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees as boards and their firmware have them: explained, checked, laid into QEMU's RAM, booted."""
import json
import re
import struct
import subprocess

import pytest

from conftest import assert_refused

GIB = 1 << 30
TREE = "/usr/src/linux-source-6.1.tar.xz"


def source(regions, memory="memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 0x80000000>; };",
           cells=2, head="", more="", ranges="ranges;"):
    """The source of a board; `memory` may be of any form."""
    return f"""/dts-v1/;
{head}
/ {{
    #address-cells = <{cells}>;
    #size-cells = <{cells}>;
    model = "a board of the tests";
    compatible = "example,board";
    {memory}
    {more}
    reserved-memory {{
        #address-cells = <{cells}>;
        #size-cells = <{cells}>;
        {ranges}
        {regions}
    }};
}};
"""


EMPTY = "memory@80000000 { device_type = \"memory\"; reg = <0 0 0 0>; };"
FIRMWARE = "secure@85700000 { reg = <0 0x85700000 0 0x600000>; no-map; };"
POOL = ("pool { compatible = \"shared-dma-pool\"; size = <0 0x2000000>; reusable; "
        "alloc-ranges = <0 0x80000000 0 0x40000000>; linux,cma-default; };")
DEFAULT_POOL = ("{0} {{ compatible = \"shared-dma-pool\"; reusable; linux,cma-default; "
                "reg = <0 {1} 0 0x1000000>; }};")
ADJACENT = """modem@86800000 { reg = <0 0x86800000 0 0x2b00000>; no-map; };
    wcnss@89300000 { reg = <0 0x89300000 0 0x600000>; no-map; };
    venus@89900000 { reg = <0 0x89900000 0 0x600000>; };"""

# Each is what some board, or its firmware, has.
FORMS = {
    "clean": source(FIRMWARE + ADJACENT),
    "memory-empty": source(FIRMWARE + POOL + ADJACENT, EMPTY),
    "memory-of-no-size": source(FIRMWARE + POOL, EMPTY.replace("reg = <0 0 ", "reg = <0 0x80000000 ")),
    "memory-missing": source(FIRMWARE + POOL, ""),
    "placeholder-disabled": source(
        FIRMWARE + "nvram@0 { reg = <0 0 0 0>; no-map; status = \"disabled\"; };"),
    "placeholder-enabled": source(FIRMWARE + "modem@86800000 { reg = <0 0x86800000 0 0>; no-map; };"),
    "placeholder-beside-size": source(FIRMWARE + "late { reg = <0 0 0 0>; size = <0 0x10000>; };"),
    "256-bytes": source("mailbox@8010f000 { reg = <0 0x8010f000 0 0x100>; no-map; };" + FIRMWARE),
    "odd-borders": source("splash@9d400000 { reg = <0 0x9d400800 0 0x2345600>; no-map; };"),
    "page-of-two": source("one@90000000 { reg = <0 0x90000000 0 0x800>; no-map; };"
                          "two@90000800 { reg = <0 0x90000800 0 0x800>; no-map; };"),
    "12-bytes": source(FIRMWARE + "nvram@3ef63500 { reg = <0 0x3ef63500 0x400>; no-map; };"),
    "firmware-over-board": source(
        "board@80000000 { reg = <0 0x80000000 0 0x200000>; no-map; };"
        "mmode_resv0@80000000 { reg = <0 0x80000000 0 0x80000>; };"),
    "nested": source("outer@90000000 { reg = <0 0x90000000 0 0x400000>; no-map; };"
                     "inner@90100000 { reg = <0 0x90100000 0 0x10000>; no-map; };"
                     "last@903f0000 { reg = <0 0x903f0000 0 0x1000>; no-map; };"),
    "default-twice": source(DEFAULT_POOL.format("one@90000000", "0x90000000") +
                            DEFAULT_POOL.format("two@a0000000", "0xa0000000")),
    "no-ranges": source(FIRMWARE, ranges=""),
    "stray": source(FIRMWARE, more="ramoops@9fe00000 { compatible = \"ramoops\"; "
                                   "reg = <0 0x9fe00000 0 0x100000>; record-size = <0x1000>; };"),
    "outside-ram": source("sram@10000000 { reg = <0 0x10000000 0 0x40000>; no-map; };" + FIRMWARE),
    "high-and-large": source(
        "low@85700000 { reg = <0 0x85700000 0 0x600000>; no-map; };"
        "vast@880000000 { reg = <8 0x80000000 2 0x00000000>; no-map; };"
        "behind@a80000000 { reg = <0xa 0x80000000 0 0x123000>; };",
        "memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 0x80000000>, "
        "<8 0x80000000 8 0>; };"),
    "one-cell": source("video@1e000000 { reg = <0x1e000000 0x1000000>; no-map; };"
                       "pool { size = <0x400000>; alignment = <0x400000>; };",
                       "memory { device_type = \"memory\"; reg = <0x10000000 0x20000000>; };", cells=1),
    "memreserve": source(FIRMWARE + "trusted@80000000 { reg = <0 0x80000000 0 0x10000>; no-map; };",
                         head="/memreserve/ 0x80000000 0x10000; /memreserve/ 0x8ff00000 0x1000;"),
    "two-tuples": source("split@90000000 { reg = <0 0x90000000 0 0x100000>, "
                         "<0 0x98000000 0 0x100000>; no-map; };"),
    "disabled-user": source(
        "off: off@90000000 { reg = <0 0x90000000 0 0x100000>; no-map; status = \"disabled\"; };",
        more="remoteproc { compatible = \"example,remoteproc\"; memory-region = <&off>; };"),
    "sbi-mapped": source("mmode_resv0@80000000 { reg = <0 0x80000000 0 0x80000>; };"),
}
# What firmware has broken so that a kernel cannot read it
UNREADABLE = {"12-bytes": "reg: length 12 is no multiple of 16", "no-ranges": "no ranges"}



def compile_to(path, text):
    dts = path.with_suffix(".txt")
    dts.write_text(text)
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", path, dts], check=True)
    return path


@pytest.fixture(scope="module")
def boards(tmp_path_factory):
    """A folder of DTBs, one a form."""
    folder = tmp_path_factory.mktemp("boards")
    for name, text in FORMS.items():
        compile_to(folder / f"{name}.dtb", text)
    return folder


def explain(rmemcheck, *words, status=0):
    result = rmemcheck("dt", "explain", *words)
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout


def places_of(text):
    """Of an explanation: name, first byte, byte behind the last, kind and fate, in its order."""
    row = re.compile(r"^0x(\w+)\.\.0x(\w+) +(\S+) +.* (no-map|mapped[\w ]*?) +"
                     r"(recorded|refused|ignored) ", re.M)
    return [(name, int(begin, 16), int(last, 16) + 1, kind.strip(), fate)
            for begin, last, name, kind, fate in row.findall(text)]


@pytest.mark.parametrize("name", sorted(set(FORMS) - set(UNREADABLE)))
def test_every_form_is_explained(rmemcheck, boards, name):
    text = explain(rmemcheck, boards / f"{name}.dtb")
    for region in re.findall(r"^\s*(?:\w+: )?([\w-]+@?\w*) {", FORMS[name].split("ranges;")[-1], re.M):
        assert region in text


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_no_kernel_reads_is_bad_input(rmemcheck, boards, name):
    assert_refused(rmemcheck("dt", "explain", boards / f"{name}.dtb"), 2, f"{name}.dtb",
                   UNREADABLE[name])


def test_many_are_explained_at_once(rmemcheck, boards):
    files = [boards / f"{name}.dtb" for name in FORMS if name not in UNREADABLE]
    text = explain(rmemcheck, *files)
    for file in files:
        assert f"== {file}\n" in text


def test_one_of_many_that_is_no_tree(rmemcheck, boards, tmp_path):
    """The others are explained all the same."""
    bad = tmp_path / "bad.dtb"
    bad.write_bytes(b"no tree")
    result = rmemcheck("dt", "explain", boards / "clean.dtb", bad, boards / "nested.dtb")
    assert_refused(result, 2, bad)
    assert "secure@85700000" in result.stdout and "inner@90100000" in result.stdout


def test_source_is_taken(rmemcheck, boards, tmp_path):
    dts = tmp_path / "board.dts"
    dts.write_text(FORMS["clean"])
    assert explain(rmemcheck, dts) == explain(rmemcheck, boards / "clean.dtb")


def test_source_that_is_wrong(rmemcheck, tmp_path):
    dts = tmp_path / "board.dts"
    dts.write_text("/dts-v1/;\n/ { a = <1>\n};\n")
    assert_refused(rmemcheck("dt", "explain", dts), 2, "board.dts", ":3")


@pytest.mark.parametrize("name", ["memory-empty", "memory-of-no-size", "memory-missing"])
def test_memory_that_firmware_fills_in(rmemcheck, boards, name):
    """Nothing is said to lie outside RAM that nobody knows."""
    board = boards / f"{name}.dtb"
    text = explain(rmemcheck, board)
    assert "firmware fills" in text
    assert "outside RAM" not in text and " refused " not in text
    exact = explain(rmemcheck, board, "--memory", "0x80000000+1G")
    assert "firmware fills" not in exact
    assert "RAM 0x0000000080000000..0x00000000bfffffff" in exact
    assert "outside RAM" not in exact and " refused " not in exact


@pytest.mark.parametrize("memory", ["0x40000000+16M", "0x40000000..0x40ffffff", "1G-0x40ffffff"])
def test_memory_makes_it_exact(rmemcheck, boards, memory):
    text = explain(rmemcheck, boards / "memory-empty.dtb", "--memory", memory)
    assert re.search(r"secure@85700000 .* recorded +outside RAM", text)
    assert re.search(r" pool .* refused +no free RAM in alloc-ranges holds it", text)


def test_several_ranges_before_the_file(rmemcheck, boards):
    text = explain(rmemcheck, "--memory", "0x80000000+64M", "0x90000000+64M",
                   boards / "memory-empty.dtb")
    assert text.count("\nRAM 0x") == 2


@pytest.mark.parametrize("option", ["--memory", "--kernel", "--initrd"])
@pytest.mark.parametrize("word", ["80000000-bfffffff", "1G", "2G..1G", "2G+0", "x+1M",
                                  "0xffffffffffffffff+2"])
def test_range_that_is_none(rmemcheck, boards, option, word):
    assert_refused(rmemcheck("dt", "explain", boards / "clean.dtb", option, word), 2, option, word,
                   "expected a range such as")


def test_load_addresses(rmemcheck, boards):
    text = explain(rmemcheck, boards / "memory-empty.dtb", "--memory", "0x80000000+1G",
                   "--kernel", "0x85000000+48M", "--initrd", "0x89380000..0x893fffff")
    assert re.search(r"^load address: secure@85700000 lies over the kernel", text, re.M)
    assert re.search(r"^load address: modem@86800000 lies over the kernel", text, re.M)
    assert re.search(r"^load address: wcnss@89300000 lies over the initrd", text, re.M)
    assert re.search(r"secure@85700000 .* refused ", text)
    clear = explain(rmemcheck, boards / "memory-empty.dtb", "--kernel", "0x80200000+48M")
    assert "load address" not in clear


def test_command_line(rmemcheck, boards):
    board = boards / "memory-empty.dtb"
    text = explain(rmemcheck, board, "--memory", "0x80000000+1G", "--cmdline", "mem=64M cma=32M")
    assert "RAM 0x0000000080000000..0x0000000083ffffff" in text
    assert re.search(r"secure@85700000 .*outside RAM", text)
    assert "outside RAM" not in explain(rmemcheck, board, "--memory", "0x80000000+1G", "--cmdline", "")


def test_placeholders_are_named(rmemcheck, boards):
    for name, region in (("placeholder-disabled", "nvram@0"),
                         ("placeholder-enabled", "modem@86800000"),
                         ("placeholder-beside-size", "late")):
        text = explain(rmemcheck, boards / f"{name}.dtb")
        assert re.search(rf"^placeholder: {region} ", text, re.M)


@pytest.mark.parametrize("name, region, page", [
    ("256-bytes", "mailbox@8010f000", "0x000000008010f000..0x000000008010ffff"),
    ("odd-borders", "splash@9d400000", "0x000000009d400000..0x000000009d400fff"),
    ("odd-borders", "splash@9d400000", "0x000000009f745000..0x000000009f745fff"),
])
def test_shared_pages_are_named(rmemcheck, boards, name, region, page):
    board = boards / f"{name}.dtb"
    assert re.search(rf"^shared page: {region} .* shares the page {page}", explain(rmemcheck, board),
                     re.M)
    lint = rmemcheck("dt", "lint", board)
    assert lint.returncode == 1 and page in lint.stdout


def test_page_that_no_map_regions_share_is_none(rmemcheck, boards):
    assert "shared page" not in explain(rmemcheck, boards / "page-of-two.dtb")


def test_page_size_decides(rmemcheck, boards):
    board = boards / "memreserve.dtb"
    assert "shared page" not in explain(rmemcheck, board)
    text = explain(rmemcheck, board, "--page-size", "2M")
    assert re.search(r"^shared page: trusted@80000000 ", text, re.M)
    assert_refused(rmemcheck("dt", "explain", board, "--page-size", "5000"), 2, "--page-size")


def test_overlaps_that_are_no_neighbours(rmemcheck, boards):
    text = explain(rmemcheck, boards / "nested.dtb")
    for inner in ("inner@90100000", "last@903f0000"):
        assert re.search(rf"^overlap: outer@90000000 shares .* with {inner};", text, re.M)


# rule, node and a word of the message
LINT = {
    "placeholder-enabled": ("placeholder", "/reserved-memory/modem@86800000", "v3.15"),
    "256-bytes": ("shared-page", "/reserved-memory/mailbox@8010f000", "every version"),
    "12-bytes": ("reg", "/reserved-memory/nvram@3ef63500", "length 12 is no multiple of 16"),
    "firmware-over-board": ("overlap", "/reserved-memory/board@80000000",
                            "mmode_resv0@80000000, which firmware has added"),
    "nested": ("overlap", "/reserved-memory/outer@90000000", "v4.4"),
    "default-twice": ("default-twice", "/reserved-memory/two@a0000000", "one@90000000"),
    "no-ranges": ("root", "/reserved-memory", "no ranges; since v3.15"),
    "stray": ("stray", "/ramoops@9fe00000", "v3.15"),
    "outside-ram": ("outside-ram", "/reserved-memory/sram@10000000", "v3.15"),
    "memreserve": ("overlap", "/reserved-memory/trusted@80000000", "v6.4"),
    "two-tuples": ("tuples", "/reserved-memory/split@90000000", "v7.2"),
    "disabled-user": ("memory-region", "/remoteproc", "off@90000000 is disabled; since v6.1 at least"),
    "sbi-mapped": ("firmware-mapped", "/reserved-memory/mmode_resv0@80000000", "v6.4"),
}


@pytest.mark.parametrize("name", LINT)
def test_lint_finds(rmemcheck, boards, name):
    rule, node, word = LINT[name]
    board = boards / f"{name}.dtb"
    result = rmemcheck("dt", "lint", board)
    assert result.returncode == 1, result.stdout + result.stderr
    lines = [line for line in result.stdout.splitlines()
             if line.startswith(f"{board}: {node}: ") and line.endswith(f"[{rule}]")]
    assert lines and any(word in line for line in lines), result.stdout


@pytest.mark.parametrize("name", ["clean", "memory-empty", "placeholder-disabled", "page-of-two",
                                  "high-and-large", "one-cell"])
def test_lint_finds_nothing(rmemcheck, boards, name):
    result = rmemcheck("dt", "lint", boards / f"{name}.dtb")
    assert result.returncode == 0, result.stdout
    assert "nothing wrong" in result.stdout


SMALL_POOL = ("pool@90000000 { compatible = \"shared-dma-pool\"; reusable; "
              "reg = <0 0x90000000 0 0x100000>; };")
EVEN_POOL = SMALL_POOL.replace("0x100000", "0x200000")
LATER = ("split@90000000 { reg = <0 0x90000000 0 0x100000>, <0 0x98000000 0 0x100000>; no-map; };"
         "over@98000000 { reg = <0 0x98000000 0 0x1000>; };")
# What no board should have: its source; rule, node and a word of lint's finding; a word of explain
ODD = {
    "small-pool": (source(SMALL_POOL), "pool", "/reserved-memory/pool@90000000",
                   "incorrect alignment of CMA region", "refused where a pageblock"),
    "even-pool": (source(EVEN_POOL), "pool", "/reserved-memory/pool@90000000",
                  "until v5.18 the kernel asks for 4096 KiB", "is more than 2048 KiB"),
    "odd-alignment": (source("al { size = <0 0x1000>; alignment = <0 0x3000>; };"), "alignment",
                      "/reserved-memory/al", "a multiple of 0x1000",
                      "a multiple of 0x4000 instead of 0x3000; unpatched: "),
    "later-range": (source(LATER), "overlap", "/reserved-memory/split@90000000",
                    "does not name the two", "range 2 of reg: reserved and never recorded"),
    "beyond-64-bits": (source("far@ffffffffffff0000 { reg = <0xffffffff 0xffff0000 0 0x20000>; };"),
                       "reg", "/reserved-memory/far@ffffffffffff0000", "without a word",
                       "unpatched: cut to what fits"),
    "translated": (source(FIRMWARE, ranges="ranges = <0 0x85000000 0 0x95000000 0 0x1000000>;"),
                   "ranges", "/reserved-memory", "0x85000000 to 0x95000000", "0x0000000085700000.."),
    "below-a-region": (source("outer@90000000 { reg = <0 0x90000000 0 0x100000>; "
                              "inner@98000000 { reg = <0 0x98000000 0 0x1000>; no-map; }; };"),
                       "nested", "/reserved-memory/outer@90000000/inner@98000000", "v3.15", "1 region:"),
    "two-parents": (source(FIRMWARE, more="reserved-memory@0 { #address-cells = <2>; "
                           "#size-cells = <2>; ranges; x@90000000 { reg = <0 0x90000000 0 0x1000>; }; };"),
                    "root", "/reserved-memory", "the first in the tree", "x@90000000"),
    "hidden-reusable": (source("both@90000000 { reg = <0 0x90000000 0 0x1000>; no-map; reusable; };"),
                        "reusable", "/reserved-memory/both@90000000", "v3.15", "no-map reusable"),
    "other-address": (source("name@90000000 { reg = <0 0x91000000 0 0x1000>; };"), "unit-address",
                      "/reserved-memory/name@90000000", "0x91000000", "0x0000000091000000.."),
    "part-of-a-page": (source("placed { size = <0 0x1800>; alignment = <0 0x1000>; no-map; };"),
                       "shared-page", "/reserved-memory/placed", "0x1800", "shared page: placed "),
}


@pytest.mark.parametrize("name", ODD)
def test_what_no_board_should_have(rmemcheck, tmp_path, name):
    text, rule, node, of_lint, of_explain = ODD[name]
    board = compile_to(tmp_path / "board.dtb", text)
    result = rmemcheck("dt", "lint", board)
    assert result.returncode == 1, result.stdout + result.stderr
    assert [line for line in result.stdout.splitlines()
            if line.startswith(f"{board}: {node}: ") and of_lint in line
            and line.endswith(f"[{rule}]")], result.stdout
    assert of_explain in rmemcheck("dt", "explain", board).stdout


def test_explain_says_of_which_kernel_it_speaks(rmemcheck, boards):
    for name in ("clean", "nested"):
        assert "a kernel with the series" in explain(rmemcheck, boards / f"{name}.dtb").splitlines()[1]


def test_limit_that_is_no_number(rmemcheck, boards):
    text = explain(rmemcheck, boards / "clean.dtb", "--cmdline", "mem=banana")
    assert "firmware fills" not in text and "\nRAM 0x" in text


def test_device_below_a_disabled_one(rmemcheck, tmp_path):
    board = compile_to(tmp_path / "board.dtb", source(
        "off: off@90000000 { reg = <0 0x90000000 0 0x1000>; status = \"disabled\"; };",
        more="dsp { status = \"disabled\"; mba { memory-region = <&off>; }; };"))
    assert rmemcheck("dt", "lint", board).returncode == 0


def test_lint_says_what_it_cannot_judge(rmemcheck, boards):
    board = boards / "memory-empty.dtb"
    assert "note: RAM is not in the tree" in rmemcheck("dt", "lint", board).stdout
    exact = rmemcheck("dt", "lint", board, "--memory", "0x40000000+1G")
    assert exact.returncode == 1 and "[outside-ram]" in exact.stdout


def test_lint_names_memory_that_is_disabled(rmemcheck, tmp_path):
    """The kernel does not take it, and to say that it is not in the tree would be wrong."""
    board, more = tmp_path / "board.dts", "memory@80000000 { device_type = \"memory\"; %s };"
    text = """/dts-v1/;
        / { #address-cells = <1>; #size-cells = <1>; compatible = "x"; %s
          memory@40000000 { device_type = "memory"; reg = <0x40000000 0x1000000>;
                            status = "disabled"; };
          reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
                            a@%x { reg = <0x%x 0x1000>; }; }; };"""
    enabled = more % "reg = <0x80000000 0x1000000>;"
    named = "/memory@40000000: note: the memory node is not enabled (status = \"disabled\")"
    for memory, region, is_named, is_unknown in (("", 0x40000000, True, True),
                                                 (enabled, 0x40000000, True, False),
                                                 (enabled, 0x80000000, False, False)):
        board.write_text(text % (memory, region, region))
        told = rmemcheck("dt", "lint", board).stdout
        assert (named in told) == is_named, told
        assert ("note: no RAM in the tree is enabled" in told) == is_unknown, told
        assert "RAM is not in the tree" not in told
    assert "note" not in rmemcheck("dt", "lint", board, "--memory", "0x80000000+1M").stdout


def test_lint_of_what_is_no_tree(rmemcheck, tmp_path):
    assert_refused(rmemcheck("dt", "lint", tmp_path), 2, tmp_path, "/proc/device-tree")
    assert_refused(rmemcheck("dt", "lint", tmp_path / "none.dtb"), 2, "none.dtb")
    assert_refused(rmemcheck("dt", "lint"), 2, "FILE is required")


def cells(*numbers):
    return struct.pack(f">{len(numbers)}I", *numbers)


def test_lint_of_a_running_kernels_folder(rmemcheck, tmp_path):
    """As /proc/device-tree has it: a file a property."""
    root = tmp_path / "device-tree"
    for path, properties in {
            ".": {"#address-cells": cells(2), "#size-cells": cells(2), "compatible": b"example\0"},
            "memory@80000000": {"device_type": b"memory\0", "reg": cells(0, 0x80000000, 0, 0x8000000)},
            "reserved-memory": {"#address-cells": cells(2), "#size-cells": cells(2), "ranges": b""},
            "reserved-memory/nvram@1": {"reg": cells(0, 0x80000001, 0x1000), "no-map": b""}}.items():
        (root / path).mkdir()
        for name, value in properties.items():
            (root / path / name).write_bytes(value)
    result = rmemcheck("dt", "lint", root)
    assert result.returncode == 1, result.stderr
    assert "/reserved-memory/nvram@1: reg: length 12 is no multiple of 16; since v3.15" in result.stdout


def transplanted(rmemcheck, board, out):
    """What is printed, and the places before and after."""
    result = rmemcheck("dt", "transplant", board, "--out", out)
    assert result.returncode == 0, result.stderr
    return (result.stdout, places_of(rmemcheck("dt", "explain", board).stdout),
            places_of(rmemcheck("dt", "explain", out).stdout))


@pytest.mark.parametrize("name", FORMS)
def test_transplant_keeps_what_matters(rmemcheck, boards, tmp_path, name):
    text, before, after = transplanted(rmemcheck, boards / f"{name}.dtb", tmp_path / "t.dtb")
    assert [(one[0], one[3]) for one in before] == [(one[0], one[3]) for one in after]
    modulo = int(re.search(r"modulo (\w+)", text)[1], 16)
    for old, new in zip(before, after):
        assert GIB <= new[1] < new[2] <= 2 * GIB
        if modulo: # there is a region that the tree places
            assert (old[1] - new[1]) % modulo == 0 and (old[2] - new[2]) % modulo == 0
        assert new[2] - new[1] <= old[2] - old[1]
        assert f"{old[0]}: moved from " in text
    for one in range(len(before)):
        for other in range(len(before)):
            for end in (1, 2): # touching, overlapping, nested, apart
                assert ((before[one][1] > before[other][end]) == (after[one][1] > after[other][end]))
                assert ((before[one][2] > before[other][end]) == (after[one][2] > after[other][end]))


def test_transplant_says_what_it_shrinks(rmemcheck, boards, tmp_path):
    text, _, after = transplanted(rmemcheck, boards / "high-and-large.dtb", tmp_path / "t.dtb")
    assert re.search(r"^vast@880000000: moved from .*, and shrunk from 8388608 KiB to \d+ KiB$", text, re.M)
    assert after[2][1] == after[1][2] # still adjacent


def test_transplant_keeps_faults(rmemcheck, boards, tmp_path):
    """What no kernel can read stays so."""
    for name, words in UNREADABLE.items():
        out = tmp_path / f"{name}.dtb"
        assert rmemcheck("dt", "transplant", boards / f"{name}.dtb", "--out", out).returncode == 0
        assert_refused(rmemcheck("dt", "explain", out), 2, words)


def test_transplant_into_another_machine(rmemcheck, boards, tmp_path):
    """Cells and RAM are the machine's."""
    base = boards / "one-cell.dtb"
    out = tmp_path / "t.dtb"
    result = rmemcheck("dt", "transplant", boards / "12-bytes.dtb", "--base", base, "--out", out)
    assert result.returncode == 0, result.stderr
    assert_refused(rmemcheck("dt", "explain", out), 2, "reg: length 12 is no multiple of 8")
    assert_refused(rmemcheck("dt", "transplant", base, "--base", boards / "memory-missing.dtb",
                             "--out", out), 2, "memory-missing.dtb", "/memory")


def run_boards(rmemcheck, folder, out, *words):
    result = rmemcheck("run", "--boards", folder, "--out", out, *words)
    results = out / "results.json"
    return result, json.loads(results.read_text()) if results.exists() else None


def test_boards_pass_on_right_kernels(rmemcheck, boards, tmp_path):
    """Every form, with its odd borders and what no kernel reads of it."""
    result, results = run_boards(rmemcheck, boards, tmp_path / "out")
    assert result.returncode == 0, result.stdout + result.stderr
    patched = {case["case"]: case for case in results["cases"] if case["kernel"] == "patched"}
    assert sorted(patched) == sorted(FORMS)
    for case in patched.values():
        assert case["outcome"] == "pass", case
    for name in ("256-bytes", "odd-borders"): # no finding, but said
        assert any(note.startswith("the tree's fault: ") for note in patched[name]["notes"])


def many_regions(count):
    return source("".join(
        f"region@{base:x} {{ reg = <0 {base:#x} 0 0x10000>; {'no-map;' if base & 0x20000 else ''} }};"
        for base in range(0x90000000, 0x90000000 + count * 0x20000, 0x20000)))


def test_board_that_a_kernel_fails(rmemcheck, tmp_path):
    """More regions than a kernel without the series holds; with it, the same board passes."""
    folder = tmp_path / "boards"
    folder.mkdir()
    (folder / "many.dts").write_text(many_regions(70))
    (folder / "none.dts").write_text("/dts-v1/; / { compatible = \"example\"; };")
    result, results = run_boards(rmemcheck, folder, tmp_path / "out", "--kernel", TREE,
                                 "--kernel", f"{TREE}+series")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "no reserved memory" in result.stdout and "none.dts" in result.stdout
    assert "recorded: region@90800000" in result.stdout
    outcomes = [case["outcome"] for case in results["cases"]]
    assert "pass" in outcomes and len(outcomes) == 2 and outcomes.count("pass") == 1


def test_a_board_without_reserved_memory_leaves_nothing_to_do(rmemcheck, tmp_path):
    board, image = tmp_path / "none.dts", tmp_path / "Image"
    board.write_text("/dts-v1/; / { compatible = \"example\"; };")
    image.write_text("not booted")
    result = rmemcheck("run", "--image", image, "--boards", board, "--out", tmp_path / "out")
    assert result.returncode == 4, result.stdout + result.stderr
    assert result.stdout.splitlines() == [f"1 of the boards: no reserved memory, {board}",
                                          "skip: no case is left for arm64"]


def test_boards_that_are_none(rmemcheck, tmp_path):
    assert_refused(rmemcheck("run", "--boards", tmp_path, "--out", tmp_path / "out"), 2, tmp_path,
                   "expected *.dtb or *.dts")
    assert_refused(rmemcheck("run", "--boards", tmp_path / "no", "--out", tmp_path / "out"), 2,
                   "--boards", "no")
    (tmp_path / "bad.dtb").write_bytes(b"no tree")
    assert_refused(rmemcheck("run", "--boards", tmp_path, "--out", tmp_path / "out"), 2, "bad.dtb")
