# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes HAZARDS.md: every hazard, what each kernel did about it, and which mutant fails it.

Everything in it comes from what runs have left, from the key `hazards` of the cases and from
selftests/hazards.toml. A hazard counts as shown if a kernel without the series fails a case of it
that the series passes, or if a mutant of the series fails one. Exit status 1: some hazard is
neither shown nor has a reason why it cannot be, or the series fails a case.

    hazards.py                              from out/validate, out/peers, out/mutants and out/acpi
    hazards.py --out FILE                   where the page goes
"""
import argparse
import dataclasses
import json
import pathlib
import sys
import tomllib

from kit import ENDINGS, KIT

OURS = ("baseline", "patched")


@dataclasses.dataclass
class Boot:
    """One case on one kernel."""
    column: str
    machine: str
    case: str
    outcome: str
    failed: list
    unknown: list

    def cell(self):
        if self.outcome == "fail":
            return ", ".join(self.failed)
        if self.outcome == "inconclusive":
            return "? " + ", ".join(self.unknown)
        return self.outcome


def boots_of(path, column_of):
    results = json.loads(path.read_text())
    for case in results["cases"]:
        by_outcome = {outcome: [rule["rule"] for rule in case["rules"]
                                if rule["outcome"] == outcome]
                      for outcome in ("fail", "inconclusive")}
        failed = by_outcome["fail"]
        if case["ending"] in ENDINGS:
            failed = [f"**{case['ending']}**"]
        yield Boot(column_of(case["kernel"]), results["machine"], case["case"], case["outcome"],
                   failed, by_outcome["inconclusive"])


def boots_of_acpi(results):
    """What make acpi has left: the rules are its own, each boot is judged in full."""
    return [Boot(case["kernel"], results["machine"], case["case"], case["outcome"],
                 case["failed"], []) for case in results["cases"]]


def cases_by_hazard():
    found = {}
    for path in sorted((KIT / "selftests/cases").glob("*.toml")):
        for number in tomllib.loads(path.read_text()).get("hazards", []):
            found.setdefault(number, []).append(path.stem)
    return found


def read_boots(validate, peers):
    """All boots, and the titles of the columns in order."""
    files = sorted([*validate.glob("results.json"), *validate.glob("*/results.json")])
    if not files:
        sys.exit(f"{validate}: no results.json; make validate MACHINES=all")
    boots, columns = [], {"baseline": "", "patched": ""}
    for file in files:
        version = json.loads(file.read_text())["tree"]["version"]
        columns.update(baseline=f"{version}", patched=f"{version} with the series")
        boots += boots_of(file, lambda kernel: kernel)
    if not (peers / "peers.json").exists():
        sys.exit(f"{peers}: no peers.json; make peers")
    rows = json.loads((peers / "peers.json").read_text())
    known = {peer["name"]: peer for peer in
             tomllib.loads((KIT / "selftests/peers.toml").read_text())["peer"]}
    for row in rows:
        column = known[row["name"]]["column"]
        columns.setdefault(column, "Debian's " + column)
        if "cases" in row:
            boots += boots_of(peers / row["name"] / "results.json", lambda _, to=column: to)
    return boots, columns, rows


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
              if boot.column == "patched" and boot.outcome == "pass"}
    ways = []
    if any(boot.outcome == "fail" and boot.column != "patched" and
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
        text += "\n" + table(["case", "machine", *columns.values()],
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
        mine = [boot for boot in boots
                if boot.case in cases or boot.machine in hazard.get("machines", [])]
        killers = [one for one in mutants if number in one["hazards"]]
        shown = shown_by(hazard, mine, killers)
        if not shown:
            trouble.append(f"hazard {number} is not shown by anything")
        rows.append([str(number), hazard["tree"],
                     *(summary([boot for boot in mine if boot.column == column])
                       for column in columns),
                     ", ".join(f"`{one['name']}`" for one in killers) or "-", shown or "nothing"])
        details += detail(hazard, mine, columns, killers)
    kernels = "".join(
        f"- {row['name']}: " + (f"not to be had, {row['not-to-be-had']}\n" if "not-to-be-had" in row
                                else f"{row['package']} {row['version']}, on {row['machine']}\n")
        for row in peers)
    trouble += [f"the series fails {boot.case} on {boot.machine}: {boot.cell()}" for boot in boots
                if boot.column == "patched" and boot.outcome == "fail"]
    text = ("<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n<!-- Made by `make hazards` from "
            "what runs have left. Not to be edited. -->\n# Hazards\n\n"
            "What boots with a changed reserved_mem array went wrong with, and what kernels do "
            "about it. Cells name the\nrules that a kernel fails, of all cases and machines that "
            "it was booted with; `?` is what could not be found\nout, `-` what was not run. "
            "`mutant` is a one-line break of the series that fails the same cases.\n\n")
    text += table(["", "tree", *columns.values(), "mutant", "shown by"], rows)
    return text + "\nKernels that others ship:\n\n" + kernels + details, trouble


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("validate", "peers", "mutants", "acpi"):
        parser.add_argument(f"--{name}", default=f"out/{name}", type=pathlib.Path)
    parser.add_argument("--out", default="HAZARDS.md", type=pathlib.Path)
    options = parser.parse_args()
    hazards = tomllib.loads((KIT / "selftests/hazards.toml").read_text())["hazard"]
    boots, columns, peers = read_boots(options.validate, options.peers)
    table_of_mutants = options.mutants / "mutants.json"
    if not table_of_mutants.exists():
        sys.exit(f"{options.mutants}: no mutants.json; make mutants")
    mutants = [row for row in json.loads(table_of_mutants.read_text()) if row["outcome"] == "fails"]
    if not (options.acpi / "acpi.json").exists():
        sys.exit(f"{options.acpi}: no acpi.json; make acpi")
    acpi = json.loads((options.acpi / "acpi.json").read_text())
    boots += boots_of_acpi(acpi)
    mutants += acpi["mutants"]
    text, trouble = page(hazards, boots, columns, peers, mutants)
    options.out.write_text(text)
    for line in trouble:
        print(line)
    sys.exit(bool(trouble))


main()
