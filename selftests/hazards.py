# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes HAZARDS.md: every hazard, what each kernel did about it, and which mutant fails it; and
docs/hazards.md, which has the boots one by one.

Everything in it comes from what runs have left, from the key `hazards` of the cases and from
selftests/hazards.toml. A hazard counts as shown if a kernel without the series fails a case of it
that the series passes, or if a mutant of the series fails one. Exit status 1: some hazard is
neither shown nor has a reason why it cannot be, or the series fails a case.

    hazards.py                              from out/validate, peers, mutants, acpi, faults and
                                            series-check
    hazards.py --also FOLDER                and from a run of another tree, with columns of its own
    hazards.py --out FILE --details FILE    where the pages go
"""
import argparse
import dataclasses
import json
import pathlib
import sys
import tomllib

from kit import ENDINGS, KIT, head_of

# What runs call a kernel with the series; others with it have a fault besides
WITH_SERIES = ("patched", "series")
LICENCE = ("<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n<!-- Made by `make hazards` from what "
           "runs have left. Not to be edited. -->\n")
# Runs of lists of kernels: what they boot counts as the catalogue's, and some are mutants
LISTS = ("acpi", "faults")


@dataclasses.dataclass
class Boot:
    """One case on one kernel."""
    column: str
    has_series: bool
    machine: str
    case: str
    outcome: str
    failed: list
    unknown: list
    # The one that the boot was made for; of other boots the case tells
    hazard: int = 0
    # Without the fault of the kernel
    of_case: str = ""

    def cell(self):
        if self.outcome == "fail":
            return ", ".join(self.failed)
        if self.outcome == "inconclusive":
            return "? " + ", ".join(self.unknown)
        return self.outcome


def column_of(version, has_series):
    """Of a kernel that is built here."""
    return version + (" with the series" if has_series else "")


def outcome_of(case):
    """A fault that is known is one."""
    return "fail" if case["outcome"] == "known" else case["outcome"]


def boots_of(results, column=None):
    """Those of one results.json. `column` is that of a kernel which others have built."""
    for case in results["cases"]:
        if case["role"] in ("mutant", "told") and not column:
            continue
        by_outcome = {outcome: [rule["rule"] for rule in case["rules"]
                                if rule["outcome"] == outcome]
                      for outcome in ("fail", "inconclusive")}
        failed = by_outcome["fail"]
        if case["ending"] in ENDINGS:
            failed = [f"**{case['ending']}**"]
        has_series = not column and case["role"] == "pass"
        fault = case["kernel"] if has_series and case["kernel"] not in WITH_SERIES else ""
        yield Boot(column or column_of(results["tree"]["version"], has_series), has_series,
                   results["machine"], f"{case['case']}, {fault}" if fault else case["case"],
                   outcome_of(case), failed, by_outcome["inconclusive"], of_case=case["case"])


def rows_of_series_check(results, version):
    """What is compiled only is no boot, and is taken as one."""
    return [Boot(column_of(version, True), True, case["machine"], case["case"], case["outcome"],
                 case["failed"], [], results["hazard"])
            for case in results["cases"]]


def cases_by_hazard():
    found = {}
    for path in sorted((KIT / "selftests/cases").glob("*.toml")):
        for number in tomllib.loads(path.read_text()).get("hazards", []):
            found.setdefault(number, []).append(path.stem)
    return found


def read_own(folder):
    """The boots of `rmemcheck run` for one machine or several, and the version of its tree."""
    results = [json.loads(file.read_text())
               for file in results_below(folder, "validate MACHINES=all")]
    versions = {each["tree"]["version"] for each in results}
    if len(versions) > 1:
        sys.exit(f"{folder}: runs of several kernels, {', '.join(sorted(versions))}")
    return [boot for each in results for boot in boots_of(each)], versions.pop()


def column_of_peer(name):
    """debian-6.1-armmp is Debian's 6.1."""
    return "Debian's " + name.split("-")[1]


def read_peers(folder):
    """Their boots, their columns in order, and what the page says of each."""
    boots, columns, rows = [], [], []
    for results in map(json.loads, (file.read_text() for file in results_below(folder, "peers"))):
        for kernel in results["kernels"]:
            columns.append(column_of_peer(kernel["name"]))
            mine = [case for case in results["cases"] if case["kernel"] == kernel["name"]]
            boots += boots_of({**results, "cases": mine}, columns[-1])
            what = kernel["title"] or f"not to be had, {kernel['trouble']}"
            rows.append(f"{kernel['name']}: {what}, on {results['machine']}")
    order = ["Debian's 6.1", "Debian's 6.12", "Debian's 6.16", "Debian's newest"]
    return boots, [column for column in order if column in columns], rows


def results_below(folder, target):
    files = sorted([*folder.glob("results.json"), *folder.glob("*/results.json")])
    if not files:
        sys.exit(f"{folder}: no results.json; make {target}")
    return files


def summary(boots):
    """What one kernel did in all cases of a hazard."""
    if not boots:
        return "-"
    failed = [boot for boot in boots if boot.outcome == "fail"]
    unknown = [boot for boot in boots if boot.outcome == "inconclusive"]
    if failed:
        rules = sorted({rule for boot in failed for rule in boot.failed})
        return f"fails {len(failed)} of {len(boots)}: {', '.join(rules)}"
    if unknown:
        passes = len(boots) - len(unknown)
        return f"?, {passes} of {len(boots)} pass" if passes else "?"
    return "pass"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def shown_by(hazard, boots, mutants):
    """How it is known that a verdict on this hazard can fail; empty if it is not known."""
    passed = {(boot.machine, boot.case) for boot in boots
              if boot.has_series and boot.outcome == "pass"}
    ways = []
    if any(boot.outcome == "fail" and not boot.has_series and
           (boot.machine, boot.case) in passed for boot in boots):
        ways.append("kernels without the series")
    if mutants:
        ways.append("mutants")
    if not ways and "not-run" in hazard:
        ways.append("review")
    return ", ".join(ways)


def mutant_text(mutant):
    text = f"\nMutant `{mutant['name']}`: {mutant['title']}."
    on = f", with the fault `{', '.join(mutant['faults'])}`" if mutant["faults"] else ""
    for seen in mutant["seen"]:
        text += (f" {seen['case']} on {seen['machine']}{on} fails {', '.join(seen['failed'])}"
                 f" (without the mutant: {', '.join(seen['failed-without']) or 'nothing'}).")
    return text + "\n"


def detail(hazard, boots, columns, mutants):
    text = f"\n## {hazard['number']}. {hazard['tree']}\n\nOn {hazard['on']}: {hazard['shows']}.\n"
    if "not-run" in hazard:
        text += f"\nNot run here: {hazard['not-run']}. Instead: {hazard['review']}.\n"
    places = sorted({(boot.machine, boot.case) for boot in boots})
    if places:
        cells = {(boot.machine, boot.case, boot.column): boot.cell() for boot in boots}
        text += "\n" + table(["case", "machine", *columns],
                             [[case, machine, *(cells.get((machine, case, column), "-")
                                                for column in columns)]
                              for machine, case in places])
    return text + "".join(map(mutant_text, mutants))


def page(hazards, boots, columns, peers, mutants):
    by_hazard = cases_by_hazard()
    rows, details, trouble = [], "", []
    for hazard in hazards:
        number = hazard["number"]
        cases = by_hazard.get(number, [])
        mine = [boot for boot in boots if boot.hazard == number or boot.of_case in cases
                or boot.machine in hazard.get("machines", [])]
        killers = [one for one in mutants if number in one["hazards"]]
        shown = shown_by(hazard, mine, killers)
        if not shown:
            trouble.append(f"hazard {number} is not shown by anything")
        rows.append([str(number), hazard["tree"],
                     *(summary([boot for boot in mine if boot.column == column])
                       for column in columns),
                     ", ".join(f"`{one['name']}`" for one in killers) or "-", shown or "nothing"])
        details += detail(hazard, mine, columns, killers)
    kernels = "".join(f"- {row}\n" for row in peers)
    trouble += [f"the series fails {boot.case} on {boot.machine}: {boot.cell()}" for boot in boots
                if boot.has_series and boot.outcome == "fail"]
    text = (LICENCE + "# Hazards\n\n"
            "What boots with a changed reserved_mem array went wrong with, and what kernels do "
            "about it. Cells name the\nrules that a kernel fails, of all cases and machines that "
            "it was booted with; `?` is what could not be found\nout, `-` what was not run. "
            "`mutant` is a one-line break of the series that fails the same cases.\n\n")
    text += table(["", "tree", *columns, "mutant", "shown by"], rows)
    text += "\n[docs/hazards.md](docs/hazards.md) has each case and machine.\n"
    more = LICENCE + "# Hazards, boot by boot\n\nKernels that others ship:\n\n" + kernels + details
    return text, more, trouble


def read_mutants(folder):
    """Those that fail what they must, everywhere, with what they and their control failed."""
    seen = {}
    for results in map(json.loads, (file.read_text() for file in results_below(folder, "mutants"))):
        for case in results["cases"]:
            if case["role"] == "mutant":
                seen.setdefault(case["kernel"], []).append((results["machine"], case))
    mutants = []
    for name, boots in seen.items():
        if all(case["conclusion"] == "pass" for _, case in boots):
            patch = KIT / f"selftests/mutants/{name}.patch"
            mutants.append({
                "name": name, "title": head_of(patch, "Mutant")[0],
                "faults": head_of(patch, "With"),
                "hazards": [int(number) for line in head_of(patch, "Hazards")
                            for number in line.split(",")],
                "seen": [{"machine": machine, "case": case["case"], "failed": failures(case),
                          "failed-without": case["fails_without"]} for machine, case in boots]})
    return mutants


def merged(mutants):
    """One each: a list may boot some that "make mutants" boots too."""
    return list({mutant["name"]: mutant for mutant in mutants}.values())


def failures(case):
    failed = [rule["rule"] for rule in case["rules"] if rule["outcome"] == "fail"]
    return failed + [case["ending"]] if case["ending"] in ENDINGS else failed


def left_by(path, command):
    if not path.exists():
        sys.exit(f"{path.parent}: no {path.name}; {command}")
    return json.loads(path.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("validate", "peers", "mutants", *LISTS, "series-check"):
        parser.add_argument(f"--{name}", default=f"out/{name}", type=pathlib.Path)
    parser.add_argument("--also", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--out", default="HAZARDS.md", type=pathlib.Path)
    parser.add_argument("--details", default="docs/hazards.md", type=pathlib.Path)
    options = parser.parse_args()
    hazards = tomllib.loads((KIT / "selftests/hazards.toml").read_text())["hazard"]
    boots, version = read_own(options.validate)
    versions = [version]
    for folder in [*options.also, options.acpi, options.faults]:
        more, also = read_own(folder)
        boots += more
        if also not in versions:
            versions.append(also)
    columns = [column_of(each, has_series) for each in versions for has_series in (False, True)]
    more, peer_columns, peers = read_peers(options.peers)
    boots += more
    mutants = merged([*read_mutants(options.mutants), *read_mutants(options.acpi),
                      *read_mutants(options.faults)])
    checked = left_by(options.series_check / "series-check.json", "make series-check")
    boots += rows_of_series_check(checked, version)
    mutants += checked["mutants"]
    text, more, trouble = page(hazards, boots, columns + peer_columns, peers, mutants)
    options.out.write_text(text)
    options.details.parent.mkdir(exist_ok=True)
    options.details.write_text(more)
    for line in trouble:
        print(line)
    sys.exit(bool(trouble))


main()
