# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of runs that were never made: as report/json.h has them, for what no real kernel does."""
import json


def finding(region="region@50000000", **changes):
    return {"region": region, "expected": "recorded: 0x0000000050000000..0x000000005000ffff",
            "seen": "nothing", "known": "", "file": "evidence/probe", "line": 3,
            "text": "region name=region@50000000 found=0", **changes}


def rule(name="recorded", outcome="pass", reason="", findings=()):
    return {"rule": name, "demands": "all", "outcome": outcome, "reason": reason,
            "findings": list(findings)}


def case(name="one", outcome="pass", kernel="patched", rules=None, **changes):
    if rules is None:
        rules = [rule(outcome="fail" if outcome == "known" else outcome,
                      reason="why" if outcome in ("inconclusive", "skip") else "",
                      findings=[finding(known="array-of-64" if outcome == "known" else "")]
                      if outcome in ("fail", "known") else ()), rule("reserved")]
    return {"format": "rmemcheck-results 1", "kernel": kernel, "role": "pass", "case": name,
            "title": f"the case {name}", "hazards": [], "folder": f"runs/{kernel}/{name}",
            "ending": "powered-off", "outcome": outcome,
            "reason": "" if outcome == "pass" else f"it is {outcome}", "regions_in_tree": 1,
            "regions_recorded": 1, "regions_no_map": 0, "no_map_proven": False, "must_fail": [],
            "fails_without": [], "conclusion": outcome,
            "remarks": [] if outcome == "pass" else [f"{name}: {kernel} must pass, but is {outcome}"],
            "notes": [], "boot_seconds": 1.5, "judge_seconds": 0.5, "rules": rules, **changes}


def kernel(name="patched", **changes):
    return {"name": name, "role": "pass", "spec": "../linux", "title": "", "version": "6.1.192",
            "key": "k" + name, "from_cache": False, "build_seconds": 30.5, "trouble": "",
            "patchset": "", **changes}


def run(cases, kernels=None, machine="arm64", **changes):
    if kernels is None:
        kernels = [kernel(name) for name in dict.fromkeys(each["kernel"] for each in cases)]
    return {"format": "rmemcheck-results 1", "tool": {"name": "rmemcheck", "version": "0.1"},
            "machine": machine, "arch": "arm64", "started": "2026-01-31T23:59:58Z",
            "complete": True, "tree": {"path": "../linux", "version": "6.1.192"}, "series": "",
            "seconds": 4.0, "kernels": kernels, "cases": cases, "outcome": "pass", **changes}


def write(folder, results):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results))
    return folder
