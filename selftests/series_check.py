# SPDX-License-Identifier: GPL-2.0-or-later
"""Each patch of a series on its own: applies, style, warnings, boot.

Prints a table, patch by check, one of odd configurations, which the base and the whole series are
compiled with, and one of what modules of a frozen kernel rely on: where the members of struct
reserved_mem lie, and the checksums of exported symbols. The last patch is a careless one, which
every check must catch. Exits with 1 if a patch, a configuration or the ABI fails, or the careless
patch does not.

    series_check.py                         Debian's linux-source-6.1
    series_check.py ../linux@v6.9-rc1       another tree, as rmemcheck takes it
    series_check.py --machines arm64        fewer machines than all of them
    series_check.py --out FOLDER            where series-check.json is left (out/series-check)
"""
import argparse
import itertools
import json
import pathlib
import re
import shutil
import sys
import tempfile

from kernel_make import KernelMake, machine_file, shown
from kit import KIT, PROGRAM, content_key, kept, run, say


COMPILED = ["arm64", "arm", "riscv64", "x86_64"]
BOOTED = "arm64"
# Odd configurations, by machine and name. A line replaces the machine's for the same option.
VARIANTS = [
    ("arm", "no DMA_CMA", ["# CONFIG_DMA_CMA is not set"]),
    ("x86_64", "no DMA_CMA", ["# CONFIG_DMA_CMA is not set"]),
    ("x86_64", "no OF", ["# CONFIG_OF is not set", "# CONFIG_OF_UNITTEST is not set"]),
    ("sh-j2", "DTB of the boot loader", ["# CONFIG_USE_BUILTIN_DTB is not set"]),
    ("sh-j2", "built-in DTB", ["CONFIG_USE_BUILTIN_DTB=y",
                               'CONFIG_BUILTIN_DTB_SOURCE="j2_mimas_v2"']),
    ("sh-r2d", "no device tree", ["# CONFIG_OF is not set"]),
    ("arc", "built-in DTB", []),
    ("um", "no DMA", []),
]
# What every patch must boot with a pass, the array having 64 entries or more
CASES = ["no-node", "empty-node", "static-64", "boot-placed-64"]
MORE_CONFIG = ["CONFIG_SECTION_MISMATCH_WARN_ONLY=y"]
# The tests of the series itself are compiled where the patch is there that adds them.
TESTS = "drivers/of/of_reserved_mem_test.o"
TESTS_CONFIG = ["CONFIG_KUNIT=y", "CONFIG_OF_RESERVED_MEM_KUNIT_TEST=y"]
# drivers/of/ is in MAINTAINERS as a whole, a new file there changes nothing; sign-off: README; of
# the commits that a Fixes: names, this tree of one commit knows none.
CHECKPATCH = ["--strict", "--no-signoff", "--quiet", "--ignore",
              "FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID"]
ABI_MACHINES = ["arm64"]
# What a compiler's word depends on besides the tree
COMPILER_FILES = [KIT / "Kconfig.fragment", KIT / "selftests/kernel_make.py"]
# What this is about, of selftests/hazards.toml
HAZARD = 26
# Applied after the series, and what each check must say about it
CARELESS = KIT / "selftests/series_check/careless.patch"
CARELESS_SAYS = {"checkpatch": ["space prohibited"], "sparse": ["Should it be static"],
                 **{name: ["set but not used", "section mismatch"] for name in COMPILED},
                 "ABI": ["struct reserved_mem:", "has another checksum"]}


def must(command, **options):
    result = run(command, **options)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{result.stdout[-4000:]}")
    return result.stdout


class Tree:
    """A repository of our own in which the series is applied patch by patch."""

    def __init__(self, given, folder):
        self.given = given
        self.folder = folder
        build = shown(given)
        self.source = build["tree"]["path"]
        self.patches = [pathlib.Path(patch) for patch in build["patches"]]
        self.all_patches = [*self.patches, CARELESS]

    def git(self, *words):
        return run(["git", "-C", self.folder, "-c", "user.name=series-check",
                    "-c", "user.email=series-check@localhost", "-c", "gc.auto=0", *words])

    def unpack(self):
        say(f"taking {self.source}")
        shutil.copytree(self.source, self.folder, symlinks=True,
                        ignore=shutil.ignore_patterns(".git"))
        must(["git", "-C", self.folder, "init", "--quiet"])
        self.git("add", "--all", "--force", ".")
        self.git("commit", "--quiet", "--message", "base")
        self.git("tag", "patch-0")


def warnings_of(log):
    """Without line numbers, which every patch moves."""
    found = set()
    for line in log.splitlines():
        if re.search(r"warning:|WARNING:|error:|section mismatch", line):
            found.add(re.sub(r":\d+(:\d+)?", "", line).strip())
    return found


# Objects that are made with flags of their own, by a make of their own
SPECIAL = re.compile(r"scripts/|usr/|tools/|.*(vdso|/boot/|/libstub/)|.*\.mod\.o$")


def touched(patches):
    """The sources and headers that the series changes."""
    return sorted({match for patch in patches for match in
                   re.findall(r"^diff --git a/(\S+\.[ch]) ", patch.read_text(), re.MULTILINE)})


class Compiler(KernelMake):
    """A machine's objects, or those of a variant of it, and what was said when they were made.

    All of a kernel is compiled and linked where modpost is asked. At W=1 it is what includes a file
    of the series, apart: the rest is the same before and after.
    """

    def __init__(self, tree, name, work, variant="", lines=()):
        super().__init__(tree.folder, name, work, [*MORE_CONFIG, *lines], variant, tree.given)
        self.lines = lines
        # For um, two makefiles take a single object of arch/um/kernel for theirs, at once.
        self.one_by_one = ["-j1"] if name == "um" else []
        self.files = touched(tree.all_patches)
        self.strict = KernelMake(tree.folder, name, work, [*MORE_CONFIG, *TESTS_CONFIG, *lines],
                                 f"{variant} W1".strip(), tree.given)

    def build(self):
        """What is said of the whole kernel; None if it fails."""
        configured = self.configure()
        if configured.returncode == 0 and self.missed(self.lines):
            say(f"{self.config.stem}: Kconfig does not take {', '.join(self.missed(self.lines))}")
            return None
        modules = [] if self.missed(["CONFIG_MODULES=y"]) else ["modules"]
        built = self.make(self.image_target, *modules)
        if configured.returncode or built.returncode:
            say(configured.stdout + built.stdout[-3000:])
            return None
        return warnings_of(built.stdout)

    def strictly(self, *words):
        """What is said at W=1 of what the series may change; None if it fails. After build()."""
        self.strict.configure()
        made = self.strict.make("W=1", *self.one_by_one, *words, *self.including())
        if made.returncode:
            say(made.stdout[-3000:])
            return None
        return warnings_of(made.stdout)

    def including(self):
        """Objects below whose .cmd file names a file of the series, and what it adds itself."""
        names = re.compile("|".join(map(re.escape, self.files)))
        objects = [str(command.with_name(command.name[1:].removesuffix(".cmd"))
                       .relative_to(self.objects))
                   for command in self.objects.rglob(".*.o.cmd")
                   if names.search(command.read_text())]
        configured = (self.strict.objects / ".config").read_text()
        added = [TESTS] if (self.tree / TESTS).with_suffix(".c").exists() and \
            TESTS_CONFIG[-1] in configured else []
        return sorted({each for each in [*objects, *added] if not SPECIAL.match(each)})

    def both(self):
        """What is said of the whole kernel, and at W=1."""
        whole = self.build()
        strict = None if whole is None else self.strictly()
        return None if strict is None else whole | strict

    def sparse(self):
        """Of what the series itself changes."""
        changed = {file.removesuffix(".c") + ".o" for file in self.files}
        made = self.strict.make("W=1", "C=2", *(each for each in self.including()
                                                if each in changed))
        return None if made.returncode else warnings_of(made.stdout)


def boots(given, work):
    """{patch: what became of its boots}: each kernel with one patch more must pass the cases, and
    with the careless patch it must be caught."""
    out = work / "boots"
    result = run([PROGRAM, "run", "--kernel", f"{given}+series/each",
                  "--kernel", f"mutant={given}+series+{CARELESS}", "--machine", BOOTED,
                  "--cases", ",".join(CASES), "--out", out])
    if not (out / "results.json").exists():
        sys.exit(f"nothing was booted:\n{result.stdout[-3000:]}")
    if result.returncode:
        say(result.stdout[-3000:])
    of_kernel = {}
    for each in json.loads((out / "results.json").read_text())["cases"]:
        of_kernel.setdefault(each["kernel"], []).append(each["conclusion"])
    all_pass = {CARELESS.stem: ["pass"]}
    return {name: ("caught" if name == CARELESS.stem else "ok")
            if conclusions == all_pass.get(name, ["pass"] * len(CASES)) else "fails"
            for name, conclusions in of_kernel.items()}


def cell(found, check, patch):
    """What the table says of findings."""
    for line in found:
        say(f"{check}, {patch}: {line}")
    if patch == CARELESS.stem:
        missed = [text for text in CARELESS_SAYS[check]
                  if not any(text in line for line in found)]
        return f"does not see: {', '.join(missed)}" if missed else "caught"
    return f"{len(found)} new" if found else "ok"


def compared(before, after, check, patch):
    """What was said at the base with what is said now."""
    if before is None or after is None:
        return "does not compile"
    return cell(sorted(after - before), check, patch)


def style_of(tree, patch):
    """What checkpatch finds."""
    style = run(["perl", tree.folder / "scripts/checkpatch.pl", *CHECKPATCH, patch],
                cwd=tree.folder)
    found = re.findall(r"^(?:ERROR|WARNING|CHECK):.*", style.stdout, re.MULTILINE)
    return found or ([style.stdout] if style.returncode else [])


def apply_series(tree, patches):
    """Leaves a tag for each patch. Exits where git does not take one; what only lies on other lines
    is no fault, but said."""
    for patch in patches:
        at = run(["git", "-C", tree.folder, "apply", "--check", "--verbose", patch])
        moved = re.findall(r"Hunk #.*", at.stdout)
        applied = tree.git("am", "--quiet", patch)
        if applied.returncode:
            sys.exit(f"{patch.stem}: git am: {applied.stdout}")
        for line in moved:
            say(f"{patch.stem}: {line}")
        tree.git("tag", patch.stem)
        yield {"patch": patch.stem, "git am": f"ok, {len(moved)} moved" if moved else "ok"}


def style_cells(tree, rows, _machine, _work):
    return [{"checkpatch": cell(style_of(tree, patch), "checkpatch", row["patch"])}
            for patch, row in zip(tree.all_patches, rows)]


def compiler_cells(tree, rows, name, work):
    """What this machine's compiler says of each patch. Of one machine, what modpost says of each,
    too, and sparse; of the others of the whole series, and of the careless patch."""
    compiler = Compiler(tree, name, work)

    def look(tag, is_linked):
        """[compiler, sparse]"""
        tree.git("checkout", "--quiet", "--force", tag)
        say(f"{name}: compiling {tag}")
        said = compiler.both() if is_linked else compiler.strictly()
        return [said, compiler.sparse() if name == BOOTED else set()]

    before = look("patch-0", True)
    cells = []
    for index, row in enumerate(rows):
        patch = row["patch"]
        after = look(patch, name == BOOTED or index >= len(rows) - 2)
        cells.append({name: compared(before[0], after[0], name, patch)})
        if name == BOOTED:
            cells[-1]["sparse"] = compared(before[1], after[1], "sparse", patch)
    return cells


def boot_cells(tree, rows, name, work):
    say(f"{name}: booting each")
    booted = boots(tree.given, work)
    return [{"boots": booted.get(row["patch"], "not booted")} for row in rows]


def check(tree, applied, machines, work):
    """Each patch on its own: style, then what the compilers say and, on one machine, a boot."""
    rows = [dict(row) for row in applied]
    parts = [(style_cells, "", [])]
    parts += [(compiler_cells, name, COMPILER_FILES) for name in machines]
    parts += [(boot_cells, BOOTED, boot_files())] if BOOTED in machines else []
    for make, machine, files in parts:
        cells = rows_of(make.__name__, tree, [machine] if machine else [], files,
                        lambda make=make, machine=machine: make(tree, rows, machine, work))
        for row, more in zip(rows, cells):
            row.update(more)
    return rows


def check_variants(tree, applied, machines, work):
    """The base and the whole series, compiled with each variant of the machines."""
    rows = []
    last = [row["patch"] for row in applied if row["patch"] != CARELESS.stem][-1]
    for name, variant, lines in VARIANTS:
        if name not in machines:
            continue
        compiler = Compiler(tree, name, work, variant, lines)
        said = []
        for tag, what in (("patch-0", "the base"), (last, "all patches")):
            tree.git("checkout", "--quiet", "--force", tag)
            say(f"{name}, {variant}: compiling {what}")
            said.append(compiler.both())
        rows.append({"machine": name, "configuration": variant,
                     "base": "fails" if said[0] is None else "compiles",
                     "all patches": compared(*said, f"{name}, {variant}", last)})
    return rows


def abi(given, machine, *words):
    """The series, or the series and more, as modules of a frozen kernel see it."""
    say(f"{machine}, ABI: compiling {' '.join(map(str, words)) or 'all patches'}")
    return run([PROGRAM, "series", "check", "--abi", "--tree", given, "--machine", machine,
                *words])


def abi_row(name, series, careless):
    """Of the series, which must change nothing, and with the careless patch, which must be seen."""
    if series.returncode:
        say(f"{name}, ABI: {series.stdout}")
    is_seen = careless.returncode == 1 and \
        all(text in careless.stdout for text in CARELESS_SAYS["ABI"])
    return {"machine": name, "configuration": "ABI",
            "all patches": "fails" if series.returncode else "ok",
            CARELESS.stem: "caught" if is_seen else "not caught"}


def check_abi(tree, _applied, machines, _work):
    return [abi_row(name, abi(tree.given, name), abi(tree.given, name, "--with", CARELESS))
            for name in machines]


def is_good(row):
    return all(text.startswith("ok") or text in ("compiles", "caught")
               for key, text in row.items() if key not in ("patch", "machine", "configuration"))


def print_table(rows):
    columns = list(rows[0])
    widths = [max(len(row[column]) for row in [*rows, dict(zip(columns, columns))])
              for column in columns]
    for row in [dict(zip(columns, columns)), *rows]:
        print("  ".join(f"{row[column]:<{width}}" for column, width in zip(columns, widths)))


def compiler_of(machine):
    """The line in which it says which one it is."""
    make = shown("", machine)["make"]
    prefix = next(word for word in make if word.startswith("CROSS_COMPILE=")).split("=")[1]
    return must([f"{prefix}gcc", "--version"]).splitlines()[0]


def boot_files():
    """What a boot depends on besides the tree."""
    folders = [sorted((KIT / name).iterdir()) for name in ("kmod", "guest", "selftests/cases")]
    return [PROGRAM, KIT / "Kconfig.fragment", *itertools.chain(*folders)]


def rows_of(what, tree, machines, files, make):
    """Rows from the cache, which keeps those in which all is good, or made now."""
    key = content_key([what, *machines, *map(compiler_of, machines),
                       tree.git("rev-parse", "patch-0^{tree}").stdout],
                      [pathlib.Path(__file__), *tree.all_patches, *files,
                       *map(machine_file, machines)])
    return kept("series-check", key, make, lambda rows: all(map(is_good, rows)))


def from_cache(make, files):
    """A table that is kept as a whole."""
    def kept_table(tree, applied, machines, work):
        return rows_of(make.__name__, tree, machines, files,
                       lambda: make(tree, applied, machines, work))
    return kept_table


def tables_of(given, machines):
    """Printed as they are made."""
    tables = {}
    with tempfile.TemporaryDirectory(prefix="series-check-") as folder:
        work = pathlib.Path(folder)
        tree = Tree(given, work / "linux")
        tree.unpack()
        applied = list(apply_series(tree, tree.all_patches))
        for name, make, takes in (
                ("patches", check, COMPILED),
                ("variants", from_cache(check_variants, COMPILER_FILES),
                 [each[0] for each in VARIANTS]),
                ("abi", from_cache(check_abi, boot_files()), ABI_MACHINES)):
            tables[name] = make(tree, applied, [each for each in machines if each in takes], work)
            if tables[name]:
                print_table(tables[name])
                print(flush=True)
    return tables


def results(tables):
    """What hazards.py takes."""
    rows = [(row, row["patch"], "all that is compiled") for row in tables["patches"]]
    rows += [(row, row["configuration"], row["machine"]) for row in tables["variants"]]
    cases, mutants = [], []
    for row, name, machine in rows:
        bad = [f"{check}: {text}" for check, text in row.items() if not is_good({check: text})]
        if name != CARELESS.stem:
            cases.append({"kernel": "patched", "case": name, "machine": machine,
                          "outcome": "fail" if bad else "pass", "failed": bad})
        elif not bad:
            caught = [check for check, text in row.items() if text == "caught"]
            mutants.append({"name": name, "title": "every check is given something to see",
                            "hazards": [HAZARD], "faults": [], "outcome": "fails",
                            "seen": [{"machine": machine, "case": "it", "failed": caught,
                                      "failed-without": []}]})
    return {"hazard": HAZARD, "cases": cases, "mutants": mutants}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", default="")
    parser.add_argument("--machines",
                        default=",".join(dict.fromkeys([*COMPILED, *(each[0] for each in VARIANTS)])))
    parser.add_argument("--out", default="out/series-check", type=pathlib.Path)
    options = parser.parse_args()
    tables = tables_of(options.tree, options.machines.split(","))
    options.out.mkdir(parents=True, exist_ok=True)
    left = options.out / "series-check.json"
    left.write_text(json.dumps(results(tables), indent=2) + "\n")
    sys.exit(not all(map(is_good, itertools.chain(*tables.values()))))


if __name__ == "__main__":
    main()
