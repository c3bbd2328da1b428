# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own suites, on the unpatched and on the patched kernel.

Prints a table, suite by kernel, and exits with 1 if the patched kernel is worse: a suite that is
missing or cut short, a test that fails and does not on the unpatched kernel, or fewer that pass.

    suites.py                               Debian's linux-source-6.1
    suites.py ../linux@v6.9-rc1             another tree, as rmemcheck takes it

KUnit, OF_UNITTEST and the test of DMA pools run in one boot of arm64, with a tree of its own. The
tests of memblock are a program. dma_map_benchmark is left out: it needs a device that is bound to
its driver by hand, and measures only.
"""
import argparse
import itertools
import json
import os
import pathlib
import re
import sys
import tempfile

from kit import KIT, PROGRAM, content_key, kept, run, say
from series_check import Tree, compiler_of, must

MACHINE = "arm64"
# More regions than there was once room for, of every kind that the tests ask for
CASE = """
title = "regions for the kernel's own suites"

[[block]]
name = "plain"
count = 120
offset = "256M"

[[block]]
name = "hidden"
count = 8
offset = "320M"
no-map = "all"

[[block]]
name = "placed"
count = 8
boot-placed = true

[[region]]
name = "pool"
reg = [["336M", "1M"]]
no-map = true
compatible = ["shared-dma-pool"]

[[region]]
name = "off"
reg = [["352M", "64K"]]
enabled = false
"""
# Option, the Kconfig file that has it, what else it takes. One that a tree lacks is left out.
OPTIONS = [
    # without it tests are built and not run
    ("KUNIT_DEFAULT_ENABLED", "lib/kunit/Kconfig",
     ["CONFIG_KUNIT=y", "CONFIG_KUNIT_DEFAULT_ENABLED=y"]),
    ("OF_UNITTEST", "drivers/of/Kconfig", ["CONFIG_OF_UNITTEST=y", "CONFIG_OF_OVERLAY=y"]),
    ("OF_KUNIT_TEST", "drivers/of/Kconfig", ["CONFIG_KUNIT=y", "CONFIG_OF_KUNIT_TEST=y"]),
    ("OF_RESERVED_MEM_KUNIT_TEST", "drivers/of/Kconfig",
     ["CONFIG_KUNIT=y", "CONFIG_OF_RESERVED_MEM_KUNIT_TEST=y"]),
    ("DMAPOOL_TEST", "mm/Kconfig", ["CONFIG_DMAPOOL_TEST=y"]),
]
# Its options and ways to call it; the first is what "make" builds.
MEMBLOCK = {"memblock": ([], ["-v"]), "memblock, NUMA": (["NUMA=1"], ["-v"]),
            "memblock, movable_node": (["NUMA=1"], ["-v", "-m"])}


def result():
    """Names of tests that passed, failed and were skipped."""
    return {"passed": [], "failed": [], "skipped": []}


def dmesg_lines(text):
    """Without level and time stamp; what KUnit indents stays so."""
    return [re.sub(r"^(<\d+>)?(\[ *\d+\.\d+\] ?)?", "", line) for line in text.splitlines()]


def read_kunit(lines):
    """KTAP of one level of suites: what a suite says has four spaces in front."""
    suites, plans, name = {}, {}, None
    for line in lines:
        if found := re.match(r" {4}# Subtest: (\S+)", line):
            name = f"KUnit {found.group(1)}"
            suites[name] = result()
        elif found := re.match(r" {4}1\.\.(\d+)$", line):
            plans[name] = int(found.group(1))
        elif found := re.match(r" {4}(not ok|ok) \d+ (?:- )?(\S+)( # SKIP)?", line):
            good, test, skipped = found.groups()
            kind = "skipped" if skipped else "passed" if good == "ok" else "failed"
            suites[name][kind].append(test)
    for suite, plan in plans.items():
        seen = sum(len(names) for names in suites[suite].values())
        suites[suite]["failed"] += [f"test {number + 1} did not end"
                                    for number in range(seen, plan)]
    return suites


def read_unittest(lines):
    """Tests have no names but that of the line that they stand in: failures do."""
    for line in lines:
        if found := re.search(r"### dt-test ### end of unittest - (\d+) passed, (\d+) failed", line):
            failures = [line for line in lines if "### dt-test ### FAIL" in line]
            failures = [re.sub(r":\d+", "", line.split("FAIL ")[1]) for line in failures]
            passed, failed = map(int, found.groups())
            failures += [f"unnamed {number}" for number in range(len(failures), failed)]
            return {"OF_UNITTEST": {"passed": [f"test {number}" for number in range(passed)],
                                    "failed": failures, "skipped": []}}
    return {}


def read_dmapool(lines):
    sizes = [line for line in lines if line.startswith("dmapool test: size:")]
    names = [re.sub(r" +time:.*", "", line) for line in sizes]
    return {"DMAPOOL_TEST": {**result(), "passed": names}} if names else {}


def read_memblock(text, status):
    tests = result()
    for line in text.splitlines():
        if found := re.match(r"(not ok|ok) \d+ : (.*): (?:passed|failed)", line):
            tests["passed" if found.group(1) == "ok" else "failed"].append(found.group(2))
    if status:
        tests["failed"].append(f"main ended with {status}: {text[-300:]}")
    return tests


def options_of(folder):
    """What this tree can be asked for."""
    config = []
    for option, file, lines in OPTIONS:
        if re.search(rf"^config {option}$", (folder / file).read_text(), re.MULTILINE):
            config += [line for line in lines if line not in config]
    return config


def boot(kernel, given, config, work):
    """dmesg of one kernel. The suites make noise on purpose: the verdict is none of ours."""
    say(f"{kernel}: building and booting {MACHINE} with {len(config)} more options")
    case = work / "suites.toml"
    case.write_text("# SPDX-License-Identifier: GPL-2.0-or-later\n" + CASE)
    kernels = work / f"{kernel}.toml"
    spec = "told=" + ("+series" if kernel == "patched" else "")
    kernels.write_text("# SPDX-License-Identifier: GPL-2.0-or-later\n[[kernel]]\n"
                       f'name = "{kernel}"\nspec = "{spec}"\nconfig = {json.dumps(config)}\n')
    out = work / f"boot-{kernel}"
    done = run([PROGRAM, "run", "--list", kernels, "--tree", given, "--machine", MACHINE,
                "--cases", case, "--out", out])
    dmesg = out / "runs" / kernel / "suites/evidence/dmesg"
    if not dmesg.exists():
        sys.exit(f"{kernel}: no log of it:\n{done.stdout[-3000:]}")
    return dmesg_lines(dmesg.read_text(errors="replace"))


def memblock_tests(kernel, folder):
    source, suites = folder / "tools/testing/memblock", {}
    if not source.is_dir():
        return suites
    environment = {**os.environ, "MAKEFLAGS": "", "ASAN_OPTIONS": "detect_leaks=0"}
    for name, (options, words) in MEMBLOCK.items():
        say(f"{kernel}: {name}")
        must(["make", "-s", "-C", source, "clean"], env=environment)
        must(["make", "-s", "-C", source, *options], env=environment)
        done = run([source / "main", *words], env=environment)
        suites[name] = read_memblock(done.stdout, done.returncode)
    return suites


def suites_of(kernel, tree, work):
    lines = boot(kernel, tree.given, options_of(tree.folder), work)
    return {**read_unittest(lines), **read_kunit(lines), **read_dmapool(lines),
            **memblock_tests(kernel, tree.folder)}


def complaints(suite, before, after):
    """Why the patched kernel is worse, a sentence each. One that only it has must be good."""
    if after is None:
        return [f"{suite} is missing on the patched kernel"]
    known = before["failed"] if before else []
    found = [f"{suite}: {test} fails" for test in after["failed"] if test not in known]
    if before and len(after["passed"]) < len(before["passed"]):
        found.append(f"{suite}: {len(after['passed'])} pass, not {len(before['passed'])}")
    if not after["passed"]:
        found.append(f"{suite}: nothing passes")
    return found


def cell(tests):
    if tests is None:
        return "-"
    text = f"{len(tests['passed'])} passed, {len(tests['failed'])} failed"
    return text + (f", {len(tests['skipped'])} skipped" if tests["skipped"] else "")


def print_table(seen):
    rows = [("suite", "unpatched", "patched")]
    names = list(dict.fromkeys(name for kernel in seen.values() for name in kernel))
    rows += [(name, *(cell(seen[kernel].get(name)) for kernel in ("baseline", "patched")))
             for name in names]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join(f"{text:<{width}}" for text, width in zip(row, widths)).rstrip())
    return names


def key_of(tree):
    """Of all that the table depends on."""
    folders = [sorted((KIT / name).iterdir()) for name in ("kmod", "guest")]
    return content_key([tree.git("rev-parse", "patch-0^{tree}").stdout, compiler_of(MACHINE)],
                       [pathlib.Path(__file__), PROGRAM, *tree.patches, KIT / "Kconfig.fragment",
                        KIT / f"machines/{MACHINE}.toml", *itertools.chain(*folders)])


def look(tree, work):
    seen = {"baseline": suites_of("baseline", tree, work)}
    for patch in tree.patches:
        must(["git", "-C", tree.folder, "-c", "user.name=suites", "-c",
              "user.email=suites@localhost", "am", "--quiet", patch])
    seen["patched"] = suites_of("patched", tree, work)
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="suites-") as folder:
        work = pathlib.Path(folder)
        tree = Tree(options.tree, work / "linux")
        tree.unpack()
        seen = kept("suites", key_of(tree), lambda: look(tree, work))
    names = print_table(seen)
    worse = [text for name in names
             for text in complaints(name, seen["baseline"].get(name), seen["patched"].get(name))]
    for text in worse:
        print(text)
    sys.exit(bool(worse))


if __name__ == "__main__":
    main()
