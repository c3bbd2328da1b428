# SPDX-License-Identifier: GPL-2.0-or-later
"""What the series does when something fails, on a kernel with KASAN and poison in free pages.

Prints a table, fault by case, and exits with 1 if boot does not go on, an error does not name its
node, memory is lost or given back, or memory is used that is not the user's. A kernel that goes on
using init memory must be caught at it.

    faults.py                   out/faults is where evidence and faults.json are left
    faults.py --out FOLDER
"""
import argparse
import json
import pathlib
import re
import sys
import tempfile

from kit import KIT, PROGRAM, run, say
from kit_copy import kit_with

FAULTS = KIT / "selftests/faults"
MACHINE = "arm64-kasan"

# Trees that the kernel as it is cannot serve in full: no place, a refusal by an init function, more
# than there was once room for, more than the temporary array has room for. Each case says itself
# what must come of it.
TREES = ["boot-placed-too-large", "no-map-reusable", "cma-misaligned", "restricted-dma-pool-no-map",
         "static-65", "boot-placed-65", "mixed-100-65", "boot-placed-300"]
# Trees that it serves, and cannot without an array.
NO_ARRAY = ["one", "static-65", "boot-placed-64", "mixed-200-40", "cma-default-static",
            "cma-default-boot-placed", "coherent-pool", "restricted-dma-pool"]
# What is made to fail, as the table has it, and the patches that do it
NO_FAULT, NO_ARRAY_FAULT, CAUGHT = "none but the tree's", "no array", "init memory is used"
NO_ARRAY_PATCH, KEPT = "array-allocation-fails", "initdata-kept"
HAZARD = 21
# What a kernel without an array must fail, being without it: no device gets its region. What it
# reserves or hides stays so.
FAILS_WITHOUT_ARRAY = {"recorded", "logged", "init", "device-memory", "known-errors"}
UNUSABLE = "no memory to record node '{}', it stays reserved but cannot be used"
# The smallest region of these trees. Less may come and go with the array and the kernel's size.
REGION = 0x10000


def boot(kit, cases, out):
    """The results by case. One that is missing is a reason to stop: nothing is known then."""
    result = run([PROGRAM, "run", "--kit", kit, "--machine", MACHINE, "--kernels", "patched",
                  "--cases", ",".join(cases), "--out", out])
    if not (out / "results.json").exists():
        sys.exit(f"{out.name}: nothing was booted:\n{result.stdout[-3000:]}")
    results = json.loads((out / "results.json").read_text())["cases"]
    return {each["case"]: each for each in results}


def evidence(out, each, name):
    return (out / each["folder"] / "evidence" / name).read_text(errors="replace")


def ranges(text, pattern):
    return [tuple(int(end, 16) for end in found) for found in re.findall(pattern, text)]


def reserved_beside_kernel(out, each):
    """Bytes in memblock.reserved, the kernel's image left out."""
    iomem = evidence(out, each, "iomem")
    image = ranges(iomem, r"([0-9a-f]+)-([0-9a-f]+) : Kernel")
    first, last = min(begin for begin, _ in image), max(end for _, end in image)
    taken = ranges(evidence(out, each, "memblock-reserved"), r"(0x[0-9a-f]+)\.\.(0x[0-9a-f]+)")
    return sum(end - begin + 1 for begin, end in taken if end < first or begin > last)


def has_kasan(out, each):
    return "KernelAddressSanitizer initialized" in evidence(out, each, "dmesg")


def common_complaints(out, each):
    """What no fault may lead to."""
    if each["ending"] != "powered-off":
        return [f"boot does not go on: {each['reason']}"]
    rules = {rule["rule"]: rule for rule in each["rules"]}
    found = [f"{finding['seen']}" for finding in rules["no-warning"]["findings"]]
    return found if has_kasan(out, each) else [*found, "KASAN is off: its silence says nothing"]


def without_array(out, each, served_out, served):
    """Why this kernel is not as one without an array must be, compared with one that has it."""
    found = common_complaints(out, each)
    if each["ending"] != "powered-off":
        return found
    failed = {rule["rule"] for rule in each["rules"] if rule["outcome"] == "fail"}
    found += [f"fails {rule}" for rule in sorted(failed - FAILS_WITHOUT_ARRAY - {"no-warning"})]
    log, probe = evidence(out, each, "dmesg"), evidence(out, each, "probe")
    for name in re.findall(r"^region name=(\S+) available=1", probe, re.MULTILINE):
        if log.count(UNUSABLE.format(name)) != 1:
            found.append(f"{name} is named in {log.count(UNUSABLE.format(name))} errors, not 1")
    if "found=1" in probe:
        found.append("a region is found")
    lost = reserved_beside_kernel(out, each) - reserved_beside_kernel(served_out, served)
    if abs(lost) >= REGION:
        found.append(f"{lost:+#x} bytes are reserved, against a kernel with the array")
    return found


def rows_of(work, out):
    """Fault, case, what is wrong, and of a kernel that must be caught what it was caught with."""
    rows = []
    say("booting trees that cannot be served in full")
    # Those that are served are booted too: the others are held against them.
    usual = out / "usual"
    served = boot(KIT, list(dict.fromkeys(TREES + NO_ARRAY)), usual)
    for case in dict.fromkeys(TREES + NO_ARRAY):
        each = served[case]
        wrong = common_complaints(usual, each)
        if each["conclusion"] != "pass":
            wrong.append(each["reason"])
        rows.append((NO_FAULT, case, wrong, []))
    say("booting without an array")
    fails = FAULTS / f"{NO_ARRAY_PATCH}.patch"
    kit, faulty = kit_with(work / "no-array", extra_patches=[fails]), out / "no-array"
    for case, each in boot(kit, NO_ARRAY, faulty).items():
        rows.append((NO_ARRAY_FAULT, case, without_array(faulty, each, usual, served[case]), []))
    say("booting a kernel that must be caught")
    kit = kit_with(work / "kept", extra_patches=[fails, FAULTS / f"{KEPT}.patch"])
    kept = out / KEPT
    for case, each in boot(kit, ["boot-placed-64"], kept).items():
        caught = common_complaints(kept, each)
        rows.append((CAUGHT, case, [] if caught else ["nothing is seen: the others prove nothing"],
                     caught))
    return rows


def results(rows):
    """What hazards.py takes."""
    cases = [{"kernel": "patched", "machine": MACHINE, "case": f"{case}, {fault}",
              "outcome": "fail" if wrong else "pass", "failed": wrong}
             for fault, case, wrong, _ in rows if fault == NO_ARRAY_FAULT]
    seen = [{"machine": MACHINE, "case": case, "failed": caught[:1], "failed-without": []}
            for fault, case, _, caught in rows if fault == CAUGHT and caught]
    mutants = [{"name": KEPT, "title": CAUGHT, "hazards": [HAZARD], "faults": [NO_ARRAY_PATCH],
                "outcome": "fails", "seen": seen}] if seen else []
    return {"hazard": HAZARD, "cases": cases, "mutants": mutants}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="out/faults", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as work:
        rows = rows_of(pathlib.Path(work), options.out)
    (options.out / "faults.json").write_text(json.dumps(results(rows), indent=2) + "\n")
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for fault, case, wrong, caught in rows:
        text = "; ".join(wrong) or ("ok, caught" if caught else "ok")
        print(f"{fault:<{widths[0]}}  {case:<{widths[1]}}  {text}")
    sys.exit(any(wrong for _, _, wrong, _ in rows))


if __name__ == "__main__":
    main()
