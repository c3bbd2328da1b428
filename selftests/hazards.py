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

LICENCE = ("<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n<!-- Made by `make hazards` from what "
           "runs have left. Not to be edited. -->\n")
# make targets that leave NAME.json, with the hazard that it is about
WITH_OWN_RULES = ("acpi", "faults", "series-check")


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

    def cell(self):
        if self.outcome == "fail":
            return ", ".join(self.failed)
        if self.outcome == "inconclusive":
            return "? " + ", ".join(self.unknown)
        return self.outcome


def column_of(version, kernel):
    """Of a kernel that is built here."""
    return version + (" with the series" if kernel == "patched" else "")


def boots_of(results, column=None):
    """Those of one results.json. `column` is that of a kernel which others have built."""
    for case in results["cases"]:
        by_outcome = {outcome: [rule["rule"] for rule in case["rules"]
                                if rule["outcome"] == outcome]
                      for outcome in ("fail", "inconclusive")}
        failed = by_outcome["fail"]
        if case["ending"] in ENDINGS:
            failed = [f"**{case['ending']}**"]
        yield Boot(column or column_of(results["tree"]["version"], case["kernel"]),
                   not column and case["kernel"] == "patched", results["machine"], case["case"],
                   case["outcome"], failed, by_outcome["inconclusive"])


def boots_with_own_rules(results, version):
    """What acpi, faults and series-check have left. What is compiled only is no boot, and is taken
    as one."""
    return [Boot(column_of(version, case["kernel"]), case["kernel"] == "patched", case["machine"],
                 case["case"], case["outcome"], case["failed"], [], results["hazard"])
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
        mine = [boot for boot in boots if boot.hazard == number or boot.case in cases
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
    for name in ("validate", "peers", "mutants", *WITH_OWN_RULES):
        parser.add_argument(f"--{name}", default=f"out/{name}", type=pathlib.Path)
    parser.add_argument("--also", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--out", default="HAZARDS.md", type=pathlib.Path)
    parser.add_argument("--details", default="docs/hazards.md", type=pathlib.Path)
    options = parser.parse_args()
    hazards = tomllib.loads((KIT / "selftests/hazards.toml").read_text())["hazard"]
    boots, version = read_own(options.validate)
    versions = [version]
    for folder in options.also:
        more, also = read_own(folder)
        boots += more
        versions.append(also)
    columns = [column_of(each, kernel) for each in versions for kernel in ("baseline", "patched")]
    more, peer_columns, peers = read_peers(options.peers)
    boots += more
    mutants = read_mutants(options.mutants)
    for name in WITH_OWN_RULES:
        folder = getattr(options, name.replace("-", "_"))
        results = left_by(folder / f"{name}.json", f"make {name}")
        boots += boots_with_own_rules(results, version)
        mutants += results["mutants"]
    text, more, trouble = page(hazards, boots, columns + peer_columns, peers, mutants)
    options.out.write_text(text)
    options.details.parent.mkdir(exist_ok=True)
    options.details.write_text(more)
    for line in trouble:
        print(line)
    sys.exit(bool(trouble))


main()
