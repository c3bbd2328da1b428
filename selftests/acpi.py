# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel that boots with ACPI does with a tree that has /reserved-memory.

An arm64 kernel with KASAN is booted by UEFI firmware, unpatched and with the series. Its EFI stub
is handed a tree, and acpi=force makes it take ACPI nevertheless: the early scan reserves what the
tree wants, the tree is never unflattened, nothing is recorded and nobody finds a region. Prints a
table, kernel by case, and exits with 1 if the patched kernel fails a rule below, if the unpatched
one does with a tree that it can serve, or if a kernel that is broken on purpose does not.

    acpi            ACPI is used, the tree was there to be scanned, and no node of it is left
    no-warning      boot ends as it must, and neither kernel nor KASAN has anything to say
    static          static regions are reserved or no-map
    placed          boot-placed regions are reserved, or no-map, in their windows, to the end
    same-placement  they lie where the unpatched kernel puts them

and the rules of rmemcheck that need no record: CMA areas are those of the tree, no-map memory is
not mapped, and so on.

    acpi.py                     out/acpi is where evidence and acpi.json are left
    acpi.py --out FOLDER
"""
import argparse
import dataclasses
import json
import os
import pathlib
import re
import sys
import tempfile
import tomllib

from kit import KIT, PROGRAM, head_of, run, say
from kit_copy import kit_with

ACPI = KIT / "selftests/acpi"
MACHINE = KIT / "selftests/machines/arm64-acpi.toml"
CASES = [ACPI / "few.toml", ACPI / "many.toml"]
# Of the unpatched kernel: its array has no room for what this tree has
LIMITED = "many"
SERVED = "few"
# Patches over the series; the head of each has a line "Mutant:" and, in "Fails:", the rules that
# must see it
MUTANTS = ["all-when-recorded", "array-in-init-memory"]
HAZARD = 24
# Rules of rmemcheck that no kernel without a record can pass
OF_RECORDS = {"recorded", "logged"}


@dataclasses.dataclass(frozen=True)
class Region:
    """Of the tree. Those that are placed at boot have no range, and may have a window."""
    name: str
    size: int
    no_map: bool
    range: tuple = ()
    window: tuple = ()


@dataclasses.dataclass
class Boot:
    """Files of evidence by name, and what rmemcheck makes of them."""
    result: dict
    regions: list
    files: dict


def bytes_of(text):
    """As case files have it: 64K, 16M."""
    number, unit = re.fullmatch(r"(\d+)([KMG]?)", text).groups()
    return int(number) << {"": 0, "K": 10, "M": 20, "G": 30}[unit]


def windows_of(case, memory_base):
    """Windows by the name of a region or of a block."""
    tree = tomllib.loads(case.read_text())
    found = {}
    for each in [*tree.get("region", []), *tree.get("block", [])]:
        for offset, size in each.get("alloc-ranges", []):
            begin = memory_base + bytes_of(offset)
            found[each["name"]] = (begin, begin + bytes_of(size) - 1)
    return found


def read_explained(text, windows):
    """The table of "rmemcheck dt explain"."""
    regions = []
    for line in text.splitlines():
        columns = re.split(r"\s{2,}", line.strip())
        if len(columns) < 5 or not (found := re.fullmatch(r"(\d+) KiB", columns[2])):
            continue
        place, name, _, kind, _ = columns[:5]
        window = windows.get(name) or windows.get(re.sub(r"-\d+$", "", name)) or ()
        span = () if place == "boot-placed" else tuple(int(end, 16) for end in place.split(".."))
        regions.append(Region(name, int(found.group(1)) << 10, "no-map" in kind, span, window))
    return regions


def hexadecimal(pairs):
    return [(int(begin, 16), int(end, 16)) for begin, end in pairs]


def reserved_ranges(boot):
    return hexadecimal(re.findall(r"(0x[0-9a-f]+)\.\.(0x[0-9a-f]+)",
                                  boot.files["memblock-reserved"]))


def no_map_ranges(boot):
    """A line of /proc/iomem that stands at its beginning is not below "System RAM", which is what
    is mapped. debugfs has memblock's flags from v6.6 on only."""
    return hexadecimal(re.findall(r"^([0-9a-f]+)-([0-9a-f]+) : reserved", boot.files["iomem"],
                                  re.MULTILINE))


def merged(spans):
    """Adjacent ones as one."""
    result = []
    for begin, end in sorted(spans):
        if result and begin <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((begin, end))
    return result


def is_within(span, spans):
    return any(begin <= span[0] and span[1] <= end for begin, end in merged(spans))


def inside(spans, window):
    """What of them lies in the window."""
    return [(max(begin, window[0]), min(end, window[1])) for begin, end in merged(spans)
            if begin <= window[1] and window[0] <= end]


def size_of(spans):
    return sum(end - begin + 1 for begin, end in spans)


def placed_ranges(boot):
    """Where boot-placed regions are: in their windows, which nothing else takes memory from."""
    windows = {region.window for region in boot.regions if not region.range}
    return {window: merged(inside(reserved_ranges(boot), window)) for window in windows}


def check_acpi(boot):
    wanted = [("console", "EFI stub: Using DTB from command line"),
              ("dmesg", "ACPI: Interpreter enabled"),
              ("dmesg", "KernelAddressSanitizer initialized"),
              ("dmesg", "reserved_mem_probe: without a tree: nothing found"),
              ("probe", "\nend 0\n")]
    return [f"{name} has no {text.strip()!r}" for name, text in wanted
            if text not in boot.files[name]]


def check_warnings(boot):
    found = []
    for rule in boot.result["rules"]:
        if rule["rule"] == "no-warning" and rule["outcome"] != "pass":
            found += [finding["seen"] for finding in rule["findings"]] or [rule["reason"]]
    return found


def check_static(boot):
    reserved, hidden = reserved_ranges(boot), no_map_ranges(boot)
    return [f"{region.name} is not {'no-map' if region.no_map else 'reserved'}"
            for region in boot.regions
            if region.range and not is_within(region.range, hidden if region.no_map else reserved)]


def check_placed(boot):
    """A window has room for its regions alone, so that their sizes tell."""
    found = []
    for window, spans in placed_ranges(boot).items():
        regions = [region for region in boot.regions if region.window == window]
        at = f"{window[0]:#x}..{window[1]:#x}"
        for what, wanted, got in (
                ("reserved", regions, spans),
                ("no-map", [region for region in regions if region.no_map],
                 inside(no_map_ranges(boot), window))):
            size = sum(region.size for region in wanted)
            if size != size_of(got):
                found.append(f"{size_of(got) >> 10} of {size >> 10} KiB are {what} in {at}")
    return found


def check_same_placement(boot, unpatched):
    """What only the patched kernel places is for another rule."""
    here = placed_ranges(boot)
    return [f"{begin:#x}..{end:#x} is free, where the unpatched kernel has boot-placed regions"
            for window, spans in placed_ranges(unpatched).items()
            for begin, end in spans if not is_within((begin, end), here[window])]


def failed_rules(boot, unpatched=None):
    """{rule: sentences}. A boot that does not go on leaves no evidence of the rest."""
    if boot.result["ending"] != "powered-off":
        return {"no-warning": [boot.result["reason"]]}
    found = {"acpi": check_acpi(boot), "no-warning": check_warnings(boot),
             "static": check_static(boot), "placed": check_placed(boot),
             "same-placement": check_same_placement(boot, unpatched) if unpatched else []}
    for rule in boot.result["rules"]:
        if rule["outcome"] == "fail" and rule["rule"] not in OF_RECORDS | {"no-warning"}:
            found[rule["rule"]] = [f"{finding['region']} {finding['seen']}".strip()
                                   for finding in rule["findings"]]
    return {rule: sentences for rule, sentences in found.items() if sentences}


def explained(folder, case):
    done = run([PROGRAM, "dt", "explain", folder / "tree.dtb"])
    machine = tomllib.loads(MACHINE.read_text())
    return read_explained(done.stdout, windows_of(case, machine["qemu"]["memory-base"]))


def boots_of(out):
    """{(kernel, case): Boot}"""
    boots = {}
    for result in json.loads((out / "results.json").read_text())["cases"]:
        folder = out / result["folder"]
        names = ("dmesg", "probe", "iomem", "memblock-reserved")
        paths = {"console": folder / "console.log",
                 **{name: folder / "evidence" / name for name in names}}
        files = {name: path.read_text(errors="replace") if path.exists() else ""
                 for name, path in paths.items()}
        regions = explained(folder, ACPI / f"{result['case']}.toml")
        boots[result["kernel"], result["case"]] = Boot(result, regions, files)
    return boots


def boot(work, name, kernels, out, patches=()):
    kit = kit_with(work / f"kit-{name}", extra_patches=patches)
    # Outside of any repository git apply takes a folder as it is.
    applied = run(["git", "apply", ACPI / "asks-without-tree.patch"], cwd=kit,
                  env={**os.environ, "GIT_CEILING_DIRECTORIES": str(work)})
    if applied.returncode:
        sys.exit(f"asks-without-tree.patch: {applied.stdout}")
    done = run([PROGRAM, "run", "--kit", kit, "--machine", MACHINE, "--kernels", kernels,
                "--cases", ",".join(map(str, CASES)), "--out", out],
               env={**os.environ, "PATH": f"{ACPI}:{os.environ['PATH']}"})
    if not (out / "results.json").exists():
        sys.exit(f"{name}: nothing was booted:\n{done.stdout[-3000:]}")
    return boots_of(out)


def said_of(mutant, key):
    return head_of(ACPI / f"{mutant}.patch", key)[0]


def survives(mutant, failed):
    """Rules that must see it and do not."""
    return [rule for rule in said_of(mutant, "Fails").split(", ") if rule not in failed]


def look(work, out):
    """Rows of the table: kernel, case, {rule: sentences}."""
    say("booting both kernels")
    boots = boot(work, "series", "baseline,patched", out / "kernels")
    rows = []
    for (kernel, case), each in boots.items():
        unpatched = boots["baseline", case] if kernel != "baseline" else None
        rows.append((kernel, case, failed_rules(each, unpatched)))
    for name in MUTANTS:
        say(f"booting a kernel that must be caught: {said_of(name, 'Mutant')}")
        mutated = boot(work, name, "patched", out / name, [ACPI / f"{name}.patch"])
        rows += [(name, case, failed_rules(each, boots["baseline", case]))
                 for (_, case), each in mutated.items()]
    return rows


def complaints(rows):
    """Why this is no proof that the series is right."""
    found = []
    for kernel, case, failed in rows:
        if kernel == "patched" and failed:
            found.append(f"{case}: the patched kernel fails {', '.join(failed)}")
        elif kernel == "baseline" and case == SERVED and failed:
            found.append(f"{case}: the unpatched kernel fails {', '.join(failed)}")
        elif kernel == "baseline" and case == LIMITED and "placed" not in failed:
            found.append(f"{case}: the unpatched kernel must fail placed: the check proves nothing")
        elif kernel in MUTANTS and (missed := survives(kernel, failed)):
            found.append(f"{case}: {kernel} must fail {', '.join(missed)}: the check proves nothing")
    return found


def results(rows):
    """What hazards.py takes."""
    machine = MACHINE.stem
    without = {case: list(failed) for kernel, case, failed in rows if kernel == "patched"}
    cases = [{"kernel": kernel, "machine": machine, "case": case,
              "outcome": "fail" if failed else "pass", "failed": list(failed)}
             for kernel, case, failed in rows if kernel not in MUTANTS]
    mutants = [{"name": name, "title": said_of(name, "Mutant"), "hazards": [HAZARD], "faults": [],
                "outcome": "fails",
                "seen": [{"machine": machine, "case": case, "failed": list(failed),
                          "failed-without": without[case]}
                         for kernel, case, failed in rows if kernel == name]}
               for name in MUTANTS
               if not any(survives(name, failed) for kernel, _, failed in rows if kernel == name)]
    return {"hazard": HAZARD, "cases": cases, "mutants": mutants}


def print_table(rows):
    lines = [("kernel", "case", "fails"),
             *((kernel.replace("baseline", "unpatched"), case, ", ".join(failed) or "-")
               for kernel, case, failed in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(2)]
    for kernel, case, failed in lines:
        print(f"{kernel:<{widths[0]}}  {case:<{widths[1]}}  {failed}")
    for kernel, case, failed in rows:
        for rule, sentences in failed.items():
            more = f" (and {len(sentences) - 1} more)" if len(sentences) > 1 else ""
            print(f"  {kernel}, {case}: {rule}: {sentences[0]}{more}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="out/acpi", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acpi-") as work:
        rows = look(pathlib.Path(work), options.out)
    (options.out / "acpi.json").write_text(json.dumps(results(rows), indent=2) + "\n")
    print_table(rows)
    wrong = complaints(rows)
    for text in wrong:
        print(text)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
