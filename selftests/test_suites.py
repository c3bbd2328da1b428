# SPDX-License-Identifier: GPL-2.0-or-later
"""What make suites reads and what it calls worse. Building and booting is make suites."""
import suites

LOG = """<6>[    0.100000] KTAP version 1
<6>[    0.100000] 1..2
<6>[    0.100000]     KTAP version 1
<6>[    0.100000]     # Subtest: of_reserved_mem
<6>[    0.100000]     1..3
<6>[    0.100000]     ok 1 finds
<6>[    0.100000]         # Subtest: parameters
<6>[    0.100000]         ok 1 one of several
<6>[    0.100000]     # skips: no such node
<6>[    0.100000]     ok 2 skips # SKIP no such node
<6>[    0.100000]     not ok 3 loses
<6>[    0.100000] not ok 1 of_reserved_mem
<6>[    0.100000]     # Subtest: other
<6>[    0.100000]     1..2
<6>[    0.100000]     ok 1 - works
<3>[    0.200000] ### dt-test ### FAIL of_unittest_find_node_by_name():58 find /nope failed
<4>[    0.200000] ### dt-test ### end of unittest - 3 passed, 1 failed
<6>[    0.300000] dmapool test: size:16   align:16   blocks:8192 time:123
"""


def seen(**tests):
    return {**suites.result(), **tests}


def test_kunit_is_read():
    assert suites.read_kunit(suites.dmesg_lines(LOG)) == {
        "KUnit of_reserved_mem": {"passed": ["finds"], "failed": ["loses"], "skipped": ["skips"]},
        "KUnit other": {"passed": ["works"], "failed": ["test 2 did not end"], "skipped": []}}


def test_unittest_is_read():
    found = suites.read_unittest(suites.dmesg_lines(LOG))["OF_UNITTEST"]
    assert len(found["passed"]) == 3
    assert found["failed"] == ["of_unittest_find_node_by_name() find /nope failed"]
    assert suites.read_unittest(["### dt-test ### start of unittest"]) == {}


def test_dmapool_is_read():
    lines = suites.dmesg_lines(LOG)
    assert len(suites.read_dmapool(lines)["DMAPOOL_TEST"]["passed"]) == 1
    assert suites.read_dmapool([]) == {}


def test_memblock_is_read():
    text = "ok 1 : memblock_add: simple: passed\nnot ok 2 : memblock_add: twice: failed\n"
    assert suites.read_memblock(text, 0) == {
        "passed": ["memblock_add: simple"], "failed": ["memblock_add: twice"], "skipped": []}
    assert suites.read_memblock("ok 1 : a: passed\nAssertion failed", -6)["failed"]


def test_the_same_is_no_complaint():
    assert suites.complaints("s", seen(passed=["a"], failed=["b"]),
                             seen(passed=["a"], failed=["b"])) == []
    assert suites.complaints("s", None, seen(passed=["a"])) == []


def test_what_is_worse_is_told():
    before = seen(passed=["a", "b"], failed=["c"])
    assert suites.complaints("s", before, None) == ["s is missing on the patched kernel"]
    assert suites.complaints("s", before, seen(passed=["a"], failed=["b", "c"])) == [
        "s: b fails", "s: 1 pass, not 2"]
    assert suites.complaints("s", None, seen(passed=["a"], failed=["b"])) == ["s: b fails"]
    assert suites.complaints("s", None, seen(skipped=["a"])) == ["s: nothing passes"]
