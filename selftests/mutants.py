# SPDX-License-Identifier: GPL-2.0-or-later
"""Breaks the series on purpose, one line at a time, and demands that a rule sees it.

Each file of selftests/mutants is a patch that goes on top of a series. Its head says

    Mutant: what is wrong with the kernel
    Hazards: 7, 12                      which hazards of a boot it stands for
    Fails: arm64 one recorded, logged   machine, case, and the rules that must fail there
    Config: CONFIG_KASAN=y              more configuration, if it takes some
    With: array-allocation-fails        a patch of selftests/faults below it
    Series: v6.9                        which folder of patches/, if not v6.1

with as many lines "Fails:" as it takes. A rule may also be how the boot ends: panic, oops, hang.
The kernel without the mutant is booted with the same cases and must not fail these rules. Exit
status 1: a mutant survives, does not apply or does not build.

    mutants.py                                all of them
    mutants.py --mutants name,name            some
    mutants.py --tree LINUX@COMMIT            a git tree for those of v6.9, which else are left out
    mutants.py --out out/mutants              where evidence and mutants.json are left
"""
import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

from kernel_make import KernelMake, machine_file
from kit import ENDINGS, KIT, PROGRAM, run
from kit_copy import series_patches

MUTANTS = KIT / "selftests/mutants"
FAULTS = KIT / "selftests/faults"
SERIES = "v6.1"
OTHER_SERIES = "v6.9"


@dataclasses.dataclass(frozen=True)
class Demand:
    machine: str
    case: str
    rules: tuple


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    title: str
    hazards: tuple
    demands: tuple
    config: tuple
    faults: tuple
    series: str
    patch: pathlib.Path


def key_of(mutant):
    """Of what a result is for: another series, another result."""
    digest = hashlib.sha256()
    for patch in [*series_patches(KIT, mutant.series), *faults_of(mutant), mutant.patch]:
        digest.update(patch.read_bytes())
    return digest.hexdigest()


def faults_of(mutant):
    return [FAULTS / f"{name}.patch" for name in mutant.faults]


class Broken(Exception):
    """A patch that does not apply, a kernel that does not build, a run without results."""


def read_mutant(path):
    head = path.read_text().split("\ndiff --git ")[0]

    def lines(key):
        return re.findall(rf"^{key}: (.+)$", head, re.MULTILINE)

    def demand(line):
        machine, case, rules = line.split(maxsplit=2)
        return Demand(machine, case, tuple(re.split(r", *", rules)))

    series = lines("Series") or [SERIES]
    if series not in ([SERIES], [OTHER_SERIES]):
        sys.exit(f"{path}: Series: expected {SERIES} or {OTHER_SERIES}, once")
    if len(lines("Mutant")) != 1 or not lines("Hazards") or not lines("Fails"):
        sys.exit(f"{path}: expected one line Mutant:, and lines Hazards: and Fails:")
    return Mutant(path.stem, lines("Mutant")[0],
                  tuple(int(number) for number in re.split(r", *", lines("Hazards")[0])),
                  tuple(map(demand, lines("Fails"))), tuple(lines("Config")),
                  tuple(lines("With")), *series, path)


def failed_rules(result):
    """Of one case; how it ended counts as one."""
    failed = [rule["rule"] for rule in result["rules"] if rule["outcome"] == "fail"]
    return failed + [result["ending"]] if result["ending"] in ENDINGS else failed


class Kernel:
    """The series for one machine and configuration: a mutant costs one object and the link."""

    def __init__(self, tree, machine, config, work):
        self.tree = tree
        self.machine = machine
        work.mkdir(parents=True)
        self.compiler = KernelMake(tree, machine, work, config)
        self.must(self.compiler.configure())
        self.must(self.compiler.make(self.compiler.machine["image-target"], "modules_prepare"))
        self.module = work / "kmod"
        shutil.copytree(KIT / "kmod", self.module)
        shutil.copy(self.compiler.objects / "vmlinux.symvers",
                    self.compiler.objects / "Module.symvers")
        self.must(self.compiler.make(f"M={self.module}", "modules"))

    @staticmethod
    def must(result):
        if result.returncode:
            raise Broken(result.stdout.strip()[-1000:])

    def run(self, cases, out):
        """{case: rules that failed}"""
        self.must(self.compiler.make(self.compiler.machine["image-target"]))
        (out / "results.json").unlink(missing_ok=True)
        said = run([PROGRAM, "run", "--kit", KIT, "--machine", machine_file(self.machine), "--image",
                    self.compiler.image, "--module", self.module / "reserved_mem_probe.ko",
                    "--config", self.compiler.objects / ".config", "--cases", ",".join(cases),
                    "--out", out])
        if not (out / "results.json").exists():
            raise Broken(said.stdout.strip())
        results = json.loads((out / "results.json").read_text())
        return {case["case"]: failed_rules(case) for case in results["cases"]}


class Workshop:
    """A tree with the series, and its kernels. `git_tree` is LINUX@COMMIT; without it the newest
    linux-source-6.1 is taken."""

    def __init__(self, folder, series, git_tree):
        self.folder = folder
        self.tree = folder / "linux"
        self.kernels = {}
        self.tree.mkdir(parents=True)
        archive = folder / "linux.tar"
        if git_tree:
            repository, _, commit = git_tree.partition("@")
            self.must(["git", "-C", repository, "archive", "--prefix=linux/", "-o", archive,
                       commit or "HEAD"])
        else:
            archive = sorted(pathlib.Path("/usr/src").glob("linux-source-6.1.tar.*"))[-1]
        self.must(["tar", "-xf", archive, "-C", self.tree, "--strip-components=1"])
        for patch in series_patches(KIT, series):
            self.apply(patch)

    @staticmethod
    def must(command, **options):
        result = run(command, **options)
        if result.returncode:
            raise Broken(f"{' '.join(map(str, command[:3]))}: {result.stdout.strip()}")

    def apply(self, patch, *words):
        # Outside of any repository git apply takes a folder as it is.
        self.must(["git", "apply", *words, patch.absolute()], cwd=self.tree,
                  env={**os.environ, "GIT_CEILING_DIRECTORIES": str(self.folder)})

    def boot(self, patches, config, demands, out):
        """{(machine, case): rules that failed} of the series with these patches on top."""
        seen = {}
        machines = sorted({demand.machine for demand in demands})
        for machine in machines:  # before anything is changed
            if (machine, config) not in self.kernels:
                work = self.folder / f"{machine}-{len(self.kernels)}"
                self.kernels[machine, config] = Kernel(self.tree, machine, config, work)
        applied = []
        try:
            for patch in patches:
                self.apply(patch)
                applied.append(patch)
            for machine in machines:
                cases = sorted({one.case for one in demands if one.machine == machine})
                failed = self.kernels[machine, config].run(cases, out / machine)
                seen.update({(machine, case): rules for case, rules in failed.items()})
        finally:
            for patch in reversed(applied):
                self.apply(patch, "--reverse")
        return seen


def missing(demands, seen):
    """A sentence for each rule that did not fail."""
    texts = []
    for demand in demands:
        failed = seen.get((demand.machine, demand.case))
        if failed is None:
            texts.append(f"{demand.case} was not booted on {demand.machine}")
            continue
        texts += [f"{demand.machine} {demand.case} passes {rule}" for rule in demand.rules
                  if rule not in failed]
    return texts


def judge(mutant, control, seen):
    """What came of the mutant, beside what came of the kernel without it."""
    vain = [f"{demand.machine} {demand.case} fails {rule} without the mutant as well"
            for demand in mutant.demands for rule in demand.rules
            if rule in control.get((demand.machine, demand.case), [])]
    reasons = vain + missing(mutant.demands, seen)
    return {"outcome": "survives" if reasons else "fails", "reason": "; ".join(reasons),
            "seen": [{"machine": machine, "case": case, "failed": failed,
                      "failed-without": control.get((machine, case), [])}
                     for (machine, case), failed in seen.items()]}


def check(mutant, workshop, out):
    faults = faults_of(mutant)
    row = {"name": mutant.name, "key": key_of(mutant), "title": mutant.title, "hazards": list(mutant.hazards),
           "faults": list(mutant.faults), "series": mutant.series,
           "demands": [dataclasses.asdict(demand) for demand in mutant.demands]}
    shutil.rmtree(out / mutant.name, ignore_errors=True)
    try:
        control = workshop.boot(faults, mutant.config, mutant.demands, out / mutant.name / "without")
        seen = workshop.boot([*faults, mutant.patch], mutant.config, mutant.demands,
                             out / mutant.name)
    except Broken as error:
        return {**row, "outcome": "error", "reason": str(error), "seen": []}
    return {**row, **judge(mutant, control, seen)}


def read_arguments(mutants):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", default="", help="names, with commas; all")
    parser.add_argument("--tree", default="", help=f"a git tree for those of {OTHER_SERIES}")
    parser.add_argument("--out", default="out/mutants", type=pathlib.Path)
    options = parser.parse_args()
    names = [one.name for one in mutants]
    options.mutants = options.mutants.split(",") if options.mutants else names
    if unknown := set(options.mutants) - set(names):
        sys.exit(f"--mutants {', '.join(sorted(unknown))}: no such file in {MUTANTS}")
    return options


def main():
    mutants = [read_mutant(path) for path in sorted(MUTANTS.glob("*.patch"))]
    options = read_arguments(mutants)
    wanted = [one for one in mutants if one.name in options.mutants]
    out = options.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    table = out / "mutants.json"
    rows = {row["name"]: row for row in json.loads(table.read_text())} if table.exists() else {}
    booted = []
    for series, git_tree in ((SERIES, ""), (OTHER_SERIES, options.tree)):
        mine = [one for one in wanted if one.series == series]
        if mine and series == OTHER_SERIES and not git_tree:
            print(f"left out without --tree: {', '.join(one.name for one in mine)}")
            continue
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            workshop = Workshop(pathlib.Path(folder), series, git_tree) if mine else None
            for mutant in mine:
                rows[mutant.name] = row = check(mutant, workshop, out)
                booted.append(row)
                print(f"{row['outcome']:<8}  {mutant.name}: {row['reason'] or mutant.title}",
                      flush=True)
                kept = [rows[one.name] for one in mutants
                        if one.name in rows and rows[one.name]["key"] == key_of(one)]
                table.write_text(json.dumps(kept, indent=2) + "\n")
    alive = [row for row in booted if row["outcome"] != "fails"]
    print(f"{len(booted)} mutants, {len(booted) - len(alive)} of them fail as they must")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
